-- Consent, templates, business hours, and automatic replies.

-- Whether a contact gets messages, in a scope: the number of one of our lines, which outlives the line,
-- or the SID of a messaging service for what came through it. No row: nobody has said anything.
create table consents (
    company_id {id} not null,
    contact_id {id} not null,
    scope text not null,
    opted_out {flag} not null,
    -- keyword, opt_out_type, refused or person.
    source text not null,
    since {time} not null,
    -- When the latest statement was received: older ones change nothing.
    said_at {time} not null,
    -- The messaging service that a line heard it through: the service's START takes it back.
    through text,
    primary key (company_id, contact_id, scope),
    foreign key (company_id, contact_id) references contacts (company_id, id)
){strict};

-- Every statement about consent. Rows are only ever added.
create table consent_events (
    id {id} primary key not null,
    company_id {id} not null,
    contact_id {id} not null,
    -- The line it was said to.
    line_id {id} not null,
    opted_out {flag} not null,
    source text not null,
    -- The text that said it, or the message that was refused.
    message_id {id},
    -- The person who entered it.
    user_id {id},
    -- Whether it changed anything; the others are kept to know them again when they are repeated.
    changed {flag} not null,
    at {time} not null,
    foreign key (company_id, contact_id) references contacts (company_id, id),
    foreign key (company_id, user_id) references users (company_id, id)
){strict};
create index consent_events_by_contact on consent_events (company_id, contact_id, id);
create unique index consent_events_by_message on consent_events (company_id, message_id)
    where message_id is not null;

-- The messaging service that the messages to a line come through.
create table line_services (
    company_id {id} not null references companies (id),
    line_id {id} not null,
    service_sid text not null,
    primary key (company_id, line_id)
){strict};

create table templates (
    id {id} primary key not null,
    company_id {id} not null references companies (id),
    name text not null,
    -- What one types after `/` to find it.
    shortcut text,
    -- With its blanks, such as {{contact.name}}.
    body text not null,
    created_at {time} not null,
    updated_at {time} not null,
    unique (company_id, id)
){strict};
create unique index templates_by_name on templates (company_id, lower(name));
create unique index templates_by_shortcut on templates (company_id, shortcut)
    where shortcut is not null;

-- The companies that were given their first templates.
create table template_starters (
    company_id {id} primary key not null references companies (id)
){strict};

-- When a company is open, as JSON. No row: always.
create table business_hours (
    company_id {id} primary key not null references companies (id),
    schedule text not null,
    updated_at {time} not null
){strict};

-- What texts are answered with by themselves: of a company, and of lines that differ.
create table auto_reply_rules (
    company_id {id} not null references companies (id),
    -- Null for the company's.
    line_id {id},
    enabled {flag} not null,
    -- always or closed.
    occasion text not null,
    -- The text with its blanks, or a template.
    body text,
    template_id {id},
    -- For `always`: how often one contact gets it.
    every_minutes {number} not null,
    per_day {number} not null,
    updated_at {time} not null,
    check (body is null or template_id is null),
    check (not enabled or body is not null or template_id is not null),
    unique (company_id, line_id),
    foreign key (company_id, template_id) references templates (company_id, id)
){strict};
create unique index auto_reply_rules_by_company on auto_reply_rules (company_id)
    where line_id is null;
create index auto_reply_rules_by_template on auto_reply_rules (company_id, template_id)
    where template_id is not null;

-- What was decided for each text that came while a reply was set. Rows are never changed, so a text
-- that comes again gets the same answer.
create table auto_replies (
    -- The text.
    message_id {id} primary key not null,
    company_id {id} not null,
    line_id {id} not null,
    -- Null for senders who hide.
    contact_id {id},
    -- `sent`, or why not.
    decision text not null,
    -- More about it, for people.
    detail text,
    -- What the answer is stored under as a message, its text, and its parties; null if there is none.
    reply_id {id},
    reply text,
    from_address text,
    to_address text,
    -- When the period began in which the contact gets one reply.
    closed_since {time},
    -- Tells texts that are the same; empty if there is no text, null once the contact was erased.
    digest {bytes},
    at {time} not null,
    foreign key (company_id, message_id) references sms (company_id, id),
    foreign key (company_id, contact_id) references contacts (company_id, id)
){strict};
create index auto_replies_by_contact on auto_replies (company_id, contact_id, at);
create index auto_replies_sent on auto_replies (company_id, at) where reply_id is not null;
create index auto_replies_sent_by_contact on auto_replies (company_id, contact_id, at)
    where reply_id is not null;
create unique index auto_replies_by_reply on auto_replies (reply_id) where reply_id is not null;
-- However many servers decide at once.
create unique index auto_replies_by_period on auto_replies (company_id, contact_id, closed_since)
    where closed_since is not null and reply_id is not null;
-- Whether a sender is one of our lines is asked for each text that may be answered.
create index lines_by_address on lines (address);
