//! Every store keeps every promise, and what only databases can show.

mod bus;
mod differential;
pub(crate) mod memory;
pub(crate) mod postgres;
mod races;
pub(crate) mod sqlite;

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    CompanyId, LineId,
    notify::Topic,
    store::{
        CallChange, Change, Direction, Interaction, Line, Lines, MessageChange, Notice,
        NotificationDraft, RecordingChange,
    },
};
use uuid::Uuid;

const ACCOUNT: &str = "AC000000000000000000000000000000a1";
const LINE: &str = "+12025550187";

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_795_000_000 + seconds)
}

fn company() -> CompanyId {
    CompanyId::from_uuid(Uuid::from_u128(0xc1))
}

async fn put_line(store: &impl Lines) {
    let line = Line::new(LineId::at(at(0)), ACCOUNT, LINE, company());
    store.put_line(&line).await.expect("a line is put");
}

/// Message `number`, from a sender of its own.
fn message(number: u32) -> Change {
    let sid = format!("SM{number:032x}");
    let message = MessageChange::new(sid, Direction::Inbound)
        .with_parties(format!("+1202555{number:04}"), LINE)
        .with_body(format!("message {number}"));
    let title = "New SMS from {contact}";
    let draft = NotificationDraft::new(Topic::SmsReceived, title, "preview");
    change(Interaction::Message(message), number).with_notification(draft)
}

/// Call `number` as it begins.
fn call(number: u32) -> Change {
    let sid = format!("CA{number:032x}");
    let call = CallChange::new(sid, Direction::Inbound, "in-progress".into())
        .with_parties(format!("+1202555{number:04}"), LINE);
    change(Interaction::Call(call), number)
}

/// The finished recording of call `number`.
fn recording(number: u32) -> Change {
    let sid = format!("RE{number:032x}");
    let mut recording = RecordingChange::new(sid, "completed".into());
    recording.call_sid = Some(format!("CA{number:032x}").into());
    recording.url = Some(format!("https://api.twilio.com/recordings/{number}"));
    let title = "Recording of {contact}";
    let draft = NotificationDraft::new(Topic::RecordingAvailable, title, "0:07");
    change(Interaction::Recording(recording), number).with_notification(draft)
}

fn notice(key: &str) -> Notice {
    Notice::new(company(), Topic::MissedCall, key, "Missed call", at(50))
}

fn change(interaction: Interaction, seconds: u32) -> Change {
    let params = twilio_hooks::Params::from_pairs([("Sid", interaction.sid())]);
    let mut change = Change::new(ACCOUNT, interaction, at(seconds.into()));
    change.kind = "test".to_owned();
    change.params = params;
    change
}
