//! Messages, calls, and what tells of them.

use crm::{args, database::Db, simulate::Random};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use twilio_hooks::{CallId, HistoryId, LineId, MessageId, Params};

use super::{ACCOUNT, Company, batch::Batch};
use crate::{skewed, word};

/// How many words there are; the first ones are in most messages.
const WORDS: usize = 5000;

/// When the entry `number` of `count` was, in the year after `begin`.
fn time(begin: Timestamp, number: usize, count: usize) -> Timestamp {
    let year = SignedDuration::from_hours(24 * 364).as_millis();
    begin + SignedDuration::from_millis((year * number as i128 / count as i128) as i64)
}

/// Whose the entry is: four of five are the first company's.
fn company_of(companies: &[Company], number: usize) -> &Company {
    match number % 5 {
        4 => &companies[1 + number / 5 % (companies.len() - 1)],
        _ => &companies[0],
    }
}

/// Each message with the webhook that told of it. Some contacts have far more than others: the first
/// one has tens of thousands.
pub(super) async fn put_messages(db: &Db, companies: &[Company], count: usize, begin: Timestamp) {
    let columns = "id uuid, company_id uuid, contact_id uuid, account_sid text, message_sid text,
        direction text, status text, status_rank smallint, from_address text, to_address text,
        body text, created_at timestamptz, updated_at timestamptz";
    let mut messages = Batch::new(db, "sms", columns);
    let columns = "id uuid, company_id uuid, kind text, account_sid text, sid text, status text,
        params text, received_at timestamptz";
    let mut webhooks = Batch::new(db, "webhooks", columns);
    let mut random = Random::new(42);
    for number in 0..count {
        let time = time(begin, number, count);
        let at = format!("{time:.6}");
        let company = company_of(companies, number);
        let contact = &company.contacts[skewed(&mut random, company.contacts.len())];
        let line = &company.lines[random.below(company.lines.len())];
        let (direction, from, to, status) = match number % 7 {
            0..3 => ("INBOUND", &contact.address, line, "RECEIVED"),
            _ if number % 97 == 0 => ("OUTBOUND", line, &contact.address, "UNDELIVERED"),
            _ => ("OUTBOUND", line, &contact.address, "DELIVERED"),
        };
        let body: Vec<_> = (0..4 + random.below(12))
            .map(|_| word(skewed(&mut random, WORDS)))
            .collect();
        let body = body.join(" ");
        let sid = random.sid("SM");
        let params = Params::from_pairs([
            ("AccountSid", ACCOUNT),
            ("ApiVersion", "2010-04-01"),
            ("MessageSid", &sid),
            ("SmsMessageSid", &sid),
            ("From", from),
            ("To", to),
            ("Body", &body),
        ]);
        let id = MessageId::at(time);
        let row = json!([
            id, company.id, contact.id, ACCOUNT, sid, direction, status, 60, from, to, body, at, at
        ]);
        messages.add(row).await;
        let (kind, id) = ("incoming_message", HistoryId::at(time));
        let params = params.to_form();
        let row = json!([id, company.id, kind, ACCOUNT, sid, status, params, at]);
        webhooks.add(row).await;
    }
    messages.end().await;
    webhooks.end().await;
}

/// Of those that come in every fifth is missed, and every fifteenth leaves a message; others are put
/// through to a phone of ours, which is a call of its own.
pub(super) async fn put_calls(db: &Db, companies: &[Company], count: usize, begin: Timestamp) {
    let columns = "id uuid, company_id uuid, contact_id uuid, account_sid text, call_sid text,
        parent_call_sid text, direction text, status text, status_rank smallint, from_number text,
        to_number text, duration int, created_at timestamptz, updated_at timestamptz";
    let mut calls = Batch::new(db, "calls", columns);
    let columns = "call_id uuid, company_id uuid, line_id uuid, direction text, account_sid text,
        call_sid text, plan text, state text, step bigint, missed boolean, voicemail boolean,
        settled_at timestamptz, created_at timestamptz";
    let mut flows = Batch::new(db, "call_flows", columns);
    let mut random = Random::new(43);
    for number in 0..count {
        let time = time(begin, number, count);
        let at = format!("{time:.6}");
        let company = company_of(companies, number);
        let contact = &company.contacts[skewed(&mut random, company.contacts.len())];
        let line = &company.lines[random.below(company.lines.len())];
        let is_in = number % 3 > 0;
        let (direction, from, to) = match is_in {
            true => ("INBOUND", &contact.address, line),
            false => ("OUTBOUND", line, &contact.address),
        };
        let (id, sid) = (CallId::at(time), random.sid("CA"));
        let none: Option<&str> = None;
        let mut add = async |id, sid: &str, parent, from, to| {
            let row = json!([
                id,
                company.id,
                contact.id,
                ACCOUNT,
                sid,
                parent,
                direction,
                "COMPLETED",
                100,
                from,
                to,
                60,
                at,
                at
            ]);
            calls.add(row).await;
        };
        add(id, &sid, none, from, to).await;
        if !is_in {
            continue;
        }
        let is_missed = number % 5 == 0;
        if !is_missed {
            add(CallId::at(time), &random.sid("CA"), Some(&sid), from, to).await;
        }
        let has_message = number % 15 == 0;
        let row = json!([
            id,
            company.id,
            LineId::at(time),
            direction,
            ACCOUNT,
            sid,
            "{}",
            "{}",
            1,
            is_missed,
            has_message,
            at,
            at
        ]);
        flows.add(row).await;
    }
    calls.end().await;
    flows.end().await;
}

/// One for each message that came in.
pub(super) async fn put_notifications(db: &Db) {
    let sql = "insert into notifications (id, company_id, seq, topic, title, message, contact_id,
                   sms_id, account_sid, sid, status, attempt, created_at)
               select id, company_id, row_number() over (partition by company_id order by id),
                   'sms_received', 'New SMS', substr(body, 1, 100), contact_id, id, account_sid,
                   message_sid, 'received', 1, created_at
               from sms where direction = 'INBOUND' order by id";
    db.execute(sql, args![]).await.unwrap();
    let sql = "insert into notification_counters (company_id, last)
               select company_id, max(seq) from notifications group by company_id";
    db.execute(sql, args![]).await.unwrap();
}
