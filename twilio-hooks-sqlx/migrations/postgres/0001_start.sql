-- Everything that hangs on a contact names the company as well, in one foreign key: the database
-- itself refuses a message of one company with a contact of another.
--
-- Ids are UUIDs of version 7. They grow with time, so an index that ends in `id` is a list in order
-- of time, and new rows go to the end of every such index.

create table lines (
    id uuid primary key,
    account_sid text not null,
    -- A phone number in E.164, another address, or the SID of a messaging service.
    address text not null,
    company_id uuid not null,
    user_id uuid,
    unique (account_sid, address)
);
create index lines_by_company on lines (company_id, id);

create table contacts (
    id uuid primary key,
    company_id uuid not null,
    address text not null,
    name text,
    city text,
    state text,
    zip text,
    country text,
    created_at timestamptz not null,
    unique (company_id, address),
    unique (company_id, id)
);

create table sms (
    id uuid primary key,
    -- Null while nobody owns the line.
    company_id uuid,
    user_id uuid,
    contact_id uuid,
    account_sid text not null,
    message_sid text not null,
    direction text not null check (direction in ('INBOUND', 'OUTBOUND')),
    status text not null,
    -- How far along the status is. A report replaces the status only by a higher rank; 0 marks a
    -- status that the program did not know, kept as it was written.
    status_rank smallint not null,
    from_address text not null,
    to_address text not null,
    body text,
    media jsonb not null default '[]',
    num_segments bigint,
    error_code bigint,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (account_sid, message_sid),
    unique (company_id, id),
    check (contact_id is null or company_id is not null),
    foreign key (company_id, contact_id) references contacts (company_id, id)
);
create index sms_by_contact on sms (company_id, contact_id, id);

create table calls (
    id uuid primary key,
    company_id uuid,
    user_id uuid,
    contact_id uuid,
    account_sid text not null,
    call_sid text not null,
    -- The leg this one was dialled from. No foreign key: legs are reported in any order.
    parent_call_sid text,
    direction text not null check (direction in ('INBOUND', 'OUTBOUND')),
    status text not null,
    status_rank smallint not null,
    from_number text not null,
    to_number text not null,
    duration bigint,
    recording_url text,
    error_code bigint,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (account_sid, call_sid),
    unique (company_id, id),
    check (contact_id is null or company_id is not null),
    foreign key (company_id, contact_id) references contacts (company_id, id)
);
-- Lists and timelines leave out the child legs.
create index calls_by_company on calls (company_id, id) where parent_call_sid is null;
create index calls_by_contact on calls (company_id, contact_id, id) where parent_call_sid is null;

create table recordings (
    id uuid primary key,
    company_id uuid,
    call_id uuid references calls (id),
    account_sid text not null,
    call_sid text,
    recording_sid text not null,
    status text not null,
    status_rank smallint not null,
    url text,
    duration bigint,
    channels bigint,
    source text,
    started_at timestamptz,
    error_code bigint,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (account_sid, recording_sid),
    foreign key (company_id, call_id) references calls (company_id, id)
);
create index recordings_by_call on recordings (call_id, id);
create index recordings_by_call_sid on recordings (account_sid, call_sid);

-- Notifications of recordings whose call is not known, or nobody's, until it is.
create table recording_drafts (
    id uuid primary key,
    recording_id uuid not null references recordings (id),
    status text not null,
    topic text not null,
    title text not null,
    message text not null,
    unique (recording_id, status, topic)
);

create table notifications (
    id uuid primary key,
    company_id uuid not null,
    -- The number in the company, given by the first claim.
    seq bigint,
    topic text not null,
    title text not null,
    message text not null,
    contact_id uuid,
    sms_id uuid,
    call_id uuid,
    -- What it tells of, to tell of it once.
    account_sid text not null,
    sid text not null,
    status text not null,
    attempt bigint not null default 0,
    -- When it may be claimed (again); null once it is settled for good.
    due_at timestamptz,
    created_at timestamptz not null,
    unique (account_sid, sid, status, topic),
    foreign key (company_id, contact_id) references contacts (company_id, id),
    foreign key (company_id, sms_id) references sms (company_id, id),
    foreign key (company_id, call_id) references calls (company_id, id)
);
create unique index notifications_by_seq on notifications (company_id, seq) where seq is not null;
-- Only what is still to be delivered: this index stays small however large the table grows.
create index notifications_due on notifications (id) where due_at is not null;

-- The last number given in each company.
create table notification_counters (
    company_id uuid primary key,
    last bigint not null
);

-- Every webhook as it was received.
create table webhooks (
    id uuid primary key,
    -- The order in which they came here; `id` follows the time at which they were received.
    number bigint generated always as identity,
    company_id uuid,
    kind text not null,
    account_sid text not null,
    sid text not null,
    status text not null,
    -- Form-encoded, as Twilio sends it: that keeps order, repetitions and every byte.
    params text not null,
    received_at timestamptz not null,
    unique (account_sid, sid, status)
);
create index webhooks_unrouted on webhooks (id) where company_id is null;
