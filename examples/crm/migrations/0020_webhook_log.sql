-- Every request to a webhook's URL, for as long as the configuration says. What Twilio said in it is
-- not in here but in the store's `webhooks`, which is where it is erased.
create table webhook_log (
    id {id} primary key not null,
    -- Whose it is: whose line it came for, else whose account it is. Null if nobody knows.
    company_id {id} references companies (id),
    received_at {time} not null,
    milliseconds {number} not null,
    -- The pattern of the path, below the prefix of all webhooks.
    route text not null,
    -- What Twilio was answered.
    status {number} not null,
    -- taken, unrouted, apology, unreadable, failed or refused.
    result text not null,
    -- Such as `mismatch` or `store`.
    reason text,
    -- Who signed it; of what was refused, whom it names.
    account_sid text,
    -- The message, call or recording, and the status that it reports.
    sid text,
    event text,
    -- Why a signature is wrong.
    diagnosis text
){strict};
create index webhook_log_by_company on webhook_log (company_id, id);
create index webhook_log_problems on webhook_log (company_id, id) where result <> 'taken';
create index webhook_log_unrouted on webhook_log (account_sid, sid) where result = 'unrouted';
