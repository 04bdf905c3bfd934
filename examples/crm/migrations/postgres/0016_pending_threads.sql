-- A text that waits to be sent, or never was, is the last thing that was said, too: as in the
-- conversation itself. Its message gets the same id, so a conversation keeps its place when Twilio takes
-- the text.
create function thread_of_text() returns trigger language plpgsql as $$
declare
    thread uuid := thread_contact(new.company_id, new.contact_id);
begin
    insert into threads as t (company_id, contact_id, last_id)
    values (new.company_id, thread, new.id)
    on conflict (company_id, contact_id) do update set
        last_id = greatest(t.last_id, excluded.last_id);
    insert into thread_lines as t (company_id, contact_id, address, last_id)
    values (new.company_id, thread, new.sender, new.id)
    on conflict (company_id, contact_id, address) do update set
        last_id = greatest(t.last_id, excluded.last_id);
    return null;
end $$;
create trigger threads_of_new_text after insert on outgoing for each row
    execute function thread_of_text();

-- Only if the store knew its message before we did.
create function thread_of_renamed_text() returns trigger language plpgsql as $$
begin
    update threads set last_id = new.sms_id
    where company_id = new.company_id and last_id = new.id
      and contact_id = thread_contact(new.company_id, new.contact_id);
    return null;
end $$;
create trigger threads_of_renamed_text after update of sms_id on outgoing for each row
    when (new.sms_id <> new.id) execute function thread_of_renamed_text();

-- Whether our last message arrived is told by those that were sent, and by those that can't be.
create function thread_of_failed_text() returns trigger language plpgsql as $$
begin
    update threads set last_out_id = new.id, last_out_failed = true
    where company_id = new.company_id and (last_out_id is null or new.id >= last_out_id)
      and contact_id = thread_contact(new.company_id, new.contact_id);
    return null;
end $$;
create trigger threads_of_failed_text after update of state on outgoing for each row
    when (new.state = 'failed' and old.state <> 'failed')
    execute function thread_of_failed_text();

-- Twilio had it all the same.
create function thread_of_found_text() returns trigger language plpgsql as $$
begin
    update threads set
        last_out_id = (select id from sms where id = coalesce(new.sms_id, new.id)),
        last_out_failed = exists (
            select 1 from sms where id = coalesce(new.sms_id, new.id)
              and status in ('FAILED', 'UNDELIVERED'))
    where company_id = new.company_id and last_out_id = new.id
      and contact_id = thread_contact(new.company_id, new.contact_id);
    return null;
end $$;
create trigger threads_of_found_text after update of state on outgoing for each row
    when (new.state <> 'failed' and old.state = 'failed')
    execute function thread_of_found_text();

-- A call that turns out to be a leg of another one leaves the conversation.
create or replace function thread_of_late_leg() returns trigger language plpgsql as $$
declare
    latest uuid;
begin
    select id into latest from (
        (select id from sms where company_id = new.company_id and contact_id = new.contact_id
         order by id desc limit 1)
        union all
        (select id from calls where company_id = new.company_id and contact_id = new.contact_id
           and parent_call_sid is null order by id desc limit 1)
        union all
        (select id from outgoing where company_id = new.company_id and contact_id = new.contact_id
           and state <> 'sent' order by id desc limit 1)) entries
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

-- What is there already.
insert into threads as t (company_id, contact_id, last_id, last_out_id, last_out_failed)
select o.company_id, coalesce(l.primary_id, o.contact_id) as thread, max(o.id::text)::uuid,
    max(case when o.state = 'failed' then o.id::text end)::uuid, bool_or(o.state = 'failed')
from outgoing o
left join contact_links l on l.company_id = o.company_id and l.other_id = o.contact_id
where o.state <> 'sent'
group by o.company_id, thread
on conflict (company_id, contact_id) do update set
    last_id = greatest(t.last_id, excluded.last_id),
    last_out_failed = case
        when excluded.last_out_id is not null
            and (t.last_out_id is null or excluded.last_out_id > t.last_out_id)
        then true else t.last_out_failed end,
    last_out_id = greatest(t.last_out_id, excluded.last_out_id);
insert into thread_lines as t (company_id, contact_id, address, last_id)
select o.company_id, coalesce(l.primary_id, o.contact_id) as thread, o.sender,
    max(o.id::text)::uuid
from outgoing o
left join contact_links l on l.company_id = o.company_id and l.other_id = o.contact_id
group by o.company_id, thread, o.sender
on conflict (company_id, contact_id, address) do update set
    last_id = greatest(t.last_id, excluded.last_id);
