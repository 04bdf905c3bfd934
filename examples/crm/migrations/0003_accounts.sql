-- The Twilio accounts of companies, their secrets, and what is known of how lines are set up.

-- Secrets, sealed with a key of the configuration. Whose it is, what it belongs to and which field it
-- is are sealed in: a row that is moved does not open.
create table secrets (
    company_id {id} not null references companies (id),
    -- What it belongs to, such as the SID of an account.
    object text not null,
    -- Such as `auth_token`.
    field text not null,
    -- Which key opens it.
    key_id text not null,
    sealed {bytes} not null,
    set_at {time} not null,
    -- The person or the program who has set it.
    set_by_user {id},
    set_by_token {id},
    primary key (company_id, object, field)
){strict};
create index secrets_by_key on secrets (key_id);

create table twilio_accounts (
    id {id} primary key not null,
    company_id {id} not null references companies (id),
    -- An account belongs to one company. Whoever adds it has shown its token to Twilio.
    account_sid text not null unique,
    friendly_name text,
    -- The API key that the REST API is used with, if any; its secret is in `secrets`.
    api_key_sid text,
    region text,
    edge text,
    created_at {time} not null,
    -- When Twilio has accepted what is set last.
    verified_at {time} not null,
    -- Grows with each change, so that other servers see it.
    revision {number} not null,
    unique (company_id, id)
){strict};

-- What people call a line.
create table line_names (
    line_id {id} primary key not null,
    company_id {id} not null references companies (id),
    name text not null
){strict};
create index line_names_by_company on line_names (company_id);

-- What was set at Twilio before our webhooks were, to be put back when we let go.
create table taken_webhooks (
    company_id {id} not null references companies (id),
    account_sid text not null,
    -- The SID of a number or of a messaging service.
    resource text not null,
    -- message, call or call_status.
    webhook text not null,
    -- Twilio's parameters and their values, as JSON; null if a URL has a password in it, and all of
    -- it is in `secrets`.
    previous text,
    taken_at {time} not null,
    primary key (company_id, resource, webhook)
){strict};

-- What is not right with accounts and lines.
create table setup_problems (
    id {id} primary key not null,
    company_id {id} not null references companies (id),
    -- Such as `credentials_refused`.
    kind text not null,
    -- The SID of the account, the id of the line, or the number.
    object text not null,
    sentence text not null,
    remedy text not null,
    since {time} not null,
    -- Null as long as it goes on.
    resolved_at {time},
    unique (company_id, id)
){strict};
create unique index setup_problems_open on setup_problems (company_id, kind, object)
    where resolved_at is null;
create index setup_problems_by_company on setup_problems (company_id, id);

-- Whose turn it is to be looked at; servers claim a row by moving its time.
create table account_checks (
    account_sid text primary key not null,
    next_at {time} not null
){strict};
create index account_checks_by_time on account_checks (next_at);
