//! The fake as the account that simulated callers and texters are in.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;

use super::{
    Shared,
    rows::{NewCall, NewMessage, NewRecording},
    state::{File, Listener},
    table::text,
};
use crate::{
    async_trait,
    testing::{
        CallFate,
        simulation::{Ledger, LegEntry, MessageEntry, Order, PlacedCall, RecordingEntry, Target},
    },
    twiml::HttpMethod,
};

#[async_trait]
impl Ledger for Shared {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    fn pass_to(&self, now: Timestamp) {
        let mut state = self.lock();
        if !state.is_live {
            state.now = state.now.max(now);
        }
    }

    async fn wait_until(&self, time: Timestamp) {
        if let Some(live) = &self.live {
            live.sleep_until(time).await;
        }
    }

    fn new_sid(&self, prefix: &str) -> String {
        self.lock().new_sid(prefix)
    }

    fn recording_url(&self, account_sid: &str, sid: &str) -> String {
        self.lock().recording_url(account_sid, sid)
    }

    fn call(&self, leg: &LegEntry<'_>) {
        let mut state = self.lock();
        let now = match state.calls.get(leg.sid) {
            Some(row) => text(row, "status").to_owned(),
            None => {
                state.insert_call(&NewCall {
                    sid: leg.sid,
                    account_sid: leg.account_sid,
                    parent: leg.parent,
                    from: leg.from,
                    to: leg.to,
                    direction: leg.direction,
                });
                state.played.insert(leg.sid.to_owned(), None);
                String::new()
            }
        };
        if now != leg.status && !super::calls::is_over(&now) {
            state.call_goes_on(leg.sid, leg.status);
        }
    }

    fn take_order(&self, call_sid: &str) -> Option<Order> {
        self.lock().played.get_mut(call_sid)?.take()
    }

    fn pick_up(&self, wanted: &str) -> Option<PlacedCall> {
        self.lock().pick_up(wanted)
    }

    fn fate_of_call(&self, to: &str) -> CallFate {
        self.lock().fate_of_call(to)
    }

    fn answered_by(&self, call_sid: &str, by: &str) {
        if let Some(row) = self.lock().calls.get_mut(call_sid) {
            row["answered_by"] = json!(by);
        }
    }

    fn recording(&self, recording: &RecordingEntry<'_>) {
        let mut state = self.lock();
        if state.recordings.get(recording.sid).is_none() {
            state.insert_recording(&NewRecording {
                sid: recording.sid,
                account_sid: recording.account_sid,
                call_sid: recording.call_sid,
                source: recording.source,
                track: "both",
                channels: recording.channels,
            });
        }
        if recording.status != "in-progress" {
            let seconds = i64::try_from(recording.seconds).unwrap_or(i64::MAX);
            state.finish_recording(recording.sid, recording.status, seconds);
        }
    }

    fn incoming_message(&self, message: &MessageEntry<'_>) {
        self.lock()
            .insert_message(&new(message, "received", "inbound"));
    }

    fn media(&self, message_sid: &str, content_type: &str, bytes: Bytes) -> String {
        let content_type = content_type.to_owned();
        let file = File {
            content_type,
            bytes,
        };
        let mut state = self.lock();
        let sid = state.add_media(message_sid, file);
        let (base, account) = (&state.base_url, &state.account_sid);
        format!("{base}/2010-04-01/Accounts/{account}/Messages/{message_sid}/Media/{sid}")
    }

    fn reply(&self, message: &MessageEntry<'_>, report: Option<&Target>, undelivered: Option<u32>) {
        let mut state = self.lock();
        state.insert_message(&new(message, "queued", "outbound-reply"));
        for url in message.media {
            state.add_copied_media(message.sid, url);
        }
        if let Some(target) = report {
            let listener = Listener {
                url: target.url.clone(),
                get: target.method == HttpMethod::Get,
                ..Listener::default()
            };
            state.listeners.insert(message.sid.to_owned(), listener);
        }
        let fate = undelivered.map(super::MessageFate::Undelivered);
        let fate = fate.unwrap_or_else(|| state.fate_of_message(message.to));
        state.schedule_message(message.sid, fate, std::time::Duration::ZERO);
    }

    fn messages_to(&self, address: &str) -> Vec<(String, String, Vec<String>)> {
        self.lock().messages_to(address)
    }
}

fn new<'a>(message: &'a MessageEntry<'_>, status: &'a str, direction: &'a str) -> NewMessage<'a> {
    NewMessage {
        sid: message.sid,
        account_sid: message.account_sid,
        service: None,
        from: message.from,
        to: message.to,
        body: message.body,
        files: message.media.len(),
        status,
        direction,
    }
}
