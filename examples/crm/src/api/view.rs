//! What the API shows: one struct for each thing, made from what is stored.
//!
//! They name every field, so that nothing gets out by being added to a row. Addresses of files at
//! Twilio stay inside: whoever has one can fetch the file.

use jiff::Timestamp;
use serde::Serialize;
use twilio_hooks::{
    AccountSid, Address, CallId, CallSid, CallStatus, ContactId, LineId, MessageId, MessageSid,
    MessageStatus, RecordingId, RecordingSid, RecordingStatus, UserId,
    store::{Call, Direction, Line, Message, Page, Recording},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::outgoing::{FailureView, OutgoingView};
use crate::{
    contacts::{
        details::Contact,
        phone::{self, Country},
    },
    database::LineSettings,
    messaging::{lists::Attachment, retry::failure_of_message},
    threads::entry::{Entry, Sent},
};

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PageView<T> {
    items: Vec<T>,
    /// What to give as `before` for the next part; null on the last one.
    next: Option<Uuid>,
}

impl<T> PageView<T> {
    pub(super) fn new<R>(page: Page<R>, view: impl Fn(R) -> T) -> Self {
        Self {
            items: page.items.into_iter().map(view).collect(),
            next: page.next,
        }
    }

    /// A part that was read here.
    pub(super) fn of(items: Vec<T>, next: Option<Uuid>) -> Self {
        Self { items, next }
    }
}

/// Who has written or called.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ContactView {
    #[schema(value_type = Uuid)]
    id: ContactId,
    /// The number in E.164, or another address.
    address: String,
    /// The number as it is written in the company's country.
    phone: String,
    /// What to call the contact: the name, or the number.
    display_name: String,
    name: Option<String>,
    email: Option<String>,
    company_name: Option<String>,
    notes: Option<String>,
    labels: Vec<String>,
    blocked: bool,
    /// The contact that this one is a part of.
    #[schema(value_type = Option<Uuid>)]
    merged_into: Option<ContactId>,
    city: Option<String>,
    state: Option<String>,
    zip: Option<String>,
    country: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl ContactView {
    pub(super) fn new(contact: Contact, home: Country) -> Self {
        Self {
            phone: phone::format(&contact.address, home),
            display_name: contact.display_name(home),
            id: contact.id,
            address: contact.address,
            name: contact.name,
            email: contact.email,
            company_name: contact.company_name,
            notes: contact.notes,
            labels: contact.labels,
            blocked: contact.blocked_at.is_some(),
            merged_into: contact.merged_into,
            city: contact.city,
            state: contact.state,
            zip: contact.zip,
            country: contact.country,
            created_at: contact.created_at,
        }
    }
}

/// A text in either direction.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MessageView {
    #[schema(value_type = Uuid)]
    id: MessageId,
    /// Null until Twilio has it.
    #[schema(value_type = Option<String>)]
    message_sid: Option<MessageSid>,
    #[schema(value_type = Option<Uuid>)]
    contact_id: Option<ContactId>,
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
    #[schema(value_type = String)]
    direction: Direction,
    #[schema(value_type = String)]
    status: MessageStatus,
    #[schema(value_type = String)]
    from_address: Address,
    #[schema(value_type = String)]
    to_address: Address,
    body: Option<String>,
    media: Vec<MediaView>,
    num_segments: Option<u32>,
    error_code: Option<u32>,
    /// Why it did not arrive; only on those that did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureView>,
    /// Only on what was sent from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    outgoing: Option<OutgoingView>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// A file of a message.
#[derive(Debug, Serialize, ToSchema)]
struct MediaView {
    /// The upload, of what was sent from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    content_type: Option<String>,
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        let media = message.media.into_iter();
        let failure = match message.direction {
            Direction::Outbound => failure_of_message(&message.status, message.error_code),
            Direction::Inbound => None,
        };
        Self {
            id: message.id,
            message_sid: Some(message.message_sid),
            contact_id: message.contact_id,
            user_id: message.user_id,
            direction: message.direction,
            status: message.status,
            from_address: message.from_address,
            to_address: message.to_address,
            body: message.body,
            media: media
                .map(|media| MediaView {
                    id: None,
                    content_type: media.content_type,
                })
                .collect(),
            num_segments: message.num_segments,
            error_code: message.error_code,
            failure: failure.map(FailureView::from),
            outgoing: None,
            created_at: message.created_at,
            updated_at: message.updated_at,
        }
    }
}

impl MessageView {
    /// The message of an entry, if it is one.
    pub(super) fn of(entry: Entry) -> Option<Self> {
        match entry {
            Entry::Message(message, Some(sent)) => Some(Self::sent(message, &sent)),
            Entry::Message(message, None) => Some(message.into()),
            Entry::Pending(sent) => Some(Self::pending(&sent)),
            _ => None,
        }
    }

