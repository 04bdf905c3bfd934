-- The way a text goes: sms, or whatsapp, whose addresses begin with that word.
alter table outgoing add column channel text not null default 'sms';
