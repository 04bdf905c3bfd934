//! What one webhook writes, and what came of it: plain data.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::model::{Contact, Direction, Line};
use crate::{
    AccountSid, Address, CallSid, CallStatus, MessageSid, MessageStatus, MessagingServiceSid,
    Params, RecordingSid, RecordingStatus,
    ids::{CallId, CompanyId, MessageId, RecordingId},
    notify::Topic,
    redacted::redacted_debug,
    webhook::Media,
};

/// Everything one webhook writes, in one piece.
///
/// Webhooks make it ([`Hooked::change`](crate::webhook::Hooked::change)), an application makes it
/// for what it did itself (a message it sent), and [`Store::record`](super::Store::record) writes
/// all of it or nothing. It is plain data and serialises, so it can also wait somewhere until the
/// store is back.
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     Address, MessageStatus,
///     store::{Change, Direction, Interaction, MessageChange},
/// };
///
/// // A message that the application has just sent.
/// let message = MessageChange::new("SM00000000000000000000000000000001", Direction::Outbound)
///     .with_status(MessageStatus::Queued)
///     .with_parties("+12025550187", "+12025550143")
///     .with_body("Your table is ready.");
/// let now = "2026-11-22T10:00:00Z".parse()?;
/// let change = Change::new("AC00000000000000000000000000000001", Interaction::Message(message), now);
///
/// assert_eq!(change.line, Address::from("+12025550187"));
/// assert_eq!(change.contact.unwrap().key, "+12025550143");
/// # Ok::<_, jiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// The kind of webhook it comes from ([`Webhook::KIND`](crate::webhook::Webhook::KIND)); empty
    /// for changes of the application's own.
    pub kind: String,
    /// The account that signed it. Everything is keyed inside an account: a SID of one account
    /// never touches a row of another.
    pub account_sid: AccountSid,
    /// Our side: the number or sender whose owner this belongs to. May be empty, as in a recording,
    /// which then belongs where its call belongs.
    pub line: Address,
    /// The messaging service involved. It names the owner when no line has the address.
    pub messaging_service_sid: Option<MessagingServiceSid>,
    /// The other side; none if the caller hides or there is no other side.
    pub contact: Option<ContactDetails>,
    /// What happened.
    pub interaction: Interaction,
    /// What to tell our own people, if the change takes effect.
    pub notification: Option<NotificationDraft>,
    /// The webhook's raw parameters, for the history. Empty for changes of the application's own.
    pub params: Params,
    /// When it was received. Stores take the time from here and never read a clock.
    pub received_at: Timestamp,
}

impl Change {
    /// A change with line and contact taken from the two parties of `interaction`.
    ///
    /// An inbound message or call has the contact in `from` and our line in `to`, an outbound one
    /// the other way round. Hidden and empty addresses make no contact, and neither do the child
    /// legs of a call, whose other side is often one of our own phones.
    pub fn new(
        account_sid: impl Into<AccountSid>,
        interaction: Interaction,
        received_at: Timestamp,
    ) -> Self {
        let (line, peer) = match &interaction {
            Interaction::Message(message) => message
                .direction
                .ours_and_theirs(&message.from, &message.to),
            Interaction::Call(call) => call.direction.ours_and_theirs(&call.from, &call.to),
            Interaction::Recording(_) => (Address::from(""), Address::from("")),
        };
        let is_child =
            matches!(&interaction, Interaction::Call(call) if call.parent_call_sid.is_some());
        let contact = if is_child {
            None
        } else {
            ContactDetails::from_address(&peer)
        };
        Self {
            kind: String::new(),
            account_sid: account_sid.into(),
            line,
            messaging_service_sid: None,
            contact,
            interaction,
            notification: None,
            params: Params::default(),
            received_at,
        }
    }

    /// Adds what to tell our own people if the change takes effect.
    #[must_use]
    pub fn with_notification(mut self, notification: NotificationDraft) -> Self {
        self.notification = Some(notification);
        self
    }

    /// Chooses the id of the message, as [`MessageChange::with_id`]; nothing happens if this is not
    /// about a message.
    #[must_use]
    pub fn with_message_id(mut self, id: MessageId) -> Self {
        if let Interaction::Message(message) = &mut self.interaction {
            message.id = Some(id);
        }
        self
    }

