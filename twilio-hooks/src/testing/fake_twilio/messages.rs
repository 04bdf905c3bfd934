//! Messages: taken, sent, reported, changed.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal, bad_request},
    callback::Callback,
    routes::ApiCall,
    rows::{NewMessage, segments},
    state::{Due, File, Listener, State},
    table::{Row, text},
};

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessageFate {
    /// Sent, and no receipt comes.
    Sent,
    /// Sent and delivered.
    Delivered,
    /// Sent, delivered, and read.
    Read,
    /// Sent, and refused by the carrier with this error code.
    Undelivered(u32),
    /// Never sent, with this error code.
    Failed(u32),
}

impl MessageFate {
    fn steps(self) -> (&'static [(u64, &'static str)], Option<u32>) {
        match self {
            Self::Sent => (&[(500, "sending"), (1000, "sent")], None),
            Self::Delivered => (
                &[(500, "sending"), (1000, "sent"), (3000, "delivered")],
                None,
            ),
            Self::Read => (
                &[
                    (500, "sending"),
                    (1000, "sent"),
                    (3000, "delivered"),
                    (60_000, "read"),
                ],
                None,
            ),
            Self::Undelivered(code) => (
                &[(500, "sending"), (1000, "sent"), (5000, "undelivered")],
                Some(code),
            ),
            Self::Failed(code) => (&[(1000, "failed")], Some(code)),
        }
    }
}

impl State {
    pub(super) fn create_message(&mut self, call: &ApiCall) -> Result<Answer, Refusal> {
        let form = &call.form;
        let given = |name| form.get(name).filter(|value| !value.is_empty());
        let to = given("To").ok_or_else(|| bad_request(21604, "There is no recipient."))?;
        let service = given("MessagingServiceSid");
        let from = self.message_sender(given("From"), service)?;
        let media: Vec<String> = form.get_all("MediaUrl").map(Into::into).collect();
        self.check_message(call, to, &media)?;

        let scheduled = service.is_some() && given("ScheduleType").is_some();
        let status = match (scheduled, service) {
            (true, _) => "scheduled",
            (_, Some(_)) => "accepted",
            _ => "queued",
        };
        let sid = self.new_sid(if media.is_empty() { "SM" } else { "MM" });
        let message = self.insert_message(&NewMessage {
            sid: &sid,
            account_sid: &call.account_sid,
            service,
            from: &from,
            to,
            body: given("Body").unwrap_or_default(),
            files: media.len(),
            status,
            direction: "outbound-api",
        });
        for url in &media {
            self.add_copied_media(&sid, url);
        }
        if let Some(url) = given("StatusCallback").or_else(|| {
            self.services
                .get(service?)
                .map(|row| text(row, "status_callback"))
                .filter(|url| !url.is_empty())
        }) {
            let listener = Listener {
                url: url.to_owned(),
                ..Listener::default()
            };
            self.listeners.insert(sid.clone(), listener);
        }
        let wait = given("SendAt")
            .filter(|_| scheduled)
            .and_then(|time| time.parse::<Timestamp>().ok())
            .and_then(|time| Duration::try_from(time.duration_since(self.now)).ok())
            .unwrap_or_default();
        if service.is_some() {
            self.schedule(
                wait,
                Due::Message {
                    sid: sid.clone(),
                    step: "queued",
                    error_code: None,
                },
            );
        }
        let fate = self.fate_of_message(to);
        self.schedule_message(&sid, fate, wait);
        Ok(Answer::created(&message))
    }

    pub(super) fn update_message(&mut self, sid: &str, call: &ApiCall) -> Result<Answer, Refusal> {
        let date = self.date();
        let row = self.messages.get_mut(sid).ok_or_else(|| call.not_found())?;
        if call.form.get("Status") == Some("canceled") {
            if text(row, "status") != "scheduled" {
                return Err(bad_request(30409, "The message is not scheduled any more."));
            }
            row["status"] = json!("canceled");
            row["date_updated"] = json!(date);
            let answer = Answer::ok(&Value::Object(row.clone()));
            self.forget_steps(sid);
            self.report_message(sid);
            return Ok(answer);
        }
        if let Some(body) = call.form.get("Body") {
            if !body.is_empty() {
                return Err(bad_request(
                    20001,
                    "Body can only be changed to an empty text.",
                ));
            }
            row["body"] = json!("");
            row["date_updated"] = json!(date);
        }
        Ok(Answer::ok(&Value::Object(row.clone())))
    }

