-- Conversations, and what is searched. Triggers keep them, because messages and calls are written by
-- the store: whatever writes one, the list of conversations is right in the same transaction.
--
-- A conversation belongs to a primary contact; what an other one writes goes there too.

create table threads (
    company_id uuid not null,
    contact_id uuid not null,
    -- The latest message or call; of calls, only those that are nobody's leg.
    last_id uuid not null,
    -- The latest message that came in, and the latest that went out.
    last_in_id uuid,
    last_out_id uuid,
    last_out_failed boolean not null default false,
    primary key (company_id, contact_id),
    foreign key (company_id, contact_id) references contacts (company_id, id)
);
create index threads_by_last on threads (company_id, last_id);

-- Which of our numbers a conversation goes over.
create table thread_lines (
    company_id uuid not null,
    contact_id uuid not null,
    -- As the line has it, without the channel.
    address text not null,
    last_id uuid not null,
    primary key (company_id, contact_id, address),
    foreign key (company_id, contact_id) references contacts (company_id, id)
);
create index thread_lines_by_last on thread_lines (company_id, address, last_id);

-- How far each person has read. No row: nothing since the person is here.
create table thread_reads (
    user_id uuid not null,
    contact_id uuid not null,
    company_id uuid not null,
    last_read_id uuid not null,
    primary key (user_id, contact_id),
    foreign key (company_id, user_id) references users (company_id, id),
    foreign key (company_id, contact_id) references contacts (company_id, id)
);
create index thread_reads_by_contact on thread_reads (company_id, contact_id);

-- What is unread is counted here.
create index sms_inbound on sms (company_id, contact_id, id) where direction = 'INBOUND';

-- Whose conversation it is, which can't change until the transaction ends: merging takes the same
-- lock alone. The statement after the lock sees what was merged before.
create function thread_contact(company uuid, contact uuid) returns uuid language plpgsql as $$
declare
    found_id uuid;
begin
    perform pg_advisory_xact_lock_shared(1668443508, hashtext(company::text));
    select primary_id into found_id from contact_links
    where company_id = company and other_id = contact;
    return coalesce(found_id, contact);
end $$;

create function thread_line(address text) returns text language sql immutable as $$
    select replace(replace(address, 'whatsapp:', ''), 'rcs:', '')
$$;

create function thread_of_sms() returns trigger language plpgsql as $$
declare
    thread uuid := thread_contact(new.company_id, new.contact_id);
    is_in boolean := new.direction = 'INBOUND';
begin
    insert into threads as t (company_id, contact_id, last_id, last_in_id, last_out_id,
        last_out_failed)
    values (new.company_id, thread, new.id, case when is_in then new.id end,
        case when not is_in then new.id end,
        not is_in and new.status in ('FAILED', 'UNDELIVERED'))
    on conflict (company_id, contact_id) do update set
        last_id = greatest(t.last_id, excluded.last_id),
        last_in_id = greatest(t.last_in_id, excluded.last_in_id),
        last_out_failed = case
            when excluded.last_out_id is not null
                and (t.last_out_id is null or excluded.last_out_id > t.last_out_id)
            then excluded.last_out_failed else t.last_out_failed end,
        last_out_id = greatest(t.last_out_id, excluded.last_out_id);
    insert into thread_lines as t (company_id, contact_id, address, last_id)
    values (new.company_id, thread,
        thread_line(case when is_in then new.to_address else new.from_address end), new.id)
    on conflict (company_id, contact_id, address) do update set
        last_id = greatest(t.last_id, excluded.last_id);
    return null;
end $$;
create trigger threads_of_new_sms after insert on sms for each row
    when (new.contact_id is not null) execute function thread_of_sms();
-- A message gets its contact later if its line was nobody's at first.
create trigger threads_of_adopted_sms after update of contact_id on sms for each row
    when (new.contact_id is not null and old.contact_id is null) execute function thread_of_sms();

create function thread_of_failed_sms() returns trigger language plpgsql as $$
begin
    update threads set last_out_failed = true
    where company_id = new.company_id and last_out_id = new.id
      and contact_id = thread_contact(new.company_id, new.contact_id);
    return null;
end $$;
create trigger threads_of_failed_sms after update of status on sms for each row
    when (new.status in ('FAILED', 'UNDELIVERED') and new.status <> old.status
        and new.direction = 'OUTBOUND' and new.contact_id is not null)
    execute function thread_of_failed_sms();

create function thread_of_call() returns trigger language plpgsql as $$
declare
    thread uuid := thread_contact(new.company_id, new.contact_id);
begin
    insert into threads as t (company_id, contact_id, last_id)
    values (new.company_id, thread, new.id)
    on conflict (company_id, contact_id) do update set
        last_id = greatest(t.last_id, excluded.last_id);
    insert into thread_lines as t (company_id, contact_id, address, last_id)
    values (new.company_id, thread,
        thread_line(case when new.direction = 'INBOUND' then new.to_number else new.from_number end),
        new.id)
    on conflict (company_id, contact_id, address) do update set
        last_id = greatest(t.last_id, excluded.last_id);
    return null;
end $$;
create trigger threads_of_new_call after insert on calls for each row
    when (new.contact_id is not null and new.parent_call_sid is null)
    execute function thread_of_call();
create trigger threads_of_adopted_call after update of contact_id on calls for each row
    when (new.contact_id is not null and old.contact_id is null and new.parent_call_sid is null)
    execute function thread_of_call();

-- A call that turns out to be a leg of another one leaves the conversation.
create function thread_of_late_leg() returns trigger language plpgsql as $$
declare
    latest uuid;