    /// Chooses the id of the call, as [`CallChange::with_id`]; nothing happens if this is not about a
    /// call.
    #[must_use]
    pub fn with_call_id(mut self, id: CallId) -> Self {
        if let Interaction::Call(call) = &mut self.interaction {
            call.id = Some(id);
        }
        self
    }

    /// The addresses a line of this change may be stored under, best first: the number, then the
    /// messaging service.
    ///
    /// A line is known by its phone number on every channel, just as a
    /// [contact](Address::contact_key) is.
    #[must_use]
    pub fn line_keys(&self) -> Vec<&str> {
        let number = self.line.contact_key();
        let service = self
            .messaging_service_sid
            .as_ref()
            .map(MessagingServiceSid::as_str);
        number.into_iter().chain(service).collect()
    }
}

/// What is known of the other side when something is recorded.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactDetails {
    /// What the contact is unique by inside a company; see [`Address::contact_key`].
    pub key: String,
    /// A name that the other side gave (WhatsApp profile, caller name). It is used only while the
    /// contact has none; a name that a person entered is never replaced.
    pub name: Option<String>,
    /// City, guessed by Twilio from the number.
    pub city: Option<String>,
    /// State or province, guessed by Twilio from the number.
    pub state: Option<String>,
    /// Postal code, guessed by Twilio from the number.
    pub zip: Option<String>,
    /// Country as ISO 3166 alpha-2, guessed by Twilio from the number.
    pub country: Option<String>,
}

impl ContactDetails {
    /// The contact behind an address, if it is anybody's.
    #[must_use]
    pub fn from_address(address: &Address) -> Option<Self> {
        address.contact_key().map(|key| Self {
            key: key.to_owned(),
            name: None,
            city: None,
            state: None,
            zip: None,
            country: None,
        })
    }
}

/// What happened: a message, a call or a recording, as far as this report tells.
///
/// `None` means that this report does not say; a store keeps what it knows already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Interaction {
    /// A text message.
    Message(MessageChange),
    /// A call, or one leg of it.
    Call(CallChange),
    /// A recording of a call.
    Recording(RecordingChange),
}

impl Interaction {
    /// The SID this is keyed by inside its account.
    #[must_use]
    pub fn sid(&self) -> &str {
        match self {
            Self::Message(message) => message.message_sid.as_str(),
            Self::Call(call) => call.call_sid.as_str(),
            Self::Recording(recording) => recording.recording_sid.as_str(),
        }
    }

    /// The reported status as Twilio writes it. With the SID it makes the key of the history.
    #[must_use]
    pub fn status(&self) -> &str {
        match self {
            Self::Message(message) => message.status.as_str(),
            Self::Call(call) => call.status.as_str(),
            Self::Recording(recording) => recording.status.as_str(),
        }
    }
}

/// What a report says of a message.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessageChange {
    /// The id to store it under, if it is not stored yet; by default the store makes one. See
    /// [`with_id`](Self::with_id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// The message; unique inside its account.
    pub message_sid: MessageSid,
    /// Who sent it: they (inbound) or we (outbound).
    pub direction: Direction,
    /// The reported status. It replaces the stored one only if it
    /// [supersedes](MessageStatus::supersedes) it.
    pub status: MessageStatus,
    /// The sender; empty if the report does not say.
    pub from: Address,
    /// The recipient; empty if the report does not say.
    pub to: Address,
    /// The text, if this report carries it.
    pub body: Option<String>,
    /// Pictures and other attachments.
    pub media: Vec<Media>,
    /// How many SMS segments it takes.
    pub num_segments: Option<u32>,
    /// Why it failed. Once known it stays.
    pub error_code: Option<u32>,
}

impl MessageChange {
    /// A message of which nothing else is known.
    pub fn new(message_sid: impl Into<MessageSid>, direction: Direction) -> Self {
        let status = match direction {
            Direction::Inbound => MessageStatus::Received,
            Direction::Outbound => MessageStatus::Queued,
        };
        Self {
            id: None,
            message_sid: message_sid.into(),
            direction,
            status,
            from: Address::from(""),
            to: Address::from(""),
            body: None,
            media: Vec::new(),
            num_segments: None,
            error_code: None,
        }
    }

