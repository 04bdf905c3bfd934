-- Conversations, and what is searched. Triggers keep them, because messages and calls are written by
-- the store: whatever writes one, the list of conversations is right in the same transaction.
--
-- A conversation belongs to a primary contact; what an other one writes goes there too.

create table threads (
    company_id text not null,
    contact_id text not null,
    -- The latest message or call; of calls, only those that are nobody's leg.
    last_id text not null,
    -- The latest message that came in, and the latest that went out.
    last_in_id text,
    last_out_id text,
    last_out_failed integer not null default 0,
    primary key (company_id, contact_id),
    foreign key (company_id, contact_id) references contacts (company_id, id)
) strict, without rowid;
-- The whole list, without a look at the rows.
create index threads_by_last on threads (company_id, last_id, contact_id, last_in_id, last_out_failed);

-- Which of our numbers a conversation goes over.
create table thread_lines (
    company_id text not null,
    contact_id text not null,
    -- As the line has it, without the channel.
    address text not null,
    last_id text not null,
    primary key (company_id, contact_id, address),
    foreign key (company_id, contact_id) references contacts (company_id, id)
) strict, without rowid;
create index thread_lines_by_last on thread_lines (company_id, address, last_id, contact_id);

-- How far each person has read. No row: nothing since the person is here.
create table thread_reads (
    user_id text not null,
    contact_id text not null,
    company_id text not null,
    last_read_id text not null,
    primary key (user_id, contact_id),
    foreign key (company_id, user_id) references users (company_id, id),
    foreign key (company_id, contact_id) references contacts (company_id, id)
) strict, without rowid;
create index thread_reads_by_contact on thread_reads (company_id, contact_id);

-- What is unread is counted here.
create index sms_inbound on sms (company_id, contact_id, id) where direction = 'INBOUND';

create trigger threads_of_new_sms after insert on sms when new.contact_id is not null begin
    insert into threads (company_id, contact_id, last_id, last_in_id, last_out_id, last_out_failed)
    values (
        new.company_id,
        coalesce((select primary_id from contact_links
            where company_id = new.company_id and other_id = new.contact_id), new.contact_id),
        new.id,
        case when new.direction = 'INBOUND' then new.id end,
        case when new.direction = 'OUTBOUND' then new.id end,
        new.direction = 'OUTBOUND' and new.status in ('FAILED', 'UNDELIVERED'))
    on conflict (company_id, contact_id) do update set
        last_id = max(last_id, excluded.last_id),
        last_in_id = nullif(max(coalesce(last_in_id, ''), coalesce(excluded.last_in_id, '')), ''),
        last_out_failed = case when excluded.last_out_id > coalesce(last_out_id, '')
            then excluded.last_out_failed else last_out_failed end,
        last_out_id = nullif(max(coalesce(last_out_id, ''), coalesce(excluded.last_out_id, '')), '');
    insert into thread_lines (company_id, contact_id, address, last_id)
    values (
        new.company_id,
        coalesce((select primary_id from contact_links
            where company_id = new.company_id and other_id = new.contact_id), new.contact_id),
        replace(replace(case new.direction when 'INBOUND' then new.to_address
            else new.from_address end, 'whatsapp:', ''), 'rcs:', ''),
        new.id)
    on conflict (company_id, contact_id, address) do update set
        last_id = max(last_id, excluded.last_id);
end;

-- A message gets its contact later if its line was nobody's at first.
create trigger threads_of_adopted_sms after update of contact_id on sms
when new.contact_id is not null and old.contact_id is null begin
    insert into threads (company_id, contact_id, last_id, last_in_id, last_out_id, last_out_failed)
    values (
        new.company_id,
        coalesce((select primary_id from contact_links
            where company_id = new.company_id and other_id = new.contact_id), new.contact_id),
        new.id,
        case when new.direction = 'INBOUND' then new.id end,
        case when new.direction = 'OUTBOUND' then new.id end,
        new.direction = 'OUTBOUND' and new.status in ('FAILED', 'UNDELIVERED'))
    on conflict (company_id, contact_id) do update set
        last_id = max(last_id, excluded.last_id),
        last_in_id = nullif(max(coalesce(last_in_id, ''), coalesce(excluded.last_in_id, '')), ''),
        last_out_failed = case when excluded.last_out_id > coalesce(last_out_id, '')
            then excluded.last_out_failed else last_out_failed end,
        last_out_id = nullif(max(coalesce(last_out_id, ''), coalesce(excluded.last_out_id, '')), '');
    insert into thread_lines (company_id, contact_id, address, last_id)
    values (
        new.company_id,
        coalesce((select primary_id from contact_links
            where company_id = new.company_id and other_id = new.contact_id), new.contact_id),
        replace(replace(case new.direction when 'INBOUND' then new.to_address
            else new.from_address end, 'whatsapp:', ''), 'rcs:', ''),
        new.id)
    on conflict (company_id, contact_id, address) do update set
        last_id = max(last_id, excluded.last_id);
