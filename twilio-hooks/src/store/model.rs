//! What is stored, as screens and notifiers see it: plain data.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::change::{Change, InteractionId, NotificationDraft};
use crate::{
    AccountSid, Address, CallSid, CallStatus, MessageSid, MessageStatus, Params, RecordingSid,
    RecordingStatus,
    ids::{
        CallId, CompanyId, ContactId, HistoryId, LineId, MessageId, NotificationId, RecordingId,
        UserId,
    },
    notify::Topic,
    redacted::redacted_debug,
    webhook::Media,
};

/// Who started a message or call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It came to us.
    Inbound,
    /// It went out from us.
    Outbound,
}

/// One of our numbers in one Twilio account, and whose it is.
///
/// The owner of the line is the owner of everything that comes over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Line {
    /// The row.
    pub id: LineId,
    /// The account (or subaccount) that the number belongs to.
    pub account_sid: AccountSid,
    /// The number as [`Address::contact_key`] gives it, or the SID of a messaging service.
    pub address: String,
    /// The company that owns the line.
    pub company_id: CompanyId,
    /// The person in the company who is responsible for it, if it is one person's.
    pub user_id: Option<UserId>,
}

impl Line {
    /// A line of `company_id`. `address` is a number or the SID of a messaging service; a channel
    /// prefix is dropped, because a number is one line on every channel.
    #[must_use]
    pub fn new(
        id: LineId,
        account_sid: impl Into<AccountSid>,
        address: impl Into<Address>,
        company_id: CompanyId,
    ) -> Self {
        let address = address.into();
        let address = address.contact_key().unwrap_or(address.as_str()).to_owned();
        Self {
            id,
            account_sid: account_sid.into(),
            address,
            company_id,
            user_id: None,
        }
    }

    /// Makes a person responsible for the line.
    #[must_use]
    pub fn with_user(mut self, user_id: UserId) -> Self {
        self.user_id = Some(user_id);
        self
    }
}

/// The person or company behind an address; unique in its company.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The row.
    pub id: ContactId,
    /// The company whose contact this is.
    pub company_id: CompanyId,
    /// The phone number, or another address; see [`Address::contact_key`].
    pub address: String,
    /// The name, once somebody has entered or told one.
    pub name: Option<String>,
    /// City, guessed by Twilio from the number.
    pub city: Option<String>,
    /// State or province, guessed by Twilio from the number.
    pub state: Option<String>,
    /// Postal code, guessed by Twilio from the number.
    pub zip: Option<String>,
    /// Country as ISO 3166 alpha-2, guessed by Twilio from the number.
    pub country: Option<String>,
    /// When the contact was first heard of.
    pub created_at: Timestamp,
}

impl Contact {
    /// What to show: the name, or the address while there is none.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.address)
    }
}

