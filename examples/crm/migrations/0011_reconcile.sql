-- Looking for what was missed: what Twilio's lists have and no webhook has told.

create table reconcile_runs (
    id {id} primary key not null,
    account_sid text not null,
    -- waiting, running, done or failed.
    state text not null,
    -- What was looked at: from when until when.
    since {time} not null,
    until {time},
    -- Until then nobody else takes it over.
    lease_until {time},
    looked_at {number} not null default 0,
    -- What nobody owns, and what could not be stored.
    unrouted {number} not null default 0,
    not_stored {number} not null default 0,
    -- Why it failed, in a sentence.
    error text,
    created_at {time} not null,
    finished_at {time}
){strict};
-- One at a time for each account, whoever starts it.
create unique index reconcile_runs_open on reconcile_runs (account_sid)
    where state in ('waiting', 'running');
create index reconcile_runs_by_account on reconcile_runs (account_sid, id);

-- What was found of each company: several may have numbers in one account.
create table reconcile_found (
    run_id {id} not null references reconcile_runs (id) on delete cascade,
    company_id {id} not null references companies (id),
    messages {number} not null,
    calls {number} not null,
    recordings {number} not null,
    primary key (run_id, company_id)
){strict};

-- What has not come to an end yet; the tables are the store's.
create index sms_unfinished on sms (account_sid, created_at) where status_rank < 70;
create index calls_unfinished on calls (account_sid, created_at)
    where status_rank < 70 and parent_call_sid is null;
create index recordings_unfinished on recordings (account_sid, created_at) where status_rank < 70;
