//! Messages: taken, sent, reported, changed.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal, bad_request},
    callback::Callback,
    routes::ApiCall,
    state::{Due, File, Listener, State},
    table::text,
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
        let date = self.date();
        let body = given("Body").unwrap_or_default();
        let uri = format!("/2010-04-01/Accounts/{}/Messages/{sid}", call.account_sid);
        let message = self.messages.insert(json!({
            "sid": sid,
            "account_sid": call.account_sid,
            "messaging_service_sid": service,
            "from": if service.is_some() { Value::Null } else { json!(from) },
            "to": to,
            "body": body,
            "status": status,
            "direction": "outbound-api",
            "num_segments": if service.is_some() { "0".to_owned() } else { segments(body).to_string() },
            "num_media": media.len().to_string(),
            "error_code": null,
            "error_message": null,
            "price": null,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "date_created": date,
            "date_updated": date,
            "date_sent": null,
            "subresource_uris": {"media": format!("{uri}/Media.json")},
            "uri": format!("{uri}.json"),
        }));
        for url in &media {
            let bytes = url.clone().into_bytes().into();
            self.add_media(
                &sid,
                File {
                    content_type: "image/jpeg".to_owned(),
                    bytes,
                },
            );
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
        let fate = self
            .message_fates
            .get(to)
            .copied()
            .unwrap_or(MessageFate::Delivered);
        let (steps, error_code) = fate.steps();
        for (after, step) in steps {
            let due = Due::Message {
                sid: sid.clone(),
                step,
                error_code: error_code.filter(|_| matches!(*step, "failed" | "undelivered")),
            };
            self.schedule(wait + Duration::from_millis(*after), due);
        }
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

    pub(super) fn add_media(&mut self, message_sid: &str, file: File) -> String {
        let sid = self.new_sid("ME");
        let date = self.date();
        let account = self
            .messages
            .get(message_sid)
            .map(|row| text(row, "account_sid").to_owned());
        let account = account.unwrap_or_else(|| self.account_sid.clone());
        self.media.insert(json!({
            "sid": sid,
            "account_sid": account,
            "parent_sid": message_sid,
            "content_type": file.content_type,
            "date_created": date,
            "date_updated": date,
            "uri": format!("/2010-04-01/Accounts/{account}/Messages/{message_sid}/Media/{sid}.json"),
        }));
        self.files.insert(sid.clone(), file);
        sid
    }

    /// A message that somebody sent to one of our numbers; no webhook is sent for it.
    pub(super) fn add_incoming(&mut self, from: &str, to: &str, body: &str) -> String {
        let sid = self.new_sid("SM");
        let date = self.date();
        let uri = format!("/2010-04-01/Accounts/{}/Messages/{sid}", self.account_sid);
        self.messages.insert(json!({
            "sid": sid,
            "account_sid": self.account_sid,
            "messaging_service_sid": null,
            "from": from,
            "to": to,
            "body": body,
            "status": "received",
            "direction": "inbound",
            "num_segments": segments(body).to_string(),
            "num_media": "0",
            "error_code": null,
            "error_message": null,
            "price": "-0.00790",
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "date_created": date,
            "date_updated": date,
            "date_sent": date,
            "subresource_uris": {"media": format!("{uri}/Media.json")},
            "uri": format!("{uri}.json"),
        }));
        sid
    }
}

/// How many segments a text has: of 160 characters, or 70 with those that SMS does not know.
fn segments(body: &str) -> usize {
    let units = body.encode_utf16().count();
    let (one, each) = if body.is_ascii() {
        (160, 153)
    } else {
        (70, 67)
    };
    if units <= one {
        1
    } else {
        units.div_ceil(each)
    }
}
