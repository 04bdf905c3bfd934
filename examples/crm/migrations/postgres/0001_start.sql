-- The CRM's own tables, beside those of the store, which has `lines`, `contacts`, `sms`, `calls`.

create table companies (
    id uuid primary key,
    name text not null unique,
    created_at timestamptz not null
);

-- What a line does besides belonging to somebody. No row: nothing was set.
create table line_settings (
    line_id uuid primary key,
    -- What callers hear first.
    greeting text,
    -- What every text is answered with.
    text_reply text
);
