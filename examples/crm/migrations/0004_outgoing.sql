-- Texts that we send: what was wanted, before Twilio is asked, and what came of it.

-- How a company sends. No row, or null: nobody has set it.
create table messaging_settings (
    company_id {id} primary key not null references companies (id),
    -- Messages a second from each line.
    rate {number},
    -- Messages a day.
    daily_budget {number},
    -- The line that sends if nothing says which.
    default_line_id {id},
    -- An IANA name: where the days of the budget begin. Null for the company's.
    time_zone text
){strict};

-- What somebody wants to be sent. The message of the store, in `sms`, gets the same id.
create table outgoing (
    id {id} primary key not null,
    company_id {id} not null references companies (id),
    contact_id {id} not null,
    -- Our side, as it was when somebody wanted this.
    line_id {id} not null,
    account_sid text not null,
    -- The number or messaging service of the line.
    sender text not null,
    to_address text not null,
    body text not null,
    -- The person who wrote it; null for a program and for the server itself.
    user_id {id},
    -- Whether no person wrote it.
    automatic {flag} not null,
    -- The one that this one tries again, and the one that tries this one again.
    retry_of {id},
    retried_by {id},
    -- queued: to be sent. sending: Twilio is being asked. unknown: Twilio was asked, and nobody knows
    -- with which outcome. taken: Twilio has it, the store not yet. sent: both have it.
    -- failed, canceled: it will not be sent.
    state text not null,
    -- When there is something to do; in `sending` and `unknown` also the end of somebody's lease.
    due_at {time},
    -- How often it was taken up to ask Twilio.
    attempts {number} not null,
    -- How often nobody knew the outcome, and how often it was then looked for in vain.
    unknowns {number} not null,
    checks {number} not null,
    -- When Twilio was asked last.
    asked_at {time},
    message_sid text,
    -- The message in the store; another one than `id` only if the store knew it before we did.
    sms_id {id},
    -- Why it failed or waits: Twilio's code, or a word of ours.
    error_code {number},
    problem text,
    -- The day whose budget it is taken from.
    budget_day text not null,
    created_at {time} not null,
    updated_at {time} not null,
    unique (company_id, id),
    unique (account_sid, message_sid),
    foreign key (company_id, contact_id) references contacts (company_id, id),
    foreign key (company_id, user_id) references users (company_id, id),
    foreign key (company_id, retry_of) references outgoing (company_id, id)
){strict};
-- What has no message in the store, for lists.
create index outgoing_unrecorded on outgoing (company_id, id) where state <> 'sent';
create index outgoing_by_contact on outgoing (company_id, contact_id, id);
create index outgoing_by_retry on outgoing (company_id, retry_of) where retry_of is not null;
-- The next ones of a line.
create index outgoing_queued on outgoing (line_id, id) where state = 'queued';
-- What Twilio is being asked for, or may have: the next ones to the same contact wait.
create index outgoing_under_way on outgoing (line_id, company_id, contact_id, id)
    where state in ('sending', 'unknown');
-- What is due besides.
create index outgoing_due on outgoing (due_at) where due_at is not null and state <> 'queued';

-- The pace of a line that sends.
create table outgoing_lines (
    line_id {id} primary key not null,
    company_id {id} not null references companies (id),
    -- Until then it has sent enough.
    next_at {time} not null
){strict};

-- How many messages of a company each day has had.
create table outgoing_days (
    company_id {id} not null references companies (id),
    -- As in 2026-11-23.
    day text not null,
    messages {number} not null,
    primary key (company_id, day)
){strict};

-- Keys of requests that made a message: a repeated request makes no second one.
create table outgoing_keys (
    company_id {id} not null,
    key text not null,
    -- The SHA-256 of what was asked for.
    request {bytes} not null,
    outgoing_id {id} not null,
    created_at {time} not null,
    primary key (company_id, key),
    foreign key (company_id, outgoing_id) references outgoing (company_id, id)
){strict};
create index outgoing_keys_by_time on outgoing_keys (created_at);
create index outgoing_keys_by_text on outgoing_keys (company_id, outgoing_id);

-- Files to send.
create table uploads (
    id {id} primary key not null,
    company_id {id} not null references companies (id),
    user_id {id},
    content_type text not null,
    size {number} not null,
    bytes {bytes} not null,
    -- Whether no text has it yet.
    loose {flag} not null,
    created_at {time} not null,
    unique (company_id, id),
    foreign key (company_id, user_id) references users (company_id, id)
){strict};
create index uploads_loose on uploads (created_at) where loose;

create table outgoing_media (
    company_id {id} not null,
    outgoing_id {id} not null,
    upload_id {id} not null,
    position {number} not null,
    primary key (outgoing_id, position),
    foreign key (company_id, outgoing_id) references outgoing (company_id, id),
    foreign key (company_id, upload_id) references uploads (company_id, id)
){strict};
create index outgoing_media_by_upload on outgoing_media (company_id, upload_id);

-- Public addresses of files, for Twilio to fetch them. Only the digest of the secret part is kept.
create table media_links (
    digest {bytes} primary key not null,
    company_id {id} not null,
    upload_id {id} not null,
    expires_at {time} not null,
    foreign key (company_id, upload_id) references uploads (company_id, id)
){strict};
create index media_links_by_time on media_links (expires_at);
create index media_links_by_upload on media_links (company_id, upload_id);