    /// Chooses the id to store the message under, if it is not stored yet.
    ///
    /// An application that sends a message can keep its intent under an id of its own before it asks
    /// Twilio, and put that id into the URL for status reports. The first report and the
    /// application's own change may then come in any order: whichever is first makes the row, and
    /// under this id.
    ///
    /// A message that is stored already keeps its id, and one whose chosen id is another's gets one
    /// of the store's; [`Recorded::id`] has the one that counts. Lists are ordered by id, so make it
    /// with [`MessageId::at`].
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     MessageId,
    ///     store::{Change, Direction, Interaction, InteractionId, MemoryStore, MessageChange, Store},
    /// };
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let store = MemoryStore::new();
    /// let now = jiff::Timestamp::now();
    /// let id = MessageId::at(now);
    ///
    /// // Twilio is asked to send it, with the id in `StatusCallback`, and answers with the SID.
    /// let sent = MessageChange::new("SM00000000000000000000000000000001", Direction::Outbound)
    ///     .with_id(id);
    /// let change = Change::new("AC00000000000000000000000000000001", Interaction::Message(sent), now);
    /// let recorded = store.record(&change).await?;
    /// assert_eq!(recorded.id, InteractionId::Message(id));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_id(mut self, id: MessageId) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the status.
    #[must_use]
    pub fn with_status(mut self, status: MessageStatus) -> Self {
        self.status = status;
        self
    }

    /// Sets sender and recipient.
    #[must_use]
    pub fn with_parties(mut self, from: impl Into<Address>, to: impl Into<Address>) -> Self {
        self.from = from.into();
        self.to = to.into();
        self
    }

    /// Sets the text.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }
}

/// What a report says of a call.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallChange {
    /// The id to store it under, if it is not stored yet; by default the store makes one. See
    /// [`with_id`](Self::with_id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CallId>,
    /// The leg of the call; unique inside its account.
    pub call_sid: CallSid,
    /// The leg that this one was dialled from. Child legs belong where their parent belongs.
    pub parent_call_sid: Option<CallSid>,
    /// Who called: they (inbound) or we (outbound).
    pub direction: Direction,
    /// The reported status. It replaces the stored one only if it
    /// [supersedes](CallStatus::supersedes) it.
    pub status: CallStatus,
    /// The caller; empty if the report does not say.
    pub from: Address,
    /// The called side; empty if the report does not say.
    pub to: Address,
    /// How long it lasted, in seconds; comes with the last report.
    pub duration: Option<u32>,
    /// Where to fetch a recording that was made of the whole call.
    pub recording_url: Option<String>,
    /// Why it failed. Once known it stays.
    pub error_code: Option<u32>,
}

impl CallChange {
    /// A call of which nothing else is known.
    pub fn new(call_sid: impl Into<CallSid>, direction: Direction, status: CallStatus) -> Self {
        Self {
            id: None,
            call_sid: call_sid.into(),
            parent_call_sid: None,
            direction,
            status,
            from: Address::from(""),
            to: Address::from(""),
            duration: None,
            recording_url: None,
            error_code: None,
        }
    }

    /// Chooses the id to store the call under, if it is not stored yet: as
    /// [for a message](MessageChange::with_id).
    #[must_use]
    pub fn with_id(mut self, id: CallId) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets caller and called side.
    #[must_use]
    pub fn with_parties(mut self, from: impl Into<Address>, to: impl Into<Address>) -> Self {
        self.from = from.into();
        self.to = to.into();
        self
    }
}

/// What a report says of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordingChange {
    /// The recording; unique inside its account.
    pub recording_sid: RecordingSid,
    /// The call it was made of, which says where it belongs.
    pub call_sid: Option<CallSid>,
    /// The reported status. It replaces the stored one only if it
    /// [supersedes](RecordingStatus::supersedes) it.
    pub status: RecordingStatus,
    /// Where to fetch the audio, at Twilio, with authentication.
    pub url: Option<String>,
    /// How long it is, in seconds.
    pub duration: Option<u32>,
    /// One channel, or two (one for each side).
    pub channels: Option<u32>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// What started it, as Twilio names it.
    pub source: Option<String>,
    /// Why it failed. Once known it stays.
    pub error_code: Option<u32>,
}

