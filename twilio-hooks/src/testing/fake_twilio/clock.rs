//! [`InstantClock`]: pauses that take no time.

use std::{
    future::{Future, ready},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::client::Clock;

/// A clock for tests of retries: a pause is over at once, and the time has passed.
///
/// Clones share their time.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use twilio_hooks::{client::Clock, testing::InstantClock};
///
/// # twilio_hooks::testing::block_on(async {
/// let clock = InstantClock::new();
/// clock.sleep(Duration::from_secs(3600)).await;
/// assert_eq!(clock.pauses(), [Duration::from_secs(3600)]);
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct InstantClock {
    start: Instant,
    pauses: Arc<Mutex<Vec<Duration>>>,
}

impl InstantClock {
    /// A clock that has not paused yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            pauses: Arc::default(),
        }
    }

    /// The pauses there were, in their order.
    #[must_use]
    pub fn pauses(&self) -> Vec<Duration> {
        self.pauses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Default for InstantClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for InstantClock {
    fn now(&self) -> Instant {
        self.start + self.pauses().iter().sum::<Duration>()
    }

    fn sleep(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.pauses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(pause);
        Box::pin(ready(()))
    }
}
