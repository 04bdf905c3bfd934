//! [`Notice`]: what an application itself tells its people.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Notification;
use crate::{
    ids::{CallId, CompanyId, ContactId, MessageId, NotificationId},
    notify::Topic,
    redacted::redacted_debug,
};

/// Something that the application itself has to tell: a call that nobody answered, a new voicemail, a
/// line that is not set up.
///
/// What a webhook tells of is part of its [`Change`](super::Change); a notice is for what only the
/// application knows. [`Notices::put_notice`](super::Notices::put_notice) makes a [`Notification`] of
/// it, which is numbered, delivered and read like any other.
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     CompanyId,
///     notify::{BusNotifier, Dispatcher, LocalBus, Topic},
///     store::{MemoryStore, Notice, Notices},
/// };
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let store = MemoryStore::new();
/// let dispatcher = Dispatcher::new(store.clone(), BusNotifier::new(LocalBus::new()));
/// let wake = dispatcher.wake();
///
/// let now = jiff::Timestamp::now();
/// let company = CompanyId::at(now);
/// let call_sid = "CA00000000000000000000000000000001";
/// let notice = Notice::new(company, Topic::MissedCall, call_sid, "Missed call", now)
///     .with_message("Nobody answered +12025550143");
/// if store.put_notice(&notice).await?.is_some() {
///     wake.wake(); // or the dispatcher finds it at its next look
/// }
/// // It is told once, however often it is put.
/// assert_eq!(store.put_notice(&notice).await?, None);
/// assert_eq!(dispatcher.run_once(now).await?.delivered, 1);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Notice {
    /// Whose people to tell.
    pub company_id: CompanyId,
    /// What it tells of.
    pub topic: Topic,
    /// What happened, to tell it once: of the notices with the same company, topic and key only the
    /// first one counts. A SID is a good key. At most some hundred bytes.
    pub key: String,
    /// A headline, such as `Missed call from John Doe`.
    pub title: String,
    /// A preview of what happened.
    pub message: String,
    /// The contact it is about, one of the company.
    pub contact_id: Option<ContactId>,
    /// The message it is about, one of the company.
    pub sms_id: Option<MessageId>,
    /// The call it is about, one of the company.
    pub call_id: Option<CallId>,
    /// When it happened. Stores take the time from here and never read a clock.
    pub created_at: Timestamp,
}

impl Notice {
    /// A notice about nobody in particular.
    pub fn new(
        company_id: CompanyId,
        topic: Topic,
        key: impl Into<String>,
        title: impl Into<String>,
        created_at: Timestamp,
    ) -> Self {
        Self {
            company_id,
            topic,
            key: key.into(),
            title: title.into(),
            message: String::new(),
            contact_id: None,
            sms_id: None,
            call_id: None,
            created_at,
        }
    }

    /// Sets the preview.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Says which contact it is about, if any.
    #[must_use]
    pub fn with_contact(mut self, contact_id: impl Into<Option<ContactId>>) -> Self {
        self.contact_id = contact_id.into();
        self
    }

    /// Says which message it is about, if any.
    #[must_use]
    pub fn with_sms(mut self, sms_id: impl Into<Option<MessageId>>) -> Self {
        self.sms_id = sms_id.into();
        self
    }

    /// Says which call it is about, if any.
    #[must_use]
    pub fn with_call(mut self, call_id: impl Into<Option<CallId>>) -> Self {
        self.call_id = call_id.into();
        self
    }
}

impl Notification {
    /// For stores: the notification that a notice becomes, not numbered yet.
    #[must_use]
    pub fn of_notice(notice: &Notice) -> Self {
        Self {
            id: NotificationId::at(notice.created_at),
            company_id: notice.company_id,
            seq: 0,
            topic: notice.topic.clone(),
            title: notice.title.clone(),
            message: notice.message.clone(),
            contact_id: notice.contact_id,
            sms_id: notice.sms_id,
            call_id: notice.call_id,
            created_at: notice.created_at,
        }
    }
}

redacted_debug!(Notice {
    company_id,
    topic,
    contact_id,
    sms_id,
    call_id,
    created_at
});
