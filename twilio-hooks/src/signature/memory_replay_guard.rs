//! [`MemoryReplayGuard`].

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Delivery, ReplayGuard, Seen};
use crate::BoxError;

/// Remembers the requests of the last minutes in memory.
///
/// Ten minutes and 10,000 requests, unless told otherwise; beyond that number the oldest are
/// forgotten first. Only signed requests count, so strangers cannot push others out. A request takes
/// about 100 bytes. Nothing outlives the process.
///
/// The time is that of [`Delivery::at`], so a test chooses it.
///
/// # Examples
/// ```
/// use jiff::{SignedDuration, Timestamp};
/// use twilio_hooks::signature::{Delivery, MemoryReplayGuard, ReplayGuard, Seen};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let guard = MemoryReplayGuard::new();
/// let mut delivery = Delivery::new([7; 32], Timestamp::UNIX_EPOCH);
/// assert_eq!(guard.note(&delivery).await.unwrap(), Seen::First);
/// assert_eq!(guard.note(&delivery).await.unwrap(), Seen::Repeated);
///
/// delivery.at += SignedDuration::from_mins(10);
/// assert_eq!(guard.note(&delivery).await.unwrap(), Seen::First);
/// # });
/// ```
pub struct MemoryReplayGuard {
    window: Duration,
    capacity: usize,
    seen: Mutex<Requests>,
}

/// When each was noted, and in which order.
#[derive(Default)]
struct Requests {
    times: HashMap<[u8; 32], Timestamp>,
    /// With those that are forgotten or were noted again since.
    order: VecDeque<([u8; 32], Timestamp)>,
}

impl MemoryReplayGuard {
    /// How long a request is remembered unless told otherwise: ten minutes.
    pub const DEFAULT_WINDOW: Duration = Duration::from_secs(600);

    /// How many requests are remembered unless told otherwise: 10,000.
    pub const DEFAULT_CAPACITY: usize = 10_000;

    /// A guard that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            window: Self::DEFAULT_WINDOW,
            capacity: Self::DEFAULT_CAPACITY,
            seen: Mutex::default(),
        }
    }

    /// How long a request is remembered.
    #[must_use]
    pub fn with_window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// How many requests are remembered; at least one.
    #[must_use]
    pub fn with_capacity(mut self, requests: usize) -> Self {
        self.capacity = requests.max(1);
        self
    }

    /// How many requests are remembered now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().times.len()
    }

    /// Whether no request is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Requests> {
        // Nothing panics in between, and a half-noted request would do no harm.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryReplayGuard {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl ReplayGuard for MemoryReplayGuard {
    async fn note(&self, delivery: &Delivery) -> Result<Seen, BoxError> {
        let mut seen = self.lock();
        seen.forget_before(delivery.at, self.window);
        if seen.times.contains_key(&delivery.digest) {
            return Ok(Seen::Repeated);
        }
        while seen.order.len() >= self.capacity {
            seen.forget_oldest();
        }
        seen.times.insert(delivery.digest, delivery.at);
        seen.order.push_back((delivery.digest, delivery.at));
        Ok(Seen::First)
    }

    async fn forget(&self, delivery: &Delivery) {
        let mut seen = self.lock();
        // Unless it is another one by now.
        if seen.times.get(&delivery.digest) == Some(&delivery.at) {
            seen.times.remove(&delivery.digest);
        }
    }
}

impl Requests {
    fn forget_before(&mut self, now: Timestamp, window: Duration) {
        while let Some((_, at)) = self.order.front() {
            // A clock that was set back makes nothing older.
            let age = Duration::try_from(now.duration_since(*at)).unwrap_or_default();
            if age < window {
                break;
            }
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((digest, at)) = self.order.pop_front()
            && self.times.get(&digest) == Some(&at)
        {
            self.times.remove(&digest);
        }
    }
}

/// Shows the limits and how many requests there are.
impl fmt::Debug for MemoryReplayGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryReplayGuard")
            .field("window", &self.window)
            .field("capacity", &self.capacity)
            .field("len", &self.len())
            .finish()
    }
}