    pub(super) fn message_goes_on(
        &mut self,
        sid: &str,
        step: &'static str,
        error_code: Option<u32>,
    ) {
        let date = self.date();
        let service = self
            .messages
            .get(sid)
            .map(|row| text(row, "messaging_service_sid").to_owned());
        let sender = service
            .filter(|service| !service.is_empty())
            .and_then(|service| self.message_sender(None, Some(&service)).ok());
        let Some(row) = self.messages.get_mut(sid) else {
            return;
        };
        row["status"] = json!(step);
        row["date_updated"] = json!(date);
        if let Some(sender) = sender {
            row["from"] = json!(sender);
            row["num_segments"] = json!(segments(text(row, "body")).to_string());
        }
        if step == "sent" {
            row["date_sent"] = json!(date);
            row["price"] = json!("-0.00790");
        }
        if let Some(code) = error_code {
            row["error_code"] = json!(code);
            row["error_message"] = json!("As the test asked for");
        }
        // This one is not reported by Twilio.
        if step != "sending" {
            self.report_message(sid);
        }
    }

    fn report_message(&mut self, sid: &str) {
        let (Some(row), Some(listener)) = (self.messages.get(sid), self.listeners.get(sid)) else {
            return;
        };
        let field = |name| text(row, name).to_owned();
        let mut params = vec![
            ("SmsSid", field("sid")),
            ("SmsStatus", field("status")),
            ("MessageStatus", field("status")),
            ("To", field("to")),
            ("MessageSid", field("sid")),
            ("AccountSid", field("account_sid")),
            ("From", field("from")),
            ("ApiVersion", "2010-04-01".to_owned()),
        ];
        if !field("messaging_service_sid").is_empty() {
            params.push(("MessagingServiceSid", field("messaging_service_sid")));
        }
        if let Some(code) = row.get("error_code").and_then(Value::as_u64) {
            params.push(("ErrorCode", code.to_string()));
        }
        let callback = Callback {
            url: listener.url.clone(),
            get: listener.get,
            params,
        };
        self.tell(&callback);
    }

    /// What becomes of messages to this address.
    pub(super) fn fate_of_message(&self, to: &str) -> MessageFate {
        if self.opted_out.contains(to) {
            return MessageFate::Failed(21610);
        }
        let fate = self.message_fates.get(to).copied();
        fate.unwrap_or(MessageFate::Delivered)
    }

    /// Puts what becomes of a message onto the agenda.
    pub(super) fn schedule_message(&mut self, sid: &str, fate: MessageFate, wait: Duration) {
        let (steps, error_code) = fate.steps();
        for (after, step) in steps {
            let due = Due::Message {
                sid: sid.to_owned(),
                step,
                error_code: error_code.filter(|_| matches!(*step, "failed" | "undelivered")),
            };
            self.schedule(wait + Duration::from_millis(*after), due);
        }
    }

    /// What somebody has received or will receive.
    pub(super) fn messages_to(&self, address: &str) -> Vec<(String, String, Vec<String>)> {
        let doomed = matches!(
            self.fate_of_message(address),
            MessageFate::Failed(_) | MessageFate::Undelivered(_)
        );
        let arrives = |row: &&Row| {
            let lost = match text(row, "status") {
                "sent" | "delivered" | "read" => false,
                "failed" | "undelivered" | "canceled" | "scheduled" | "received" => true,
                _ => doomed,
            };
            text(row, "to") == address && !lost
        };
        let copies = |sid: &str| {
            let of_message = |row: &&Row| text(row, "parent_sid") == sid;
            let media = self.media.rows().filter(of_message);
            let file = |row: &Row| {
                let file = self.files.get(text(row, "sid"))?;
                Some(String::from_utf8_lossy(&file.bytes).into_owned())
            };
            media.filter_map(file).collect()
        };
        let message = |row: &Row| {
            let sid = text(row, "sid").to_owned();
            let media = copies(&sid);
            (sid, text(row, "body").to_owned(), media)
        };
        let rows = self.messages.rows().filter(arrives);
        rows.map(message).collect()
    }

    /// Copies a file from a URL; the fake takes the URL for its content.
    pub(super) fn add_copied_media(&mut self, message_sid: &str, url: &str) {
        let file = File {
            content_type: "image/jpeg".to_owned(),
            bytes: url.to_owned().into_bytes().into(),
        };
        self.add_media(message_sid, file);
    }
}
