//! [`ClosableBus`]: a bus whose listeners can be told that it is over.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use twilio_hooks::{
    notify::{Bus, BusEvent, BusReceiver, BusSender, NotifyError},
    store::Notification,
};

/// How many events a listener may be behind.
const CAPACITY: usize = 1024;

/// Passes on what another bus carries, until it is closed.
///
/// An open WebSocket would outlive a server that stops: it waits for requests, and this is none any
/// more. When the bus is closed, each listener says good-bye and ends.
#[derive(Debug, Clone)]
pub struct ClosableBus {
    inner: Arc<dyn Bus>,
    listeners: Arc<Mutex<Option<BusSender>>>,
}

impl ClosableBus {
    /// Listens to `inner` in a task of its own.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    #[must_use]
    pub fn new(inner: Arc<dyn Bus>) -> Self {
        let bus = Self {
            inner,
            listeners: Arc::new(Mutex::new(Some(BusSender::new(CAPACITY)))),
        };
        let mut events = bus.inner.subscribe();
        let relay = bus.clone();
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if !relay.pass_on(event) {
                    return;
                }
            }
            relay.close();
        });
        bus
    }

    /// Ends it for all listeners, also for those who come later.
    pub fn close(&self) {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    /// Says whether the bus is open.
    fn pass_on(&self, event: BusEvent) -> bool {
        let listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        listeners
            .as_ref()
            .map(|listeners| listeners.send(event))
            .is_some()
    }
}

#[async_trait]
impl Bus for ClosableBus {
    async fn publish(&self, notification: &Notification) -> Result<(), NotifyError> {
        self.inner.publish(notification).await
    }

    fn subscribe(&self) -> BusReceiver {
        let listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match &*listeners {
            Some(listeners) => listeners.subscribe(),
            // Its sender is gone at once, so it is over for this listener too.
            None => BusSender::new(1).subscribe(),
        }
    }
}

#[cfg(test)]
mod tests {
    use twilio_hooks::notify::LocalBus;

    use super::*;

    #[tokio::test]
    async fn it_is_over_for_everybody_once_closed() {
        let bus = ClosableBus::new(Arc::new(LocalBus::new()));
        let mut early = bus.subscribe();
        bus.close();
        assert!(early.recv().await.is_none());
        assert!(bus.subscribe().recv().await.is_none());
    }
}
