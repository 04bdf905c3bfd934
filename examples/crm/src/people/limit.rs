//! [`LoginLimits`]: how often somebody may try to sign in.

use std::{
    hash::{BuildHasher as _, Hash, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use governor::{
    Quota, RateLimiter, clock::Clock as _, middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};
use sha2::{Digest as _, Sha256};

use super::PeopleError;
use crate::clock::Clock;

/// How many keys a limit remembers; from then on the newcomers share.
const MAX_KEYS: usize = 100_000;

/// How often a limit that is full looks for keys to forget. Looking goes through all of them.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// How often somebody may try to sign in: 5 times in 5 minutes from one address, 10 times in 15
/// minutes for one email address. Both fill up evenly again. Each process counts for itself.
#[derive(Debug, Clone)]
pub(super) struct LoginLimits {
    by_ip: Arc<Limit<IpAddr>>,
    by_email: Arc<Limit<[u8; 32]>>,
}

impl LoginLimits {
    /// Nobody has tried yet.
    #[must_use]
    pub(super) fn new(clock: &Clock) -> Self {
        Self {
            by_ip: Arc::new(Limit::new(5, Duration::from_secs(60), clock)),
            by_email: Arc::new(Limit::new(10, Duration::from_secs(90), clock)),
        }
    }

    /// Counts an attempt from an address.
    ///
    /// # Errors
    /// [`PeopleError::TooMany`].
    pub(super) fn count_ip(&self, ip: Option<IpAddr>) -> Result<(), PeopleError> {
        ip.map_or(Ok(()), |ip| self.by_ip.check(network(ip)))
    }

    /// Counts an attempt for an email address, whether or not it is somebody's.
    ///
    /// # Errors
    /// [`PeopleError::TooMany`].
    pub(super) fn count_email(&self, email: &str) -> Result<(), PeopleError> {
        self.by_email.check(Sha256::digest(email.as_bytes()).into())
    }

    /// Forgets whoever may do everything again.
    pub(super) fn forget(&self) {
        self.by_ip.limiter.retain_recent();
        self.by_email.limiter.retain_recent();
    }
}

/// What is counted as one: an IPv4 address, or the network that one customer gets of IPv6.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => {
            let network = ip.to_bits() & (u128::MAX << 64);
            IpAddr::V6(network.into())
        }
        ip @ IpAddr::V4(_) => ip,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key<K> {
    Own(K),
    Shared(u8),
}

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Ticks, NoOpMiddleware<Duration>>;

#[derive(Debug)]
struct Limit<K: Hash + Eq + Clone> {
    limiter: Limiter<Key<K>>,
    clock: Ticks,
    hasher: RandomState,
    /// When it last looked, in seconds of the clock.
    looked: AtomicU64,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(burst: u32, one_per: Duration, clock: &Clock) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(one_per)
            .expect("a limit has a period")
            .allow_burst(burst);
        let clock = Ticks(clock.clone());
        Self {
            limiter: RateLimiter::dashmap_with_clock(quota, clock.clone()),
            clock,
            hasher: RandomState::new(),
            looked: AtomicU64::new(0),
        }
    }

    fn check(&self, key: K) -> Result<(), PeopleError> {
        let is_full = || self.limiter.len() >= MAX_KEYS;
        if is_full() && self.is_time_to_forget() {
            self.limiter.retain_recent();
        }
        let key = if is_full() {
            let [share, ..] = self.hasher.hash_one(&key).to_be_bytes();
            Key::Shared(share)
        } else {
            Key::Own(key)
        };
        self.limiter
            .check_key(&key)
            .map_err(|later| PeopleError::TooMany(later.wait_time_from(self.clock.now())))
    }

    /// For one of those who ask at once.
    fn is_time_to_forget(&self) -> bool {
        let now = self.clock.now().as_secs();
        let looked = self.looked.load(Ordering::Relaxed);
        now.saturating_sub(looked) >= FORGET_EVERY.as_secs()
            && self
                .looked
                .compare_exchange(looked, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
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

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn an_address_gets_five_attempts_and_one_more_each_minute() {
        let clock = Clock::at(Timestamp::UNIX_EPOCH);
        let limits = LoginLimits::new(&clock);
        let attempt = || limits.count_ip(ip("192.0.2.1"));
        for _ in 0..5 {
            attempt().unwrap();
        }
        let Err(PeopleError::TooMany(wait)) = attempt() else {
            panic!("not refused");
        };
        assert_eq!(wait, Duration::from_secs(60));
        limits.count_ip(ip("192.0.2.2")).unwrap();
        clock.advance(SignedDuration::from_secs(60));
        attempt().unwrap();
        assert!(attempt().is_err());
    }

    #[test]
    fn a_network_of_ipv6_is_one_customer() {
        let limits = LoginLimits::new(&Clock::at(Timestamp::UNIX_EPOCH));
        for host in 1..=5 {
            limits.count_ip(ip(&format!("2001:db8::{host}"))).unwrap();
        }
        assert!(limits.count_ip(ip("2001:db8::ffff")).is_err());
        limits.count_ip(ip("2001:db8:0:1::1")).unwrap();
    }

    #[test]
    fn memory_is_bounded_and_whoever_waited_is_forgotten() {
        let clock = Clock::at(Timestamp::UNIX_EPOCH);
        let limit = Limit::new(1, Duration::from_secs(60), &clock);
        for key in 0..200_000_u32 {
            let _ = limit.check(key);
        }
        assert!(limit.limiter.len() <= MAX_KEYS + 256);
        assert!(limit.check(200_001).is_err(), "a newcomer shares");
        clock.advance(SignedDuration::from_secs(121));
        limit.check(200_002).unwrap();
        assert_eq!(limit.limiter.len(), 1);
    }
}