    /// A message of the store that was sent from here.
    pub(super) fn sent(message: Message, sent: &Sent) -> Self {
        Self {
            user_id: sent.text.user_id.or(message.user_id),
            media: sent.files.iter().map(MediaView::from).collect(),
            outgoing: Some((&sent.text).into()),
            ..message.into()
        }
    }

    /// A text that the store has no message of.
    pub(super) fn pending(sent: &Sent) -> Self {
        let Sent { text, files } = sent;
        let failure = text.failure();
        Self {
            id: text.id,
            message_sid: text.message_sid.clone(),
            contact_id: Some(text.contact_id),
            user_id: text.user_id,
            direction: Direction::Outbound,
            status: text.status(),
            from_address: text.from_address(),
            to_address: text.to_address(),
            body: Some(text.body.clone()),
            media: files.iter().map(MediaView::from).collect(),
            num_segments: None,
            error_code: failure.as_ref().and_then(|failure| failure.code),
            failure: failure.map(FailureView::from),
            outgoing: Some(text.into()),
            created_at: text.created_at,
            updated_at: text.updated_at,
        }
    }
}

impl From<&Attachment> for MediaView {
    fn from(file: &Attachment) -> Self {
        Self {
            id: Some(file.id),
            content_type: Some(file.content_type.clone()),
        }
    }
}

/// A call in either direction.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallView {
    #[schema(value_type = Uuid)]
    id: CallId,
    #[schema(value_type = String)]
    call_sid: CallSid,
    #[schema(value_type = Option<Uuid>)]
    contact_id: Option<ContactId>,
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
    #[schema(value_type = String)]
    direction: Direction,
    #[schema(value_type = String)]
    status: CallStatus,
    #[schema(value_type = String)]
    from_number: Address,
    #[schema(value_type = String)]
    to_number: Address,
    duration: Option<u32>,
    has_recording: bool,
    error_code: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Call> for CallView {
    fn from(call: Call) -> Self {
        Self {
            id: call.id,
            call_sid: call.call_sid,
            contact_id: call.contact_id,
            user_id: call.user_id,
            direction: call.direction,
            status: call.status,
            from_number: call.from_number,
            to_number: call.to_number,
            duration: call.duration,
            has_recording: call.recording_url.is_some(),
            error_code: call.error_code,
            created_at: call.created_at,
            updated_at: call.updated_at,
        }
    }
}

/// One call alone, with its recordings.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallDetailView {
    #[serde(flatten)]
    call: CallView,
    recordings: Vec<RecordingView>,
}

impl CallDetailView {
    pub(super) fn new(call: Call, recordings: Vec<Recording>) -> Self {
        Self {
            call: call.into(),
            recordings: recordings.into_iter().map(RecordingView::from).collect(),
        }
    }
}

/// A recording of a call.
#[derive(Debug, Serialize, ToSchema)]
struct RecordingView {
    #[schema(value_type = Uuid)]
    id: RecordingId,
    #[schema(value_type = String)]
    recording_sid: RecordingSid,
    #[schema(value_type = String)]
    status: RecordingStatus,
    duration: Option<u32>,
    channels: Option<u32>,
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    error_code: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Recording> for RecordingView {
    fn from(recording: Recording) -> Self {
        Self {
            id: recording.id,
            recording_sid: recording.recording_sid,
            status: recording.status,
            duration: recording.duration,
            channels: recording.channels,
            started_at: recording.started_at,
            error_code: recording.error_code,
            created_at: recording.created_at,
            updated_at: recording.updated_at,
        }
    }
}

/// An entry of a contact's timeline: `kind` says what the rest is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum TimelineView {
    Message(MessageView),
    Call(CallView),
    /// Something a newer store has.
    Other,
}

impl From<Entry> for TimelineView {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Call(call) => Self::Call(call.into()),
            entry => MessageView::of(entry).map_or(Self::Other, Self::Message),
        }
    }
}

/// One of the company's numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LineView {
    #[schema(value_type = Uuid)]
    id: LineId,
    #[schema(value_type = String)]
    account_sid: AccountSid,
    number: String,
    /// What people call it.
    name: Option<String>,
    /// The person who is responsible for it.
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
    greeting: Option<String>,
    text_reply: Option<String>,
}

impl LineView {
    pub(super) fn new(line: Line, name: Option<String>, settings: LineSettings) -> Self {
        Self {
            id: line.id,
            account_sid: line.account_sid,
            number: line.address,
            name,
            user_id: line.user_id,
            greeting: settings.greeting,
            text_reply: settings.text_reply,
        }
    }
}
