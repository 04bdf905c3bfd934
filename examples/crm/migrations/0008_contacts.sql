-- What people add to the contacts of the store, and what is left of those who were erased.

-- No row: nothing was set.
create table company_settings (
    company_id {id} primary key not null references companies (id),
    -- ISO 3166 alpha-2: numbers without a country's code are of this one, and are shown as there.
    country text not null default 'US',
    -- An IANA name, such as Europe/Berlin, for whatever has no time zone of its own.
    time_zone text,
    -- Keeps the digests of erased numbers apart from those of other companies; made when first needed.
    digest_key {bytes}
){strict};

-- Beside a contact of the store. No row: nobody has entered anything.
create table contact_details (
    company_id {id} not null,
    contact_id {id} not null,
    -- `person` if the name was entered by one; else it is what a webhook told.
    name_source text,
    email text,
    company_name text,
    notes text,
    -- A JSON array of texts.
    labels text not null default '[]',
    blocked_at {time},
    updated_at {time} not null,
    primary key (company_id, contact_id),
    foreign key (company_id, contact_id) references contacts (company_id, id)
){strict};
create index contacts_blocked on contact_details (company_id, contact_id)
    where blocked_at is not null;

-- Contacts that are one person. A primary contact is never anybody's other.
create table contact_links (
    company_id {id} not null,
    other_id {id} not null,
    -- Whose it is in the end.
    primary_id {id} not null,
    -- Whose it was made, before that one was made a third one's: what `undo` takes apart.
    linked_to {id} not null,
    linked_at {time} not null,
    primary key (company_id, other_id),
    check (other_id <> primary_id and other_id <> linked_to),
    foreign key (company_id, other_id) references contacts (company_id, id),
    foreign key (company_id, primary_id) references contacts (company_id, id),
    foreign key (company_id, linked_to) references contacts (company_id, id)
){strict};
create index contact_links_by_primary on contact_links (company_id, primary_id, other_id);
create index contact_links_by_parent on contact_links (company_id, linked_to);

-- What is still to be deleted of erased contacts outside of the database: at Twilio, and in files.
-- Whoever does it claims a row by moving its time, and deletes the row in the end.
create table erasures (
    company_id {id} not null references companies (id),
    account_sid text not null,
    -- recording, message or call; the media of a message go with it. Or words, in the indexes for search
    -- of this database, with empty SIDs.
    kind text not null,
    sid text not null,
    due_at {time} not null,
    attempt {number} not null default 0,
    primary key (account_sid, sid)
){strict};
create index erasures_due on erasures (due_at);

-- Messages and calls of erased contacts that Twilio may still report on, which would bring the number
-- back; for some days.
create table erased_sids (
    account_sid text not null,
    sid text not null,
    until {time} not null,
    primary key (account_sid, sid)
){strict};
create index erased_sids_until on erased_sids (until);

-- Texts to erased contacts that Twilio was asked to send, or was about to be: whatever it still says of
-- them is dropped, and its message is put on the list of what is to be deleted.
create table erased_texts (
    id {id} primary key not null,
    company_id {id} not null references companies (id),
    account_sid text not null,
    until {time} not null
){strict};
create index erased_texts_until on erased_texts (until);

-- That an erased number does not want messages: a consent, with a digest in place of the contact.
create table consent_tombstones (
    company_id {id} not null references companies (id),
    digest {bytes} not null,
    scope text not null,
    opted_out {flag} not null,
    source text not null,
    since {time} not null,
    said_at {time} not null,
    primary key (company_id, digest, scope)
){strict};

-- For lists of a contact's notifications, and to find what has to go with a contact.
create index notifications_by_contact on notifications (company_id, contact_id, seq)
    where contact_id is not null;
create index notifications_by_sms on notifications (company_id, sms_id) where sms_id is not null;
create index notifications_by_call on notifications (company_id, call_id) where call_id is not null;