end;

create trigger threads_of_failed_sms after update of status on sms
when new.status in ('FAILED', 'UNDELIVERED') and new.status <> old.status
    and new.direction = 'OUTBOUND' and new.contact_id is not null begin
    update threads set last_out_failed = 1
    where company_id = new.company_id and last_out_id = new.id
      and contact_id = coalesce((select primary_id from contact_links
          where company_id = new.company_id and other_id = new.contact_id), new.contact_id);
end;

create trigger threads_of_new_call after insert on calls
when new.contact_id is not null and new.parent_call_sid is null begin
    insert into threads (company_id, contact_id, last_id)
    values (
        new.company_id,
        coalesce((select primary_id from contact_links
            where company_id = new.company_id and other_id = new.contact_id), new.contact_id),
        new.id)
    on conflict (company_id, contact_id) do update set last_id = max(last_id, excluded.last_id);
    insert into thread_lines (company_id, contact_id, address, last_id)
    values (
        new.company_id,
        coalesce((select primary_id from contact_links
            where company_id = new.company_id and other_id = new.contact_id), new.contact_id),
        replace(replace(case new.direction when 'INBOUND' then new.to_number
            else new.from_number end, 'whatsapp:', ''), 'rcs:', ''),
        new.id)
    on conflict (company_id, contact_id, address) do update set
        last_id = max(last_id, excluded.last_id);
end;

create trigger threads_of_adopted_call after update of contact_id on calls
when new.contact_id is not null and old.contact_id is null and new.parent_call_sid is null begin
    insert into threads (company_id, contact_id, last_id)
    values (
        new.company_id,
        coalesce((select primary_id from contact_links
            where company_id = new.company_id and other_id = new.contact_id), new.contact_id),
        new.id)
    on conflict (company_id, contact_id) do update set last_id = max(last_id, excluded.last_id);
    insert into thread_lines (company_id, contact_id, address, last_id)
    values (
        new.company_id,
        coalesce((select primary_id from contact_links
            where company_id = new.company_id and other_id = new.contact_id), new.contact_id),
        replace(replace(case new.direction when 'INBOUND' then new.to_number
            else new.from_number end, 'whatsapp:', ''), 'rcs:', ''),
        new.id)
    on conflict (company_id, contact_id, address) do update set
        last_id = max(last_id, excluded.last_id);
end;

-- A call that turns out to be a leg of another one leaves the conversation.
create trigger threads_of_late_leg after update of parent_call_sid on calls
when old.parent_call_sid is null and new.parent_call_sid is not null
    and new.contact_id is not null begin
    delete from thread_lines
    where company_id = new.company_id and contact_id = new.contact_id and last_id = new.id
      and not exists (select 1 from sms
          where company_id = new.company_id and contact_id = new.contact_id)
      and not exists (select 1 from calls where company_id = new.company_id
          and contact_id = new.contact_id and parent_call_sid is null);
    delete from threads
    where company_id = new.company_id and contact_id = new.contact_id and last_id = new.id
      and not exists (select 1 from sms
          where company_id = new.company_id and contact_id = new.contact_id)
      and not exists (select 1 from calls where company_id = new.company_id
          and contact_id = new.contact_id and parent_call_sid is null);
    update threads set last_id = coalesce(
        (select max(id) from (
            select max(id) as id from sms
            where company_id = new.company_id and contact_id = new.contact_id
            union all
            select max(id) from calls where company_id = new.company_id
              and contact_id = new.contact_id and parent_call_sid is null)), last_id)
    where company_id = new.company_id and contact_id = new.contact_id and last_id = new.id;
end;

-- Nobody hears of blocked contacts, whatever would tell of them: a webhook or the server itself.
create trigger notifications_of_blocked before insert on notifications
when new.contact_id is not null and exists (
    select 1 from contact_details
    where company_id = new.company_id and blocked_at is not null
      and contact_id = coalesce((select primary_id from contact_links
          where company_id = new.company_id and other_id = new.contact_id), new.contact_id))
begin
    select raise(ignore);
end;

-- What contacts are found by: any part of the name, the number, the e-mail address.
create table contact_search (
    number integer primary key,
    company_id text not null,
    contact_id text not null,
    text text not null,
    unique (company_id, contact_id)
) strict;
create virtual table contact_words using fts5 (
    text, content = 'contact_search', content_rowid = 'number', tokenize = 'trigram');
