//! [`Hooked`]: webhooks that are stored and answered.

use std::{borrow::Cow, fmt::Write as _};

use jiff::Timestamp;

use super::{
    CallStatusUpdate, IncomingCall, IncomingMessage, MessageStatusUpdate, Place,
    RecordingStatusUpdate, Webhook,
};
use crate::{
    AccountSid, Address, CallDirection, CallStatus, Hooks, MessageStatus, ParamError, Params,
    RecordingStatus,
    handler::Handler,
    notify::Topic,
    store::{
        CallChange, Change, Direction, HistoryEntry, Interaction, MessageChange, NotificationDraft,
        RecordingChange,
    },
    twiml::{MessagingResponse, Reply, VoiceResponse},
};

/// How many characters of a text are shown in a notification.
const PREVIEW: usize = 160;

/// A webhook that [`Hooks`] takes: it is stored, and it has a reply.
pub trait Hooked: Webhook {
    /// What it is answered with.
    type Reply: Reply + Send + 'static;

    /// What it writes.
    ///
    /// `params` are the parameters it was read from, which go into the history, and `received_at` is
    /// when it came.
    fn change(&self, params: &Params, received_at: Timestamp) -> Change;

    /// Tells the account whose key signed the request, for webhooks that name none.
    #[doc(hidden)]
    fn signed_by(&mut self, _account: &AccountSid) {}

    /// The handler for it.
    #[doc(hidden)]
    fn handler(hooks: &Hooks) -> Option<&dyn Handler<Self>>;

    /// The reply when there is no other, if somebody is waiting for one.
    #[doc(hidden)]
    #[must_use]
    fn fallback(_hooks: &Hooks) -> Option<Self::Reply> {
        None
    }
}

impl Hooked for IncomingMessage {
    type Reply = MessagingResponse;

    fn change(&self, params: &Params, received_at: Timestamp) -> Change {
        let mut message = MessageChange::new(self.message_sid.clone(), Direction::Inbound)
            .with_parties(self.from.clone(), self.to.clone())
            .with_body(self.body.clone());
        message.media.clone_from(&self.media);
        message.num_segments = self.num_segments;
        let mut change = Change::new(
            self.account_sid.clone(),
            Interaction::Message(message),
            received_at,
        );
        change
            .messaging_service_sid
            .clone_from(&self.messaging_service_sid);
        describe_contact(&mut change, self.profile_name.as_deref(), &self.from_place);
        change.notification = Some(NotificationDraft::new(
            Topic::SmsReceived,
            "New SMS from {contact}",
            message_preview(&self.body, self.media.len()),
        ));
        webhook::<Self>(change, params)
    }

    fn handler(hooks: &Hooks) -> Option<&dyn Handler<Self>> {
        Some(&*hooks.message)
    }
}

impl Hooked for MessageStatusUpdate {
    type Reply = ();

    fn change(&self, params: &Params, received_at: Timestamp) -> Change {
        let nobody = Address::from("");
        let mut message = MessageChange::new(self.message_sid.clone(), Direction::Outbound)
            .with_status(self.message_status.clone())
            .with_parties(
                self.from.clone().unwrap_or(nobody.clone()),
                self.to.clone().unwrap_or(nobody),
            );
        message.body.clone_from(&self.body);
        message.num_segments = self.num_segments;
        message.error_code = known_error(self.error_code);
        // Without an account no line fits, and the change waits for an operator.
        let account = self.account_sid.clone().unwrap_or_else(|| "".into());
        let mut change = Change::new(account, Interaction::Message(message), received_at);
        change
            .messaging_service_sid
            .clone_from(&self.messaging_service_sid);
        describe_contact(&mut change, None, &self.to_place);
        change.notification = Some(NotificationDraft::new(
            Topic::SmsStatusUpdate,
            format!(
                "SMS to {{contact}} {}",
                message_status_words(&self.message_status)
            ),
            with_error("Status", self.message_status.as_str(), self.error_code),
        ));
        webhook::<Self>(change, params)
    }

    fn signed_by(&mut self, account: &AccountSid) {
        self.account_sid.get_or_insert_with(|| account.clone());
    }

    fn handler(hooks: &Hooks) -> Option<&dyn Handler<Self>> {
        Some(&*hooks.message_status)
    }
}

impl Hooked for IncomingCall {
    type Reply = VoiceResponse;

