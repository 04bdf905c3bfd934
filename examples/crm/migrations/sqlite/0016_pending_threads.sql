-- A text that waits to be sent, or never was, is the last thing that was said, too: as in the
-- conversation itself. Its message gets the same id, so a conversation keeps its place when Twilio takes
-- the text.
create trigger threads_of_new_text after insert on outgoing begin
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
        new.sender,
        new.id)
    on conflict (company_id, contact_id, address) do update set
        last_id = max(last_id, excluded.last_id);
end;

-- Only if the store knew its message before we did.
create trigger threads_of_renamed_text after update of sms_id on outgoing
when new.sms_id <> new.id begin
    update threads set last_id = new.sms_id
    where company_id = new.company_id and last_id = new.id
      and contact_id = coalesce((select primary_id from contact_links
          where company_id = new.company_id and other_id = new.contact_id), new.contact_id);
end;

-- Whether our last message arrived is told by those that were sent, and by those that can't be.
create trigger threads_of_failed_text after update of state on outgoing
when new.state = 'failed' and old.state <> 'failed' begin
    update threads set last_out_id = new.id, last_out_failed = 1
    where company_id = new.company_id and new.id >= coalesce(last_out_id, '')
      and contact_id = coalesce((select primary_id from contact_links
          where company_id = new.company_id and other_id = new.contact_id), new.contact_id);
end;

-- Twilio had it all the same.
create trigger threads_of_found_text after update of state on outgoing
when new.state <> 'failed' and old.state = 'failed' begin
    update threads set
        last_out_id = (select id from sms where id = coalesce(new.sms_id, new.id)),
        last_out_failed = exists (
            select 1 from sms where id = coalesce(new.sms_id, new.id)
              and status in ('FAILED', 'UNDELIVERED'))
    where company_id = new.company_id and last_out_id = new.id
      and contact_id = coalesce((select primary_id from contact_links
          where company_id = new.company_id and other_id = new.contact_id), new.contact_id);
end;

-- A call that turns out to be a leg of another one leaves the conversation.
drop trigger threads_of_late_leg;
create trigger threads_of_late_leg after update of parent_call_sid on calls
when old.parent_call_sid is null and new.parent_call_sid is not null
    and new.contact_id is not null begin
    delete from thread_lines
    where company_id = new.company_id and contact_id = new.contact_id and last_id = new.id
      and not exists (select 1 from sms
          where company_id = new.company_id and contact_id = new.contact_id)
      and not exists (select 1 from calls where company_id = new.company_id
          and contact_id = new.contact_id and parent_call_sid is null)
      and not exists (select 1 from outgoing where company_id = new.company_id
          and contact_id = new.contact_id and state <> 'sent');
    delete from threads
    where company_id = new.company_id and contact_id = new.contact_id and last_id = new.id
      and not exists (select 1 from sms
          where company_id = new.company_id and contact_id = new.contact_id)
      and not exists (select 1 from calls where company_id = new.company_id
          and contact_id = new.contact_id and parent_call_sid is null)
      and not exists (select 1 from outgoing where company_id = new.company_id
          and contact_id = new.contact_id and state <> 'sent');
    update threads set last_id = coalesce(
        (select max(id) from (
            select max(id) as id from sms
            where company_id = new.company_id and contact_id = new.contact_id
            union all
            select max(id) from calls where company_id = new.company_id
              and contact_id = new.contact_id and parent_call_sid is null
            union all
            select max(id) from outgoing where company_id = new.company_id
              and contact_id = new.contact_id and state <> 'sent')), last_id)
    where company_id = new.company_id and contact_id = new.contact_id and last_id = new.id;
end;

-- What is there already.
insert into threads (company_id, contact_id, last_id, last_out_id, last_out_failed)
select o.company_id, coalesce(l.primary_id, o.contact_id) as thread, max(o.id),
    max(case when o.state = 'failed' then o.id end), max(o.state = 'failed')
from outgoing o
left join contact_links l on l.company_id = o.company_id and l.other_id = o.contact_id
where o.state <> 'sent'
group by o.company_id, thread
on conflict (company_id, contact_id) do update set
    last_id = max(last_id, excluded.last_id),
    last_out_failed = case when excluded.last_out_id > coalesce(last_out_id, '')
        then 1 else last_out_failed end,
    last_out_id = nullif(max(coalesce(last_out_id, ''), coalesce(excluded.last_out_id, '')), '');
insert into thread_lines (company_id, contact_id, address, last_id)
select o.company_id, coalesce(l.primary_id, o.contact_id) as thread, o.sender, max(o.id)
from outgoing o
left join contact_links l on l.company_id = o.company_id and l.other_id = o.contact_id
where true
group by o.company_id, thread, o.sender
on conflict (company_id, contact_id, address) do update set
    last_id = max(last_id, excluded.last_id);
