//! [`Limit`]: how often somebody may do something.

use std::{
    hash::{BuildHasher as _, Hash, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use governor::{
    Quota, RateLimiter, clock::Clock as _, middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};

use crate::clock::Clock;

/// How many keys a limit remembers; from then on the newcomers share.
const MAX_KEYS: usize = 100_000;

/// How many seconds pass before a full limit looks again whom it can forget: it has to look at all.
const SWEEP: u64 = 10;

/// So often at once for each key, and from then on evenly. Each process counts for itself.
#[derive(Debug)]
pub struct Limit<K: Hash + Eq + Clone> {
    limiter: RateLimiter<Key<K>, DashMapStateStore<Key<K>>, Ticks, NoOpMiddleware<Duration>>,
    clock: Ticks,
    hasher: RandomState,
    /// When to look whom to forget, in seconds of the clock's ticks.
    sweep_at: AtomicU64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key<K> {
    Own(K),
    Shared(u8),
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// `times` in `period`, all at once if need be.
    #[must_use]
    pub fn new(times: NonZeroU32, period: Duration, clock: &Clock) -> Self {
        let quota = Quota::with_period(period / times.get())
            .unwrap_or_else(|| Quota::per_second(NonZeroU32::MAX))
            .allow_burst(times);
        let clock = Ticks(clock.clone());
        Self {
            limiter: RateLimiter::dashmap_with_clock(quota, clock.clone()),
            clock,
            hasher: RandomState::new(),
            sweep_at: AtomicU64::new(0),
        }
    }

    /// Counts one more time.
    ///
    /// # Errors
    /// How long to wait, if it was too often; then it does not count.
    pub fn check(&self, key: K) -> Result<(), Duration> {
        if self.limiter.len() >= MAX_KEYS {
            self.sweep();
        }
        let key = if self.limiter.len() < MAX_KEYS {
            Key::Own(key)
        } else {
            let [share, ..] = self.hasher.hash_one(&key).to_be_bytes();
            Key::Shared(share)
        };
        self.limiter
            .check_key(&key)
            .map_err(|later| later.wait_time_from(self.clock.now()))
    }

    /// Forgets whoever may do everything again.
    pub fn forget(&self) {
        self.limiter.retain_recent();
    }

    /// The same, if it was not done just now.
    fn sweep(&self) {
        let now = self.clock.now().as_secs();
        let due = |at| (now >= at).then_some(now + SWEEP);
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        if self.sweep_at.fetch_update(set, fetch, due).is_ok() {
            self.forget();
        }
    }
}

/// What is counted as one: an IPv4 address, or the network that one customer gets of IPv6.
#[must_use]
pub fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => {
            let network = ip.to_bits() & (u128::MAX << 64);
            IpAddr::V6(network.into())
        }
        ip @ IpAddr::V4(_) => ip,
    }
}

/// Our clock, as the limiter reads it.
#[derive(Debug, Clone)]
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.ticks()
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    fn limit(times: u32, clock: &Clock) -> Limit<u32> {
        Limit::new(
            NonZeroU32::new(times).unwrap(),
            Duration::from_secs(60),
            clock,
        )
    }

    #[test]
    fn it_fills_up_evenly() {
        let clock = Clock::at(Timestamp::UNIX_EPOCH);
        let limit = limit(6, &clock);
        for _ in 0..6 {
            limit.check(1).unwrap();
        }
        assert_eq!(limit.check(1), Err(Duration::from_secs(10)));
        limit.check(2).unwrap();
        clock.advance(SignedDuration::from_secs(10));
        limit.check(1).unwrap();
        assert!(limit.check(1).is_err());
    }

    #[test]
    fn memory_is_bounded_and_whoever_waited_is_forgotten() {
        let clock = Clock::at(Timestamp::UNIX_EPOCH);
        let limit = limit(1, &clock);
        for key in 0..MAX_KEYS as u32 * 2 {
            let _ = limit.check(key);
        }
        assert!(limit.limiter.len() <= MAX_KEYS + 256);
        assert!(
            limit.check(MAX_KEYS as u32 * 3).is_err(),
            "a newcomer shares"
        );
        clock.advance(SignedDuration::from_secs(121));
        limit.check(0).unwrap();
        assert_eq!(limit.limiter.len(), 1);
    }
}