    fn change(&self, params: &Params, received_at: Timestamp) -> Change {
        let direction = self
            .direction
            .as_ref()
            .map_or(Direction::Inbound, Direction::from);
        let status = self.call_status.clone().unwrap_or(CallStatus::Ringing);
        // The same URL may be asked again as the call goes on; it came in only once.
        let is_new = matches!(status, CallStatus::Queued | CallStatus::Ringing)
            && direction == Direction::Inbound
            && self.parent_call_sid.is_none();
        let mut call = CallChange::new(self.call_sid.clone(), direction, status)
            .with_parties(self.from.clone(), self.to.clone());
        call.parent_call_sid.clone_from(&self.parent_call_sid);
        let mut change = Change::new(
            self.account_sid.clone(),
            Interaction::Call(call),
            received_at,
        );
        let place = if direction == Direction::Inbound {
            &self.from_place
        } else {
            &self.to_place
        };
        describe_contact(&mut change, self.caller_name.as_deref(), place);
        if is_new {
            change.notification = Some(NotificationDraft::new(
                Topic::CallReceived,
                "Incoming call from {contact}",
                format!("Calling {}", self.to),
            ));
        }
        webhook::<Self>(change, params)
    }

    fn handler(hooks: &Hooks) -> Option<&dyn Handler<Self>> {
        hooks.call.as_deref()
    }

    fn fallback(hooks: &Hooks) -> Option<VoiceResponse> {
        Some(hooks.call_fallback.clone())
    }
}

impl Hooked for CallStatusUpdate {
    type Reply = ();

    fn change(&self, params: &Params, received_at: Timestamp) -> Change {
        // Reports of the older shape lack the direction; only inbound calls of a number come so.
        let direction = self
            .direction
            .as_ref()
            .map_or(Direction::Inbound, Direction::from);
        let mut call = CallChange::new(self.call_sid.clone(), direction, self.call_status.clone())
            .with_parties(self.from.clone(), self.to.clone());
        call.parent_call_sid.clone_from(&self.parent_call_sid);
        call.duration = self.call_duration;
        call.recording_url.clone_from(&self.recording_url);
        call.error_code = known_error(self.error_code);
        let mut change = Change::new(
            self.account_sid.clone(),
            Interaction::Call(call),
            received_at,
        );
        let inbound = direction == Direction::Inbound;
        let place = if inbound {
            &self.from_place
        } else {
            &self.to_place
        };
        let name = if inbound {
            self.caller_name.as_deref()
        } else {
            None
        };
        describe_contact(&mut change, name, place);
        // Legs of a forwarded call come and go; the call itself is what people want to hear of.
        if self.parent_call_sid.is_none() {
            let side = if inbound { "from" } else { "to" };
            let status = self.call_status.as_str();
            let message = match self.call_duration {
                Some(seconds) if self.call_status == CallStatus::Completed => {
                    format!("Duration {}", minutes_and_seconds(seconds))
                }
                _ => with_error("Status", status, self.error_code),
            };
            change.notification = Some(NotificationDraft::new(
                Topic::CallStatusUpdate,
                format!(
                    "Call {side} {{contact}} {}",
                    call_status_words(&self.call_status)
                ),
                message,
            ));
        }
        webhook::<Self>(change, params)
    }

    fn handler(hooks: &Hooks) -> Option<&dyn Handler<Self>> {
        Some(&*hooks.call_status)
    }
}

impl Hooked for RecordingStatusUpdate {
    type Reply = ();

    fn change(&self, params: &Params, received_at: Timestamp) -> Change {
        let mut recording =
            RecordingChange::new(self.recording_sid.clone(), self.recording_status.clone());
        recording.call_sid.clone_from(&self.call_sid);
        recording.url.clone_from(&self.recording_url);
        // Twilio writes -1 where there is no duration.
        recording.duration = self
            .recording_duration
            .and_then(|seconds| u32::try_from(seconds).ok());
        recording.channels = self.recording_channels;
        recording.source = self.recording_source.as_ref().map(ToString::to_string);
        recording.started_at = self.recording_start_time;
        recording.error_code = known_error(self.error_code);
        let length = recording.duration.map(minutes_and_seconds);
        let is_available = recording.status == RecordingStatus::Completed;
        let mut change = Change::new(
            self.account_sid.clone(),
            Interaction::Recording(recording),
            received_at,
        );
        if is_available {
            change.notification = Some(NotificationDraft::new(
                Topic::RecordingAvailable,
                "New recording of a call with {contact}",
                length.map_or_else(
                    || "Ready to play".to_owned(),
                    |length| format!("Duration {length}"),
                ),
            ));
        }
        webhook::<Self>(change, params)
    }