impl RecordingChange {
    /// A recording of which nothing else is known.
    pub fn new(recording_sid: impl Into<RecordingSid>, status: RecordingStatus) -> Self {
        Self {
            recording_sid: recording_sid.into(),
            call_sid: None,
            status,
            url: None,
            duration: None,
            channels: None,
            started_at: None,
            source: None,
            error_code: None,
        }
    }
}

/// A notification before it is known whom it concerns: the store fills in the contact's name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotificationDraft {
    /// What it tells of.
    pub topic: Topic,
    /// The title, with [`CONTACT`](Self::CONTACT) where the contact's name goes.
    pub title: String,
    /// A preview of what happened.
    pub message: String,
}

impl NotificationDraft {
    /// What a title shows when there is no contact, because the other side hides.
    pub const NOBODY: &'static str = "hidden number";

    /// What a title holds in the contact's place.
    pub const CONTACT: &'static str = "{contact}";

    /// A draft; `title` may hold [`CONTACT`](Self::CONTACT) once, and nothing that a stranger wrote.
    pub fn new(topic: Topic, title: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            topic,
            title: title.into(),
            message: message.into(),
        }
    }

    /// The title for a contact who is shown as `name`.
    #[must_use]
    pub fn title_for(&self, name: &str) -> String {
        self.title.replacen(Self::CONTACT, name, 1)
    }
}

/// What came of a [`Change`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Recorded {
    /// Whether anything changed.
    pub outcome: Outcome,
    /// The row of the message, call or recording.
    pub id: InteractionId,
    /// The company it belongs to; `None` if nobody owns the line. It is kept all the same, and
    /// recording the change again, once somebody does, routes it.
    pub company_id: Option<CompanyId>,
    /// The line it came over. A recording and the leg of a forwarded call have none of their own.
    pub line: Option<Line>,
    /// The contact; `None` if the line is nobody's, or the other side hides.
    pub contact: Option<Contact>,
    /// Whether this change made the contact.
    pub new_contact: bool,
}

impl Recorded {
    /// Whether it belongs to somebody.
    #[must_use]
    pub fn is_routed(&self) -> bool {
        self.company_id.is_some()
    }

    /// For stores: the answer to a change.
    #[must_use]
    pub fn new(outcome: Outcome, id: InteractionId) -> Self {
        Self {
            outcome,
            id,
            company_id: None,
            line: None,
            contact: None,
            new_contact: false,
        }
    }
}

/// Whether a [`Change`] changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The message, call or recording was not known before.
    Created,
    /// It was known, and now it is further along or more complete.
    Updated,
    /// Nothing new: a repetition, or a report that came late.
    Unchanged,
}

/// The row of a message, call or recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InteractionId {
    /// A message's.
    Message(MessageId),
    /// A call's.
    Call(CallId),
    /// A recording's.
    Recording(RecordingId),
}

impl Direction {
    fn ours_and_theirs(self, from: &Address, to: &Address) -> (Address, Address) {
        match self {
            Self::Inbound => (to.clone(), from.clone()),
            Self::Outbound => (from.clone(), to.clone()),
        }
    }
}

redacted_debug!(ContactDetails { country });
redacted_debug!(MessageChange {
    id,
    message_sid,
    direction,
    status,
    error_code
});
redacted_debug!(CallChange {
    id,
    call_sid,
    parent_call_sid,
    direction,
    status,
    duration,
    error_code
});
redacted_debug!(NotificationDraft { topic });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_was_kept_before_ids_could_be_chosen_is_read() {
        let message = MessageChange::new("SM1", Direction::Outbound);
        let json = serde_json::to_value(Interaction::Message(message.clone())).unwrap();
        assert_eq!(json["message"].get("id"), None);
        let read: Interaction = serde_json::from_value(json).unwrap();
        assert_eq!(read, Interaction::Message(message));

        let call = CallChange::new("CA1", Direction::Outbound, CallStatus::Queued)
            .with_id(CallId::at(Timestamp::UNIX_EPOCH));
        let json = serde_json::to_value(&call).unwrap();
        assert_eq!(serde_json::from_value::<CallChange>(json).unwrap(), call);
    }
}