/// A text message.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The row.
    pub id: MessageId,
    /// The company it belongs to; `None` if nobody owns the line.
    pub company_id: Option<CompanyId>,
    /// The person responsible for the line.
    pub user_id: Option<UserId>,
    /// The other side.
    pub contact_id: Option<ContactId>,
    /// The account.
    pub account_sid: AccountSid,
    /// Twilio's identifier.
    pub message_sid: MessageSid,
    /// Who sent it.
    pub direction: Direction,
    /// Where it stands.
    pub status: MessageStatus,
    /// The sender.
    pub from_address: Address,
    /// The recipient.
    pub to_address: Address,
    /// The text; `None` while only reports of its status have come.
    pub body: Option<String>,
    /// Pictures and other attachments.
    pub media: Vec<Media>,
    /// How many SMS segments it takes.
    pub num_segments: Option<u32>,
    /// Why it failed.
    pub error_code: Option<u32>,
    /// When it was first heard of.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A call.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The row.
    pub id: CallId,
    /// The company it belongs to; `None` if nobody owns the line.
    pub company_id: Option<CompanyId>,
    /// The person responsible for the line.
    pub user_id: Option<UserId>,
    /// The other side; `None` also for hidden callers.
    pub contact_id: Option<ContactId>,
    /// The account.
    pub account_sid: AccountSid,
    /// Twilio's identifier.
    pub call_sid: CallSid,
    /// The leg that this one was dialled from.
    pub parent_call_sid: Option<CallSid>,
    /// Who called.
    pub direction: Direction,
    /// Where it stands.
    pub status: CallStatus,
    /// The caller.
    pub from_number: Address,
    /// The called side.
    pub to_number: Address,
    /// How long it lasted, in seconds.
    pub duration: Option<u32>,
    /// Where the latest finished recording is, at Twilio. Never hand this to a browser.
    pub recording_url: Option<String>,
    /// Why it failed.
    pub error_code: Option<u32>,
    /// When it was first heard of.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A recording of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The row.
    pub id: RecordingId,
    /// The company it belongs to; `None` while its call is not known.
    pub company_id: Option<CompanyId>,
    /// The call it was made of; `None` while that is not known.
    pub call_id: Option<CallId>,
    /// The account.
    pub account_sid: AccountSid,
    /// Twilio's identifier of the call.
    pub call_sid: Option<CallSid>,
    /// Twilio's identifier.
    pub recording_sid: RecordingSid,
    /// Where it stands.
    pub status: RecordingStatus,
    /// Where the audio is, at Twilio. Never hand this to a browser.
    pub url: Option<String>,
    /// How long it is, in seconds.
    pub duration: Option<u32>,
    /// One channel, or two.
    pub channels: Option<u32>,
    /// What started it, as Twilio names it.
    pub source: Option<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// Why it failed.
    pub error_code: Option<u32>,
    /// When it was first heard of.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// One entry of a contact's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimelineEntry {
    /// A text message.
    Message(Message),
    /// A call.
    Call(Call),
}

impl TimelineEntry {
    /// The row's identifier; entries are ordered by it.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Self::Message(message) => message.id.as_uuid(),
            Self::Call(call) => call.id.as_uuid(),
        }
    }
}

/// Something to tell our own people; committed with what it tells of.
///
/// As JSON it has the keys `type`, `title`, `message`, `contact_id`, `sms_id` or `call_id`, and
/// `id`, `seq` and `created_at`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// The row. Deliveries may repeat; receivers tell repetitions by it.
    pub id: NotificationId,
    /// Whose people to tell. Not part of the JSON, which is what those people get; a store that
    /// keeps notifications as JSON has to keep this beside it.
    #[serde(skip_serializing, default = "no_company")]
    pub company_id: CompanyId,
    /// The number of this notification in its company: 1, 2, 3 and so on without gaps. It is given
    /// when the notification is first [claimed](super::Store::claim).
    pub seq: u64,
    /// What it tells of.
    #[serde(rename = "type")]
    pub topic: Topic,
    /// A headline, such as `New SMS from John Doe`.
    pub title: String,
    /// A preview of what happened.
    pub message: String,
    /// The contact it is about.
    pub contact_id: Option<ContactId>,
    /// The message it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms_id: Option<MessageId>,
    /// The call it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_id: Option<CallId>,
    /// When the webhook was received.
    pub created_at: Timestamp,
}

fn no_company() -> CompanyId {
    CompanyId::from_uuid(Uuid::nil())
}

/// A notification that was given to one dispatcher for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claimed {
    /// What to deliver.
    pub notification: Notification,
    /// The how many-th attempt this is, from 1. It also names the lease.
    pub attempt: u32,
}

impl Claimed {
    /// For stores: a notification and the number of this attempt.
    #[must_use]
    pub fn new(notification: Notification, attempt: u32) -> Self {
        Self {
            notification,
            attempt,
        }
    }
}

/// A request for work: see [`Store::claim`](super::Store::claim).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// How many notifications at most.
    pub limit: u32,
    /// The time now; stores never read a clock.
    pub now: Timestamp,
    /// How long the claimed notifications are nobody else's.
    pub lease: Duration,
}