create trigger contact_search_insert after insert on contact_search begin
    insert into contact_words (rowid, text) values (new.number, new.text);
end;
create trigger contact_search_update after update of text on contact_search
when new.text <> old.text begin
    insert into contact_words (contact_words, rowid, text) values ('delete', old.number, old.text);
    insert into contact_words (rowid, text) values (new.number, new.text);
end;
create trigger contact_search_delete after delete on contact_search begin
    insert into contact_words (contact_words, rowid, text) values ('delete', old.number, old.text);
end;
create trigger contact_search_of_new after insert on contacts begin
    insert into contact_search (company_id, contact_id, text)
    values (new.company_id, new.id, coalesce(new.name, '') || char(10) || new.address);
end;
create trigger contact_search_of_renamed after update of name, address on contacts begin
    update contact_search set text = (
        select coalesce(new.name, '') || char(10) || new.address
            || char(10) || coalesce(d.email, '') || char(10) || coalesce(d.company_name, '')
        from (select 1) left join contact_details d
            on d.company_id = new.company_id and d.contact_id = new.id)
    where company_id = new.company_id and contact_id = new.id;
end;
create trigger contact_search_of_gone after delete on contacts begin
    delete from contact_search where company_id = old.company_id and contact_id = old.id;
end;
create trigger contact_search_of_new_details after insert on contact_details begin
    update contact_search set text = (
        select coalesce(c.name, '') || char(10) || c.address
            || char(10) || coalesce(new.email, '') || char(10) || coalesce(new.company_name, '')
        from contacts c where c.company_id = new.company_id and c.id = new.contact_id)
    where company_id = new.company_id and contact_id = new.contact_id;
end;
create trigger contact_search_of_details after update of email, company_name on contact_details begin
    update contact_search set text = (
        select coalesce(c.name, '') || char(10) || c.address
            || char(10) || coalesce(new.email, '') || char(10) || coalesce(new.company_name, '')
        from contacts c where c.company_id = new.company_id and c.id = new.contact_id)
    where company_id = new.company_id and contact_id = new.contact_id;
end;

-- What messages are found by: their words, and a word that stands for the company. The number is our
-- own, because the row numbers of `sms` may change when the file is vacuumed.
create table message_search (
    number integer primary key,
    sms_id text not null unique
) strict;
create virtual table message_words using fts5 (
    words, content = '', contentless_delete = 1, detail = 'none', prefix = '3',
    tokenize = 'unicode61 remove_diacritics 2');
create trigger message_search_insert after insert on message_search begin
    insert into message_words (rowid, words)
    select new.number, 'c' || replace(company_id, '-', '') || ' ' || body from sms
    where id = new.sms_id;
end;
create trigger message_search_delete after delete on message_search begin
    delete from message_words where rowid = old.number;
end;
create trigger message_search_of_new after insert on sms
when new.company_id is not null and new.body <> '' begin
    insert into message_search (sms_id) values (new.id);
end;
create trigger message_search_of_changed after update of body, company_id on sms
when new.body is not old.body or new.company_id is not old.company_id begin
    delete from message_search where sms_id = new.id;
    insert into message_search (sms_id)
    select new.id where new.company_id is not null and new.body <> '';
end;

-- What is there already.
insert into threads (company_id, contact_id, last_id, last_in_id, last_out_id)
select company_id, contact_id, max(id), max(case when direction = 'INBOUND' and is_sms then id end),
    max(case when direction = 'OUTBOUND' and is_sms then id end)
from (
    select company_id, contact_id, id, direction, 1 as is_sms from sms where contact_id is not null
    union all
    select company_id, contact_id, id, direction, 0 from calls
    where contact_id is not null and parent_call_sid is null)
group by company_id, contact_id;
update threads set last_out_failed = 1
where last_out_id in (select id from sms where status in ('FAILED', 'UNDELIVERED'));
insert into thread_lines (company_id, contact_id, address, last_id)
select company_id, contact_id, replace(replace(address, 'whatsapp:', ''), 'rcs:', '') as line, max(id)
from (
    select company_id, contact_id, id,
        case direction when 'INBOUND' then to_address else from_address end as address
    from sms where contact_id is not null
    union all
    select company_id, contact_id, id,
        case direction when 'INBOUND' then to_number else from_number end
    from calls where contact_id is not null and parent_call_sid is null)
group by company_id, contact_id, line;
insert into contact_search (company_id, contact_id, text)
select company_id, id, coalesce(name, '') || char(10) || address from contacts order by id;
insert into message_search (sms_id)
select id from sms where company_id is not null and body <> '' order by id;
