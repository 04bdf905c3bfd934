-- Consent, templates, business hours, and automatic replies.

-- Whether a contact gets messages, in a scope: the id of one of our lines, or the SID of a messaging
-- service for what came through it. No row: nobody has said anything.
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
