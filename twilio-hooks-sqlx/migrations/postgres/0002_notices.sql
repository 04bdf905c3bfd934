-- What the application itself tells is unique by company, topic and a key of its own. What webhooks
-- tell of has no key, and is unique as before; there, a notice has its own id in place of a SID.
alter table notifications add column notice_key text;
create unique index notifications_by_notice on notifications (company_id, topic, notice_key)
    where notice_key is not null;