    fn handler(hooks: &Hooks) -> Option<&dyn Handler<Self>> {
        Some(&*hooks.recording_status)
    }
}

impl Change {
    /// What a webhook from the history writes, to record it again: after a line has found its owner,
    /// or by a newer version that understands more. `None` for a kind this version does not store.
    ///
    /// # Errors
    /// If an identifier is missing in the parameters.
    #[must_use]
    pub fn from_history(entry: &HistoryEntry) -> Option<Result<Self, ParamError>> {
        fn read<W: Hooked>(entry: &HistoryEntry) -> Result<Change, ParamError> {
            W::from_params(&entry.params).map(|it| it.change(&entry.params, entry.received_at))
        }
        let read = match entry.kind.as_str() {
            IncomingMessage::KIND => read::<IncomingMessage>,
            MessageStatusUpdate::KIND => read::<MessageStatusUpdate>,
            IncomingCall::KIND => read::<IncomingCall>,
            CallStatusUpdate::KIND => read::<CallStatusUpdate>,
            RecordingStatusUpdate::KIND => read::<RecordingStatusUpdate>,
            _ => return None,
        };
        Some(read(entry))
    }
}

/// Completes a change of webhook `W` with what its history needs.
fn webhook<W: Webhook>(mut change: Change, params: &Params) -> Change {
    W::KIND.clone_into(&mut change.kind);
    change.params = params.clone();
    change
}

fn describe_contact(change: &mut Change, name: Option<&str>, place: &Place) {
    if let Some(contact) = &mut change.contact {
        contact.name = name
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned);
        contact.city.clone_from(&place.city);
        contact.state.clone_from(&place.state);
        contact.zip.clone_from(&place.zip);
        contact.country.clone_from(&place.country);
    }
}

/// Twilio writes 0 where nothing went wrong.
fn known_error(code: Option<u32>) -> Option<u32> {
    code.filter(|&code| code != 0)
}

/// The beginning of a text, or what came without one.
fn message_preview(body: &str, media: usize) -> String {
    match (body.trim().is_empty(), media) {
        (true, 1) => "1 attachment".to_owned(),
        (true, 2..) => format!("{media} attachments"),
        _ => preview(body).into_owned(),
    }
}

fn preview(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(PREVIEW) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

fn with_error(what: &str, status: &str, code: Option<u32>) -> String {
    let mut text = format!("{what}: {}", preview(status));
    if let Some(code) = known_error(code) {
        let _ = write!(text, " (error {code})");
    }
    text
}

fn minutes_and_seconds(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Words for a title. An unknown status is a text of others and stays out of titles.
fn message_status_words(status: &MessageStatus) -> &'static str {
    match status {
        MessageStatus::Scheduled => "scheduled",
        MessageStatus::Accepted => "accepted",
        MessageStatus::Queued => "queued",
        MessageStatus::Sending => "is being sent",
        MessageStatus::Sent => "sent",
        MessageStatus::PartiallyDelivered => "partly delivered",
        MessageStatus::Delivered => "delivered",
        MessageStatus::Undelivered => "not delivered",
        MessageStatus::Failed => "failed",
        MessageStatus::Canceled => "canceled",
        MessageStatus::Read => "read",
        MessageStatus::Receiving | MessageStatus::Received | MessageStatus::Unknown(_) => "updated",
    }
}

fn call_status_words(status: &CallStatus) -> &'static str {
    match status {
        CallStatus::Queued => "queued",
        CallStatus::Initiated => "started",
        CallStatus::Ringing => "is ringing",
        CallStatus::InProgress => "answered",
        CallStatus::Completed => "ended",
        CallStatus::Busy => "was busy",
        CallStatus::Failed => "failed",
        CallStatus::NoAnswer => "was not answered",
        CallStatus::Canceled => "was canceled",
        CallStatus::Unknown(_) => "updated",
    }
}

impl From<&CallDirection> for Direction {
    fn from(direction: &CallDirection) -> Self {
        if direction.is_inbound() {
            Self::Inbound
        } else {
            Self::Outbound
        }
    }
}