impl Claim {
    /// When the lease ends.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        let lease = SignedDuration::try_from(self.lease).unwrap_or(SignedDuration::MAX);
        self.now.checked_add(lease).unwrap_or(Timestamp::MAX)
    }
}

/// How an attempt to deliver a notification ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settlement {
    /// It was delivered.
    Delivered,
    /// It was not, and is due again at this time.
    RetryAt(Timestamp),
    /// It was not, and never will be.
    Abandoned,
}

/// One webhook as it was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The row.
    pub id: HistoryId,
    /// The company it was routed to; `None` if nobody owns the line.
    pub company_id: Option<CompanyId>,
    /// The kind of webhook ([`Webhook::KIND`](crate::webhook::Webhook::KIND)).
    pub kind: String,
    /// The account that signed it.
    pub account_sid: AccountSid,
    /// The SID it reports on.
    pub sid: String,
    /// The status it reports, as Twilio writes it.
    pub status: String,
    /// Its parameters, byte for byte.
    pub params: Params,
    /// When it was received.
    pub received_at: Timestamp,
}

impl HistoryEntry {
    /// For stores: the entry that a change leaves; `None` for a change of the application's own.
    #[must_use]
    pub fn of(change: &Change, company_id: Option<CompanyId>) -> Option<Self> {
        (!change.params.is_empty()).then(|| Self {
            id: HistoryId::at(change.received_at),
            company_id,
            kind: change.kind.clone(),
            account_sid: change.account_sid.clone(),
            sid: change.interaction.sid().to_owned(),
            status: change.interaction.status().to_owned(),
            params: change.params.clone(),
            received_at: change.received_at,
        })
    }
}

impl Notification {
    /// For stores: the notification that a draft becomes, not numbered yet.
    #[must_use]
    pub fn first(
        draft: &NotificationDraft,
        company_id: CompanyId,
        contact: Option<&Contact>,
        about: InteractionId,
        now: Timestamp,
    ) -> Self {
        let (sms_id, call_id) = match about {
            InteractionId::Message(id) => (Some(id), None),
            InteractionId::Call(id) => (None, Some(id)),
            InteractionId::Recording(_) => (None, None),
        };
        Self {
            id: NotificationId::at(now),
            company_id,
            seq: 0,
            topic: draft.topic.clone(),
            title: draft
                .title_for(contact.map_or(NotificationDraft::NOBODY, Contact::display_name)),
            message: draft.message.clone(),
            contact_id: contact.map(|contact| contact.id),
            sms_id,
            call_id,
            created_at: now,
        }
    }
}

/// Which part of a list, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// How many entries at most.
    pub limit: u32,
    /// Only entries older than this one: [`Page::next`] of the page before.
    pub before: Option<Uuid>,
}

impl PageRequest {
    /// The newest `limit` entries.
    #[must_use]
    pub fn newest(limit: u32) -> Self {
        Self {
            limit,
            before: None,
        }
    }
}

/// One part of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<Uuid>,
}

impl<T> Page<T> {
    /// For stores: a page made of up to `limit + 1` entries that were read, newest first. The one
    /// too many only tells that there are more.
    pub fn from_rows(mut rows: Vec<T>, limit: u32, id: impl Fn(&T) -> Uuid) -> Self {
        let limit = limit as usize;
        let next = if rows.len() > limit {
            limit.checked_sub(1).map(|last| id(&rows[last]))
        } else {
            None
        };
        rows.truncate(limit);
        Self { items: rows, next }
    }
}

redacted_debug!(Message {
    id,
    company_id,
    contact_id,
    account_sid,
    message_sid,
    direction,
    status,
    error_code
});
redacted_debug!(Call {
    id,
    company_id,
    contact_id,
    account_sid,
    call_sid,
    direction,
    status,
    duration,
    error_code
});
redacted_debug!(Notification {
    id,
    company_id,
    seq,
    topic,
    contact_id,
    sms_id,
    call_id
});
redacted_debug!(Contact {
    id,
    company_id,
    created_at
});
