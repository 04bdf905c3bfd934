-- What reconciliation records, and has not told the handlers of webhooks yet. A row is there before the
-- record, and goes when they have heard of it: a server that dies in between leaves it for the next one.
create table reconcile_untold (
    account_sid text not null,
    -- message or call.
    kind text not null,
    sid text not null,
    -- Until then somebody is at it.
    due_at {time} not null,
    -- How often it was tried again.
    attempt {number} not null default 0,
    primary key (account_sid, sid)
){strict};
create index reconcile_untold_due on reconcile_untold (due_at);
