//! Calls, messages and recordings as they stand in the API when they begin.

use serde_json::{Value, json};

use super::{
    state::{File, State},
    table::text,
};

/// A call or leg that begins.
pub(super) struct NewCall<'a> {
    pub(super) sid: &'a str,
    pub(super) account_sid: &'a str,
    pub(super) parent: Option<&'a str>,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) direction: &'a str,
}

/// A message that begins.
pub(super) struct NewMessage<'a> {
    pub(super) sid: &'a str,
    pub(super) account_sid: &'a str,
    pub(super) service: Option<&'a str>,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) body: &'a str,
    pub(super) files: usize,
    pub(super) status: &'a str,
    pub(super) direction: &'a str,
}

/// A recording that begins.
pub(super) struct NewRecording<'a> {
    pub(super) sid: &'a str,
    pub(super) account_sid: &'a str,
    pub(super) call_sid: &'a str,
    pub(super) source: &'a str,
    pub(super) track: &'a str,
    pub(super) channels: u32,
}

impl State {
    pub(super) fn insert_call(&mut self, call: &NewCall<'_>) -> Value {
        let NewCall { from, to, .. } = *call;
        let date = self.date();
        let inbound = call.direction == "inbound";
        let own = if inbound { to } else { from };
        let number = self
            .numbers
            .rows()
            .find(|row| text(row, "phone_number") == own);
        let number_sid = number.map(|row| text(row, "sid").to_owned());
        let uri = format!(
            "/2010-04-01/Accounts/{}/Calls/{}",
            call.account_sid, call.sid
        );
        self.calls.insert(json!({
            "sid": call.sid,
            "account_sid": call.account_sid,
            "parent_call_sid": call.parent,
            "phone_number_sid": number_sid,
            "from": from,
            "from_formatted": from,
            "to": to,
            "to_formatted": to,
            "status": if inbound { "ringing" } else { "queued" },
            "direction": call.direction,
            "answered_by": null,
            "forwarded_from": null,
            "caller_name": null,
            "group_sid": null,
            "trunk_sid": null,
            "start_time": null,
            "end_time": null,
            "duration": null,
            "queue_time": "0",
            "price": null,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "date_created": date,
            "date_updated": date,
            "subresource_uris": {"recordings": format!("{uri}/Recordings.json")},
            "uri": format!("{uri}.json"),
        }))
    }

    pub(super) fn insert_message(&mut self, message: &NewMessage<'_>) -> Value {
        let date = self.date();
        let inbound = message.direction == "inbound";
        let uri = format!(
            "/2010-04-01/Accounts/{}/Messages/{}",
            message.account_sid, message.sid
        );
        // A messaging service chooses the sender later.
        let chosen = message.service.is_none();
        let segments = if chosen { segments(message.body) } else { 0 };
        self.messages.insert(json!({
            "sid": message.sid,
            "account_sid": message.account_sid,
            "messaging_service_sid": message.service,
            "from": chosen.then_some(message.from),
            "to": message.to,
            "body": message.body,
            "status": message.status,
            "direction": message.direction,
            "num_segments": segments.to_string(),
            "num_media": message.files.to_string(),
            "error_code": null,
            "error_message": null,
            "price": inbound.then_some("-0.00790"),
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "date_created": date,
            "date_updated": date,
            "date_sent": inbound.then_some(&date),
            "subresource_uris": {"media": format!("{uri}/Media.json")},
            "uri": format!("{uri}.json"),
        }))
    }

    pub(super) fn insert_recording(&mut self, recording: &NewRecording<'_>) -> Value {
        let NewRecording {
            sid, account_sid, ..
        } = *recording;
        let date = self.date();
        let media_url = self.recording_url(account_sid, sid);
        self.recordings.insert(json!({
            "sid": sid,
            "account_sid": account_sid,
            "call_sid": recording.call_sid,
            "conference_sid": null,
            "status": "in-progress",
            "source": recording.source,
            "track": recording.track,
            "channels": recording.channels,
            "start_time": date,
            "duration": null,
            "price": null,
            "price_unit": "USD",
            "encryption_details": null,
            "error_code": null,
            "api_version": "2010-04-01",
            "date_created": date,
            "date_updated": date,
            "subresource_uris": {},
            "media_url": media_url,
            "uri": format!("/2010-04-01/Accounts/{account_sid}/Recordings/{sid}.json"),
        }))
    }

    pub(super) fn recording_url(&self, account_sid: &str, sid: &str) -> String {
        let base = &self.base_url;
        format!("{base}/2010-04-01/Accounts/{account_sid}/Recordings/{sid}")
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

    /// Brings the number of files that a message says it has up to date.
    pub(super) fn count_media(&mut self, message_sid: &str) {
        let media = self.media.rows();
        let count = media.filter(|row| text(row, "parent_sid") == message_sid);
        let count = count.count().to_string();
        if let Some(row) = self.messages.get_mut(message_sid) {
            row["num_media"] = json!(count);
        }
    }
}

/// How many segments a text has: of 160 characters, or 70 with those that SMS does not know.
pub(super) fn segments(body: &str) -> usize {
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
