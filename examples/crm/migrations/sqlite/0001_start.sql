-- The CRM's own tables, beside those of the store, which has `lines`, `contacts`, `sms`, `calls`.

create table companies (
    id text primary key not null,
    name text not null unique,
    created_at text not null
);

-- What a line does besides belonging to somebody. No row: nothing was set.
create table line_settings (
    line_id text primary key not null,
    -- What callers hear first.
    greeting text,
    -- What every text is answered with.
    text_reply text
);
