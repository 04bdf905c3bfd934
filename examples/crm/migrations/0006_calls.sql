-- Calls: where they are forwarded to, what was decided about each one, and what came of it.

create table menus (
    id {id} primary key not null,
    company_id {id} not null references companies (id),
    name text not null,
    -- The prompt, what each key does and the rest, as JSON.
    menu text not null,
    created_at {time} not null,
    updated_at {time} not null,
    unique (company_id, id),
    unique (company_id, name)
){strict};

-- Which menu leads to which; there is no way round in a circle.
create table menu_links (
    company_id {id} not null,
    menu_id {id} not null,
    to_menu_id {id} not null,
    primary key (company_id, menu_id, to_menu_id),
    foreign key (company_id, menu_id) references menus (company_id, id),
    foreign key (company_id, to_menu_id) references menus (company_id, id)
){strict};
create index menu_links_back on menu_links (company_id, to_menu_id);

-- What a company's calls do unless a person or a line says otherwise. No row: nothing was set.
create table call_settings (
    company_id {id} primary key not null references companies (id),
    -- Recording, the announcement, the default rule and the like, as JSON.
    settings text not null,
    -- The menu that the default rule leads to, so that it can't be deleted.
    menu_id {id},
    updated_at {time} not null,
    foreign key (company_id, menu_id) references menus (company_id, id)
){strict};

-- Where the calls for a person go.
create table user_call_rules (
    user_id {id} primary key not null,
    company_id {id} not null,
    -- JSON.
    rule text not null,
    menu_id {id},
    updated_at {time} not null,
    foreign key (company_id, user_id) references users (company_id, id),
    foreign key (company_id, menu_id) references menus (company_id, id)
){strict};
create index user_call_rules_by_menu on user_call_rules (company_id, menu_id)
    where menu_id is not null;

-- What a line does otherwise than its person or the company. The line itself may go and come back.
create table line_call_rules (
    line_id {id} primary key not null,
    company_id {id} not null references companies (id),
    -- JSON, or null if the rule is not another one.
    rule text,
    -- off, on or announce, or null for what the company has.
    recording text,
    menu_id {id},
    updated_at {time} not null,
    foreign key (company_id, menu_id) references menus (company_id, id)
){strict};
create index line_call_rules_by_menu on line_call_rules (company_id, menu_id)
    where menu_id is not null;

-- What was decided about a call, and how far it is. The call's own row is the store's: of a call that
-- we make it comes later than this one, and may never come.
create table call_flows (
    call_id {id} primary key not null,
    company_id {id} not null references companies (id),
    line_id {id} not null,
    -- INBOUND or OUTBOUND.
    direction text not null,
    account_sid text not null,
    -- Null until Twilio has said it, of a call that we make.
    call_sid text,
    -- What was decided at the start, as JSON: later changes of rules and menus do not touch it.
    plan text not null,
    -- Where the call is in its plan, as JSON, and how often it has moved on.
    state text not null,
    step {number} not null,
    -- Who of us has talked with the other side.
    handled_by {id},
    -- Whether it came in and nobody of us answered.
    missed {flag} not null default false,
    -- Whether a message was left: the recording, and how many seconds it has.
    voicemail {flag} not null default false,
    voicemail_sid text,
    voicemail_seconds {number},
    -- When it was over, as far as its plan goes.
    ended_at {time},
    -- When our people and the caller are to be told what came of it, and when that was done.
    settle_at {time},
    settled_at {time},
    created_at {time} not null,
    unique (company_id, call_id),
    foreign key (company_id, handled_by) references users (company_id, id)
){strict};
create index call_flows_missed on call_flows (company_id, call_id) where missed;
create index call_flows_voicemail on call_flows (company_id, call_id) where voicemail;
create index call_flows_open on call_flows (settle_at) where settled_at is null;

-- The phones that a call made ring.
create table call_legs (
    company_id {id} not null,
    call_id {id} not null,
    call_sid text not null,
    -- Its place in the plan, and what it is called, such as `Ana's mobile`.
    target {number} not null,
    name text not null,
    number text not null,
    user_id {id},
    status text not null,
    status_rank {number} not null,
    -- Whether the one who answered has pressed the key, where that is asked for.
    accepted {flag} not null default false,
    seconds {number},
    started_at {time} not null,
    primary key (company_id, call_id, call_sid),
    foreign key (company_id, call_id) references call_flows (company_id, call_id),
    foreign key (company_id, user_id) references users (company_id, id)
){strict};

-- What happened in a call, in order: the forwarding, the keys, the message.
create table call_events (
    id {id} primary key not null,
    company_id {id} not null,
    call_id {id} not null,
    kind text not null,
    -- The phone or the menu.
    name text,
    -- The key.
    key text,
    seconds {number},
    at {time} not null,
    foreign key (company_id, call_id) references call_flows (company_id, call_id)
){strict};
create index call_events_by_call on call_events (company_id, call_id, id);

-- Calls that our people start; the row is there before Twilio is asked.
create table outgoing_calls (
    call_id {id} primary key not null,
    company_id {id} not null,
    user_id {id} not null,
    -- The phone of ours that rings first, and who is called then.
    phone text not null,
    to_number text not null,
    -- asked, started, failed, or unknown: Twilio may have it or not.
    state text not null,
    error_code {number},
    -- Given by whoever asks, so that asking twice starts one call.
    idempotency_key text,
    asked_at {time} not null,
    -- When to look it up at Twilio, if nothing was heard of it.
    look_at {time},
    unique (company_id, user_id, idempotency_key),
    foreign key (company_id, call_id) references call_flows (company_id, call_id),
    foreign key (company_id, user_id) references users (company_id, id)
){strict};
create index outgoing_calls_doubtful on outgoing_calls (look_at) where look_at is not null;

-- When a caller whose call was missed got a text for it; kept for a day.
create table text_backs (
    company_id {id} not null references companies (id),
    address text not null,
    sent_at {time} not null,
    primary key (company_id, address)
){strict};

-- Calls that were looked up at Twilio, because their end was not reported.
create table call_checks (
    call_id {id} primary key not null,
    company_id {id} not null references companies (id),
    checks {number} not null,
    due_at {time} not null
){strict};

-- For lists and for the sweep of calls; the table is the store's.
create index calls_by_direction on calls (company_id, direction, id) where parent_call_sid is null;
create index calls_open on calls (created_at) where status_rank < 70 and parent_call_sid is null;
