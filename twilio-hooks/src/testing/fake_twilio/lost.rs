//! What comes in without the application being told.

use std::time::Duration;

use super::{
    rows::{NewCall, NewMessage, NewRecording},
    state::State,
    table::text,
};
use crate::testing::CallFate;

impl State {
    /// A message that somebody sent to one of our numbers.
    pub(super) fn add_incoming(&mut self, from: &str, to: &str, body: &str) -> String {
        let sid = self.new_sid("SM");
        let account_sid = self.account_sid.clone();
        self.insert_message(&NewMessage {
            sid: &sid,
            account_sid: &account_sid,
            service: None,
            from,
            to,
            body,
            files: 0,
            status: "received",
            direction: "inbound",
        });
        sid
    }

    /// A call to one of our numbers that ends just now.
    pub(super) fn add_incoming_call(&mut self, from: &str, to: &str, fate: CallFate) -> String {
        let sid = self.new_sid("CA");
        let account_sid = self.account_sid.clone();
        let (lasts, end) = match fate {
            CallFate::Completed(lasts) => (lasts, "completed"),
            CallFate::Busy => (Duration::ZERO, "busy"),
            CallFate::NoAnswer => (Duration::ZERO, "no-answer"),
            CallFate::Failed => (Duration::ZERO, "failed"),
        };
        let now = self.now;
        self.now = now.checked_sub(lasts).unwrap_or(now);
        self.insert_call(&NewCall {
            sid: &sid,
            account_sid: &account_sid,
            parent: None,
            from,
            to,
            direction: "inbound",
        });
        if end == "completed" {
            self.call_goes_on(&sid, "in-progress");
        }
        self.now = now;
        self.call_goes_on(&sid, end);
        sid
    }

    /// A recording of a call that is ready.
    pub(super) fn add_recording(&mut self, call_sid: &str, lasts: Duration) -> String {
        let sid = self.new_sid("RE");
        let account = self.calls.get(call_sid).map(|row| text(row, "account_sid"));
        let account_sid = account.unwrap_or(&self.account_sid).to_owned();
        self.insert_recording(&NewRecording {
            sid: &sid,
            account_sid: &account_sid,
            call_sid,
            source: "RecordVerb",
            track: "both",
            channels: 1,
        });
        let seconds = i64::try_from(lasts.as_secs()).unwrap_or(i64::MAX);
        self.finish_recording(&sid, "completed", seconds);
        sid
    }
}
