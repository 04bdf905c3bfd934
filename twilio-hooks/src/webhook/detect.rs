//! Telling kinds apart by their parameters.

use super::{EventKind, voice};
use crate::Params;

/// The first test that fits decides, so those of special kinds come before those of general ones.
pub(super) fn detect(params: &Params) -> Option<EventKind> {
    let has = |name| params.get_bytes(name).is_some();
    Some(if let Some(kind) = voice::detect::detect(params) {
        kind
    } else if has("sessionSid") {
        EventKind::ProxyOutOfSession
    } else if has("MessageStatus") {
        EventKind::MessageStatus
    } else if has("ErrorUrl") {
        EventKind::MessageFallback
    } else if has("NumMedia") {
        EventKind::IncomingMessage
    } else {
        return product(params);
    })
}

/// Products other than messages and calls.
///
/// Some can't be told from another kind, whose name they get: Proxy's intercept (its callback), what
/// Proxy sends from outside of any session if it is a call or has no `sessionSid` (an incoming call
/// or message), Trust Hub (a bundle), and an incoming fax of another status than `receiving` (a
/// fax's status). Studio's requests are not told at all.
fn product(params: &Params) -> Option<EventKind> {
    let has = |name| params.get_bytes(name).is_some();
    let value = |name| params.get(name).unwrap_or_default();
    let event = value("EventType");
    Some(if has("WorkspaceSid") || has("ReservationSid") {
        if has("EventType") {
            EventKind::TaskRouterEvent
        } else {
            EventKind::TaskRouterAssignment
        }
    } else if event.starts_with("on") {
        if has("InstanceSid") {
            EventKind::LegacyChat
        } else if event.ends_with("ed") {
            EventKind::ConversationPostAction
        } else {
            EventKind::ConversationPreAction
        }
    } else if has("CompositionSid") || value("StatusCallbackEvent").starts_with("composition-") {
        EventKind::CompositionStatus
    } else if has("RoomSid") {
        EventKind::RoomStatus
    } else if has("interactionSid") {
        EventKind::ProxyCallback
    } else if has("SimSid") {
        EventKind::CommandStatus
    } else if has("PayloadType") {
        EventKind::DebuggerEvent
    } else if has("UsageTriggerSid") {
        EventKind::UsageTrigger
    } else if has("FaxSid") {
        match value("FaxStatus") {
            "" | "receiving" => EventKind::IncomingFax,
            _ => EventKind::FaxStatus,
        }
    } else if has("BundleSid") {
        EventKind::BundleStatus
    } else if has("HostedNumberOrderSid") || has("SigningDocumentSid") {
        EventKind::HostedNumberStatus
    } else if has("ConnectAppSid") {
        EventKind::ConnectAppDeauthorized
    } else if has("EventType") && has("ServiceSid") {
        EventKind::SyncEvent
    } else {
        return None;
    })
}
