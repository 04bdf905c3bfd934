//! [`RecordingNotifier`]: remembers what it was told.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::{
    notify::{Notifier, NotifyError},
    store::Notification,
};

/// A notifier that remembers what it delivered, and fails when told to. Clones share their memory.
///
/// # Examples
/// ```
/// use twilio_hooks::testing::RecordingNotifier;
///
/// let notifier = RecordingNotifier::failing(2);
/// // … two deliveries fail, the third and all later ones succeed …
/// assert!(notifier.delivered().is_empty());
/// ```
#[derive(Debug, Clone, Default)]
pub struct RecordingNotifier {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    failures_left: u32,
    permanent: bool,
    delivered: Vec<Notification>,
}

impl RecordingNotifier {
    /// One that never fails.
    #[must_use]
    pub fn succeeding() -> Self {
        Self::default()
    }

    /// One whose first `times` deliveries fail for the moment.
    #[must_use]
    pub fn failing(times: u32) -> Self {
        let state = State {
            failures_left: times,
            ..State::default()
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// One that refuses everything for good.
    #[must_use]
    pub fn refusing() -> Self {
        let state = State {
            permanent: true,
            ..State::default()
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// What was delivered, in order; what failed is not among it.
    #[must_use]
    pub fn delivered(&self) -> Vec<Notification> {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .delivered
            .clone()
    }
}

#[async_trait]
impl Notifier for RecordingNotifier {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.permanent {
            return Err(NotifyError::permanent("told to refuse"));
        }
        if state.failures_left > 0 {
            state.failures_left -= 1;
            return Err(NotifyError::transient("told to fail"));
        }
        state.delivered.push(notification.clone());
        Ok(())
    }
}