begin
    select id into latest from (
        (select id from sms where company_id = new.company_id and contact_id = new.contact_id
         order by id desc limit 1)
        union all
        (select id from calls where company_id = new.company_id and contact_id = new.contact_id
           and parent_call_sid is null order by id desc limit 1)) entries
    order by id desc limit 1;
    if latest is null then
        delete from thread_lines
        where company_id = new.company_id and contact_id = new.contact_id and last_id = new.id;
        delete from threads
        where company_id = new.company_id and contact_id = new.contact_id and last_id = new.id;
    else
        update threads set last_id = latest
        where company_id = new.company_id and contact_id = new.contact_id and last_id = new.id;
    end if;
    return null;
end $$;
create trigger threads_of_late_leg after update of parent_call_sid on calls for each row
    when (old.parent_call_sid is null and new.parent_call_sid is not null
        and new.contact_id is not null)
    execute function thread_of_late_leg();

-- Nobody hears of blocked contacts, whatever would tell of them: a webhook or the server itself.
create function notification_of_blocked() returns trigger language plpgsql as $$
begin
    if exists (
        select 1 from contact_details
        where company_id = new.company_id and blocked_at is not null
          and contact_id = coalesce((select primary_id from contact_links
              where company_id = new.company_id and other_id = new.contact_id), new.contact_id))
    then
        return null;
    end if;
    return new;
end $$;
create trigger notifications_of_blocked before insert on notifications for each row
    when (new.contact_id is not null) execute function notification_of_blocked();

-- What contacts are found by: any part of the name, the number, the e-mail address; in lower case.
create table contact_search (
    company_id uuid not null,
    contact_id uuid not null,
    text text not null,
    primary key (company_id, contact_id)
);
-- Letters of every script, whatever locale the database was made with.
do $$
begin
    if exists (select 1 from pg_collation where collname = 'und-x-icu') then
        create function search_lower(text) returns text language sql immutable as
            'select lower($1 collate "und-x-icu")';
    else
        create function search_lower(text) returns text language sql immutable as
            'select lower($1)';
    end if;
end $$;
create function contact_search_text(company uuid, contact uuid) returns text language sql stable as $$
    select search_lower(concat_ws(E'\n', coalesce(c.name, ''), c.address, d.email, d.company_name))
    from contacts c
    left join contact_details d on d.company_id = c.company_id and d.contact_id = c.id
    where c.company_id = company and c.id = contact
$$;
create function contact_search_of_contact() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        delete from contact_search where company_id = old.company_id and contact_id = old.id;
        return null;
    end if;
    insert into contact_search (company_id, contact_id, text)
    values (new.company_id, new.id, contact_search_text(new.company_id, new.id))
    on conflict (company_id, contact_id) do update set text = excluded.text;
    return null;
end $$;
create trigger contact_search_of_new after insert or delete on contacts for each row
    execute function contact_search_of_contact();
create trigger contact_search_of_renamed after update of name, address on contacts for each row
    when (new.name is distinct from old.name or new.address <> old.address)
    execute function contact_search_of_contact();
create function contact_search_of_details() returns trigger language plpgsql as $$
begin
    update contact_search set text = contact_search_text(new.company_id, new.contact_id)
    where company_id = new.company_id and contact_id = new.contact_id;
    return null;
end $$;
create trigger contact_search_of_details after insert or update of email, company_name
    on contact_details for each row execute function contact_search_of_details();

-- Any part of a text is found by its trigrams, where the database has them and lets us use them
-- (pg_trgm is a trusted extension: whoever may create in the database may add it). Where not, the
-- contacts of the company are read through.
do $$
begin
    create extension if not exists pg_trgm;
exception when others then
    raise notice 'pg_trgm can not be used';
end $$;
do $$
begin
    if exists (select 1 from pg_extension where extname = 'pg_trgm') then
        create index contact_search_parts on contact_search using gin (text gin_trgm_ops);
    end if;
exception when others then
    raise notice 'pg_trgm can not be used';
end $$;

-- The words of messages, as they are written. A small list for the rows that came last, so that a
-- webhook does not wait for it to be sorted in.
create index sms_words on sms using gin (to_tsvector('simple', coalesce(body, '')))
    with (fastupdate = on, gin_pending_list_limit = 1024);

-- What is there already.
insert into threads (company_id, contact_id, last_id, last_in_id, last_out_id)
select company_id, contact_id, max(id::text)::uuid,
    (max(id::text) filter (where direction = 'INBOUND' and is_sms))::uuid,
    (max(id::text) filter (where direction = 'OUTBOUND' and is_sms))::uuid
from (
    select company_id, contact_id, id, direction, true as is_sms from sms
    where contact_id is not null
    union all
    select company_id, contact_id, id, direction, false from calls
    where contact_id is not null and parent_call_sid is null) entries
group by company_id, contact_id;
update threads set last_out_failed = true
where last_out_id in (select id from sms where status in ('FAILED', 'UNDELIVERED'));
insert into thread_lines (company_id, contact_id, address, last_id)
select company_id, contact_id, thread_line(address), max(id::text)::uuid
from (
    select company_id, contact_id, id,
        case direction when 'INBOUND' then to_address else from_address end as address
    from sms where contact_id is not null
    union all
    select company_id, contact_id, id,
        case direction when 'INBOUND' then to_number else from_number end
    from calls where contact_id is not null and parent_call_sid is null) entries
group by company_id, contact_id, thread_line(address);
insert into contact_search (company_id, contact_id, text)
select company_id, id, contact_search_text(company_id, id) from contacts;
