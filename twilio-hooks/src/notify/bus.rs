//! [`Bus`]: live notifications for every process that has somebody listening.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use tokio::sync::broadcast;

use super::{Notifier, NotifyError};
use crate::store::Notification;

/// Carries notifications to all server processes.
///
/// The process that delivers a notification is rarely the only one with listeners. A bus is fast
/// and may lose: every notification is stored and numbered, so whoever misses a number reads it from
/// the [`Directory`](crate::store::Directory). That is why an implementation reports a loss it
/// notices as [`BusEvent::Resync`] and does not try to be reliable.
///
/// [`LocalBus`] serves one process; `PgBus` of `twilio-hooks-sqlx` serves all that share a Postgres.
#[async_trait]
pub trait Bus: fmt::Debug + Send + Sync + 'static {
    /// Hands a notification to every listener of every process, this one included.
    ///
    /// # Errors
    /// If it could not be handed over; the dispatcher tries again.
    async fn publish(&self, notification: &Notification) -> Result<(), NotifyError>;

    /// Listens from now on.
    fn subscribe(&self) -> BusReceiver;
}

/// What a listener hears.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum BusEvent {
    /// A notification.
    Notification(Arc<Notification>),
    /// Some may be missing: read what came since the last number you know.
    Resync,
}

/// The receiving end of a [`Bus`].
#[derive(Debug)]
pub struct BusReceiver(broadcast::Receiver<BusEvent>);

impl BusReceiver {
    /// Waits for the next event; `None` once the bus is gone.
    pub async fn recv(&mut self) -> Option<BusEvent> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(BusEvent::Resync),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

/// For implementations of [`Bus`]: passes events to the listeners of this process.
///
/// A listener that falls `capacity` events behind hears [`BusEvent::Resync`] instead of them, so a
/// slow one costs neither memory nor the others' time.
#[derive(Debug, Clone)]
pub struct BusSender(broadcast::Sender<BusEvent>);

impl BusSender {
    /// A sender whose listeners may be up to `capacity` events behind.
    ///
    /// # Panics
    /// If `capacity` is zero.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self(broadcast::Sender::new(capacity))
    }

    /// Passes an event to all listeners; there may be none.
    pub fn send(&self, event: BusEvent) {
        let _ = self.0.send(event);
    }

    /// Listens from now on.
    #[must_use]
    pub fn subscribe(&self) -> BusReceiver {
        BusReceiver(self.0.subscribe())
    }
}

/// A bus inside one process.
#[derive(Debug, Clone)]
pub struct LocalBus(BusSender);

impl LocalBus {
    /// A bus on which a listener may be 1,024 events behind.
    #[must_use]
    pub fn new() -> Self {
        Self(BusSender::new(1024))
    }
}

impl Default for LocalBus {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Bus for LocalBus {
    async fn publish(&self, notification: &Notification) -> Result<(), NotifyError> {
        self.0
            .send(BusEvent::Notification(Arc::new(notification.clone())));
        Ok(())
    }

    fn subscribe(&self) -> BusReceiver {
        self.0.subscribe()
    }
}

/// A [`Notifier`] that hands everything to a [`Bus`], so that whoever is listening hears it.
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     notify::{BusNotifier, Dispatcher, LocalBus},
///     store::MemoryStore,
/// };
///
/// let bus = LocalBus::new();
/// let dispatcher = Dispatcher::new(MemoryStore::new(), BusNotifier::new(bus.clone()));
/// # let _ = dispatcher;
/// ```
#[derive(Debug, Clone)]
pub struct BusNotifier(Arc<dyn Bus>);

impl BusNotifier {
    /// A notifier for the listeners of `bus`.
    pub fn new(bus: impl Bus) -> Self {
        Self(Arc::new(bus))
    }
}

#[async_trait]
impl Notifier for BusNotifier {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        self.0.publish(notification).await
    }
}

#[async_trait]
impl<T: Bus + ?Sized> Bus for Arc<T> {
    async fn publish(&self, notification: &Notification) -> Result<(), NotifyError> {
        (**self).publish(notification).await
    }

    fn subscribe(&self) -> BusReceiver {
        (**self).subscribe()
    }
}
