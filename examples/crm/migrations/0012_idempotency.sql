-- Requests that were sent with an `Idempotency-Key`, and their answers, for a day.

create table idempotency_keys (
    company_id {id} not null references companies (id),
    -- Who has sent it: user:<id>, token:<id>, or configured.
    caller text not null,
    -- The pattern of the path; only POST takes keys.
    route text not null,
    idempotency_key text not null,
    -- Whoever has it runs the request.
    claim {id} not null unique,
    -- SHA-256 of the path, the query and the body.
    request {bytes} not null,
    -- Null while the request is under way.
    status {number},
    content_type text,
    location text,
    body {bytes},
    created_at {time} not null,
    primary key (company_id, caller, route, idempotency_key)
){strict};

create index idempotency_keys_by_age on idempotency_keys (created_at);
