//! [`Dispatcher`]: claims notifications, delivers them, settles them.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::{sync::Notify, time::Instant};

use super::{Notifier, NotifyError};
use crate::{
    ids::NotificationId,
    store::{Claim, Claimed, Settlement, Store, StoreError},
};

/// Delivers stored notifications in the background.
///
/// Several dispatchers, also in several processes, may share one store: each notification is leased
/// to one of them. What a crashed one had leased is due again when the lease has run out.
///
/// # Examples
/// ```
/// use std::sync::Arc;
/// use twilio_hooks::{
///     notify::{Dispatcher, LocalBus, Notifier},
///     store::{MemoryStore, Store},
/// };
///
/// # async fn example(notifier: impl Notifier) {
/// let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
/// let dispatcher = Dispatcher::new(store, notifier);
/// // Hand `dispatcher.wake()` to `Hooks`, then run until told to stop.
/// dispatcher.run(std::future::pending::<()>()).await;
/// # }
/// ```
#[derive(Debug)]
pub struct Dispatcher {
    store: Arc<dyn Store>,
    notifier: Arc<dyn Notifier>,
    wake: Wake,
    batch: u32,
    lease: Duration,
    poll: Duration,
    backoff: Backoff,
}

impl Dispatcher {
    /// A dispatcher that takes up to 100 notifications at a time, leases them for 30 seconds and
    /// looks for work at least once a second.
    pub fn new(store: impl Store, notifier: impl Notifier) -> Self {
        Self {
            store: Arc::new(store),
            notifier: Arc::new(notifier),
            wake: Wake::default(),
            batch: 100,
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            backoff: Backoff::default(),
        }
    }

    /// Sets how many notifications are taken at a time.
    #[must_use]
    pub fn with_batch(mut self, batch: u32) -> Self {
        self.batch = batch.max(1);
        self
    }

    /// Sets how long taken notifications are left alone by other dispatchers. An attempt to deliver
    /// one is given up after half of it.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Sets how often to look for work that nobody announced: retries, and what other processes
    /// recorded and did not live to deliver.
    #[must_use]
    pub fn with_poll(mut self, poll: Duration) -> Self {
        self.poll = poll;
        self
    }

    /// Sets when failed deliveries are tried again.
    #[must_use]
    pub fn with_backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// What wakes this dispatcher up; give it to `Hooks`, and to whatever puts notices.
    #[must_use]
    pub fn wake(&self) -> Wake {
        self.wake.clone()
    }

    /// Delivers what is due at `now`, one batch at most.
    ///
    /// # Errors
    /// If the store can't be asked. What could not be delivered is no error: it is due again later.
    pub async fn run_once(&self, now: Timestamp) -> Result<Pass, StoreError> {
        let claim = Claim {
            limit: self.batch,
            now,
            lease: self.lease,
        };
        let started = Instant::now();
        let claimed = self.store.claim(claim).await?;
        let mut pass = Pass {
            claimed: claimed.len(),
            delivered: 0,
        };
        for claimed in claimed {
            // A slow notifier: the rest is due again when the lease runs out, here or elsewhere.
            if started.elapsed() > self.lease / 2 {
                break;
            }
            let settlement = self.deliver(&claimed, now).await;
            pass.delivered += usize::from(settlement == Settlement::Delivered);
            self.store
                .settle(claimed.notification.id, claimed.attempt, settlement)
                .await?;
        }
        Ok(pass)
    }

    async fn deliver(&self, claimed: &Claimed, now: Timestamp) -> Settlement {
        let notification = &claimed.notification;
        let delivery = self.notifier.notify(notification);
        let error = match tokio::time::timeout(self.lease / 2, delivery).await {
            Ok(Ok(())) => return Settlement::Delivered,
            Ok(Err(error)) => error,
            Err(elapsed) => NotifyError::transient(elapsed),
        };
        let delay = match &error {
            NotifyError::Transient(_) => self.backoff.delay(notification.id, claimed.attempt),
            NotifyError::Permanent(_) => None,
        };
        tracing::warn!(
            notification.id = %notification.id,
            notification.attempt = claimed.attempt,
            retry = delay.is_some(),
            %error,
            "notification not delivered"
        );
        match delay {
            Some(delay) => Settlement::RetryAt(
                SignedDuration::try_from(delay)
                    .ok()
                    .and_then(|delay| now.checked_add(delay).ok())
                    .unwrap_or(Timestamp::MAX),
            ),
            None => Settlement::Abandoned,
        }
    }

    /// Delivers until `shutdown` ends. The batch under way is finished first.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            // Woken or not, a full batch means that there may be more.
            let more = match self.run_once(Timestamp::now()).await {
                Ok(pass) => pass.claimed as u64 == u64::from(self.batch),
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "notifications not read"
                    );
                    false
                }
            };
            let rest = if more { Duration::ZERO } else { self.poll };
            tokio::select! {
                () = &mut shutdown => return,
                () = self.wake.0.notified() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
    }
}

/// What one pass of a [`Dispatcher`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pass {
    /// How many notifications were due and taken.
    pub claimed: usize,
    /// How many of them were delivered.
    pub delivered: usize,
}

/// Tells a [`Dispatcher`] that there is work, so that nothing waits for its next look.
///
/// `Hooks` does it for webhooks. An application does it after it has put a
/// [notice](crate::store::Notices::put_notice).
#[derive(Debug, Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// Wakes the dispatcher up.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// When a failed delivery is tried again: after `first`, then each time twice as long, up to
/// `longest`, `attempts` times in all.
///
/// A tenth of the delay is spread by the notification's id, so that what failed together is not
/// tried again together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The delay after the first failure.
    pub first: Duration,
    /// The longest delay.
    pub longest: Duration,
    /// How many attempts there are in all.
    pub attempts: u32,
}

impl Default for Backoff {
    /// After 1 second, doubling up to 10 minutes, for about a day.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(600),
            attempts: 150,
        }
    }
}

impl Backoff {
    /// How long to wait after attempt `attempt` (from 1) failed; `None` to give up.
    #[must_use]
    pub fn delay(&self, id: NotificationId, attempt: u32) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doublings = attempt.saturating_sub(1).min(31);
        let delay = self.first.saturating_mul(1 << doublings).min(self.longest);
        // The last byte of a UUID v7 is random.
        let spread = u32::from(id.as_uuid().as_bytes()[15]);
        Some(delay + delay.mul_f64(f64::from(spread) / 2550.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_and_end() {
        let id = NotificationId::from_uuid(uuid::Uuid::nil());
        let backoff = Backoff {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(5),
            attempts: 5,
        };
        let delays: Vec<_> = (1..=5).map(|attempt| backoff.delay(id, attempt)).collect();
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(
            delays,
            [seconds(1), seconds(2), seconds(4), seconds(5), None]
        );
    }

    #[test]
    fn the_default_lasts_about_a_day() {
        let id = NotificationId::from_uuid(uuid::Uuid::nil());
        let backoff = Backoff::default();
        let total: Duration = (1..).map_while(|attempt| backoff.delay(id, attempt)).sum();
        assert!((20..28).contains(&(total.as_secs() / 3600)), "{total:?}");
    }
}
