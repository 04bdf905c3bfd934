-- What of a contact has no message in the store: a part of every page of a conversation.
create index outgoing_unrecorded_by_contact on outgoing (company_id, contact_id, id)
    where state <> 'sent';
