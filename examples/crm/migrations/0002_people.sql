-- People, what they may do, and what they did.

create table users (
    id {id} primary key not null,
    company_id {id} not null references companies (id),
    -- In lower case; whoever signs in names it, so it is unique on the whole server.
    email text not null unique,
    name text not null,
    -- owner, admin, agent or read_only.
    role text not null,
    -- Null until the person has chosen one.
    password_hash text,
    -- Two phones that calls are forwarded to, in E.164.
    mobile text,
    office text,
    -- An IANA name, such as Europe/Berlin: where pages show times.
    time_zone text,
    created_at {time} not null,
    -- From then on the person may do nothing; what they did stays theirs.
    disabled_at {time},
    unique (company_id, id)
){strict};

-- Who may choose a new password without knowing the old one: whoever was invited, or has forgotten it.
-- Only the digest of the token is kept, and a newer one takes the place of an older one.
create table password_tokens (
    user_id {id} primary key not null,
    company_id {id} not null,
    digest {bytes} not null unique,
    created_at {time} not null,
    expires_at {time} not null,
    foreign key (company_id, user_id) references users (company_id, id)
){strict};

-- Who is signed in. The cookie holds a random secret, and only its digest is kept.
create table sessions (
    digest {bytes} primary key not null,
    id {id} not null unique,
    company_id {id} not null,
    user_id {id} not null,
    created_at {time} not null,
    seen_at {time} not null,
    -- At the latest, however busy.
    expires_at {time} not null,
    -- What the browser called itself, for the list of sessions.
    agent text,
    foreign key (company_id, user_id) references users (company_id, id)
){strict};
create index sessions_by_user on sessions (user_id, id);
create index sessions_by_expiry on sessions (expires_at);

-- Programs of a company. Only the digest of a token is kept.
create table api_tokens (
    id {id} primary key not null,
    company_id {id} not null references companies (id),
    name text not null,
    digest {bytes} not null unique,
    -- What the program may do at most.
    role text not null,
    created_at {time} not null,
    created_by {id},
    used_at {time},
    revoked_at {time},
    unique (company_id, id),
    foreign key (company_id, created_by) references users (company_id, id)
){strict};

-- What people did. Rows are only ever added.
create table audit_log (
    id {id} primary key not null,
    company_id {id} not null references companies (id),
    -- The person, or null for a program and for the server itself.
    user_id {id},
    api_token_id {id},
    -- Such as `user.role_changed`.
    action text not null,
    -- What it was done to: a kind and an id.
    object_kind text,
    object_id {id},
    -- Before and after and the like, as JSON; never a secret.
    details text not null,
    ip text,
    created_at {time} not null,
    foreign key (company_id, user_id) references users (company_id, id),
    foreign key (company_id, api_token_id) references api_tokens (company_id, id)
){strict};
create index audit_log_by_company on audit_log (company_id, id);
