-- Recordings: copies of our own, how long they are kept, and what is still to be deleted.

-- No row: what the configuration says.
create table recording_settings (
    company_id {id} primary key not null references companies (id),
    keep_copies {flag} not null,
    -- Once there is a copy that was checked.
    delete_at_twilio {flag} not null,
    -- Null: for ever.
    keep_days {number},
    updated_at {time} not null
){strict};

-- Up to which change all finished recordings of a company wait to be copied, or are.
create table recording_queues (
    company_id {id} primary key not null references companies (id),
    queued_until {time} not null
){strict};

-- Copies, made and to be made. They outlive the row of the recording, which goes with an erased
-- contact: without this one nobody could find the file any more. So they have Twilio's key.
create table recording_files (
    account_sid text not null,
    recording_sid text not null,
    company_id {id} not null references companies (id),
    -- The name of the file, in the directory of the company.
    recording_id {id} not null,
    -- When to copy it, or to try again; null if there is nothing to do. Whoever copies claims the row
    -- by moving this time.
    due_at {time},
    attempt {number} not null default 0,
    -- What was copied and checked.
    copied_at {time},
    bytes {number},
    sha256 {bytes},
    primary key (account_sid, recording_sid)
){strict};
create index recording_files_due on recording_files (due_at) where due_at is not null;
create index recording_files_by_company on recording_files (company_id, recording_id);

-- What is to be deleted at Twilio, here, or both. Whoever does it claims the row by moving its time,
-- and deletes the row in the end.
create table recording_deletions (
    account_sid text not null,
    recording_sid text not null,
    company_id {id} not null references companies (id),
    recording_id {id} not null,
    at_twilio {flag} not null,
    here {flag} not null,
    due_at {time} not null,
    attempt {number} not null default 0,
    primary key (account_sid, recording_sid)
){strict};
create index recording_deletions_due on recording_deletions (due_at);

-- For lists, and for those who look for what is to be copied or too old; the table is the store's.
create unique index recordings_by_company on recordings (company_id, id);
create index recordings_kept on recordings (company_id, id) where status_rank < 80;
create index recordings_voicemails on recordings (company_id, id) where source = 'RecordVerb';
create index recordings_of_call on recordings (company_id, call_id, id);
create index recordings_by_change on recordings (company_id, updated_at);
