//! [`Clock`]: what time it is.

use std::{
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

/// What time it is: the system's, or one that a test sets.
///
/// Whatever decides by the time (business hours, budgets, expiry) asks this, so that no test waits.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    set: Option<Arc<Mutex<Timestamp>>>,
}

impl Clock {
    /// A clock that stands still at `time`.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self {
            set: Some(Arc::new(Mutex::new(time))),
        }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.set {
            Some(time) => *time.lock().unwrap_or_else(PoisonError::into_inner),
            None => Timestamp::now(),
        }
    }

    /// How long it is since some beginning. Unlike [`now`](Self::now) it is not turned back when
    /// somebody sets the system's clock.
    #[must_use]
    pub fn ticks(&self) -> Duration {
        static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
        match &self.set {
            Some(_) => {
                let since = self.now().duration_since(Timestamp::UNIX_EPOCH);
                Duration::try_from(since).unwrap_or_default()
            }
            None => BEGINNING.elapsed(),
        }
    }

    /// Sets a clock that was made by [`at`](Self::at), in all its clones.
    pub fn set(&self, to: Timestamp) {
        if let Some(time) = &self.set {
            *time.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }

    /// Moves a clock that was made by [`at`](Self::at), in all its clones.
    pub fn advance(&self, by: SignedDuration) {
        let now = self.now();
        self.set(now.checked_add(by).unwrap_or(now));
    }
}
