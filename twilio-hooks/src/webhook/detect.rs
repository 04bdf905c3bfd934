//! Telling kinds apart by their parameters.

use super::EventKind;
use crate::Params;

/// The first test that fits decides, so those of special kinds come before those of general ones.
pub(super) fn detect(params: &Params) -> Option<EventKind> {
    let has = |name| params.get_bytes(name).is_some();
    Some(if has("RecordingStatus") {
        EventKind::RecordingStatus
    } else if has("CallSid") {
        if has("ErrorUrl") {
            EventKind::CallFallback
        } else if has("CallbackSource") || has("CallDuration") {
            EventKind::CallStatus
        } else {
            EventKind::IncomingCall
        }
    } else if has("MessageStatus") {
        EventKind::MessageStatus
    } else if has("ErrorUrl") {
        EventKind::MessageFallback
    } else if has("NumMedia") {
        EventKind::IncomingMessage
    } else {
        return None;
    })
}
