//! Telling our own people: [`Notifier`], [`Dispatcher`] and [`Bus`].
//!
//! A notification is written in the same transaction as what it tells of, or is a
//! [notice](crate::store::Notice) of the application's own. It is delivered afterwards by a
//! [`Dispatcher`], at least once. A [`Notifier`] is where it goes: a WebSocket, e-mail, a chat.

mod bus;
mod dispatcher;

use std::{fmt, sync::Arc};

use async_trait::async_trait;

pub use self::{
    bus::{Bus, BusEvent, BusNotifier, BusReceiver, BusSender, LocalBus},
    dispatcher::{Backoff, Dispatcher, Pass, Wake},
};
use crate::{BoxError, store::Notification, string_enum::string_enum};

string_enum! {
    /// What a notification tells of; the `type` in its JSON.
    ///
    /// The first five come with webhooks ([`Hooks::notify_on`](crate::Hooks::notify_on)), the others are for
    /// the [notices](crate::store::Notice) of an application, which may also use any text of its own.
    pub enum Topic {
        /// A text message came.
        SmsReceived => "sms_received",
        /// Somebody calls.
        CallReceived => "call_received",
        /// A message we sent got a new status.
        SmsStatusUpdate => "sms_status_update",
        /// A call got a new status.
        CallStatusUpdate => "call_status_update",
        /// A recording can be played.
        RecordingAvailable => "recording_available",
        /// A call came that nobody of us answered.
        MissedCall => "missed_call",
        /// Somebody left a voice message.
        VoicemailReceived => "voicemail_received",
        /// A message we sent did not arrive.
        DeliveryFailed => "delivery_failed",
        /// Something is not set up as it has to be: a number, a key, an address.
        SetupProblem => "setup_problem",
    }
}

/// A channel to our own people.
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     async_trait,
///     notify::{Notifier, NotifyError},
///     store::Notification,
/// };
///
/// /// Writes the headline where the office sees it.
/// #[derive(Debug)]
/// struct Printer;
///
/// #[async_trait]
/// impl Notifier for Printer {
///     async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
///         println!("{}", notification.title);
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Notifier: fmt::Debug + Send + Sync + 'static {
    /// Delivers one notification. It may come again, also after a success that could not be noted:
    /// use its `id` to tell repetitions.
    ///
    /// # Errors
    /// [`NotifyError::Transient`] to be asked again later, [`NotifyError::Permanent`] to give up.
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError>;
}

/// Why a notification was not delivered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// Trying again later may help.
    #[error("notification could not be delivered now")]
    Transient(#[source] BoxError),
    /// It will never be delivered.
    #[error("notification can't be delivered")]
    Permanent(#[source] BoxError),
}

impl NotifyError {
    /// A failure that may pass.
    pub fn transient(source: impl Into<BoxError>) -> Self {
        Self::Transient(source.into())
    }

    /// A failure that will not pass.
    pub fn permanent(source: impl Into<BoxError>) -> Self {
        Self::Permanent(source.into())
    }
}

#[async_trait]
impl<T: Notifier + ?Sized> Notifier for Arc<T> {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        (**self).notify(notification).await
    }
}

#[async_trait]
impl<T: Notifier + ?Sized> Notifier for Box<T> {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        (**self).notify(notification).await
    }
}
