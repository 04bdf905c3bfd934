-- What erasing a contact looks for: it takes as long as the contact has entries, however much there is
-- of others. Meanwhile nobody else writes on SQLite.

-- With the legs of calls, which the store's own index leaves out.
create index calls_of_contact on calls (company_id, contact_id) where contact_id is not null;
create index calls_by_parent on calls (company_id, parent_call_sid)
    where parent_call_sid is not null;
create index outgoing_calls_by_number on outgoing_calls (to_number, company_id);
create index call_legs_of_contacts on call_legs (company_id, number) where name = 'contact';
create index notification_reads_by_seq on notification_reads (company_id, seq);
