//! [`LoginLimits`]: how often somebody may try to sign in.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use sha2::{Digest as _, Sha256};

use super::PeopleError;
use crate::{
    clock::Clock,
    limit::{Limit, network},
};

const BY_IP: NonZeroU32 = NonZeroU32::new(5).unwrap();
const BY_EMAIL: NonZeroU32 = NonZeroU32::new(10).unwrap();

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
            by_ip: Arc::new(Limit::new(BY_IP, Duration::from_secs(5 * 60), clock)),
            by_email: Arc::new(Limit::new(BY_EMAIL, Duration::from_secs(15 * 60), clock)),
        }
    }

    /// Counts an attempt from an address.
    ///
    /// # Errors
    /// [`PeopleError::TooMany`].
    pub(super) fn count_ip(&self, ip: Option<IpAddr>) -> Result<(), PeopleError> {
        let counted = ip.map_or(Ok(()), |ip| self.by_ip.check(network(ip)));
        counted.map_err(PeopleError::TooMany)
    }

    /// Counts an attempt for an email address, whether or not it is somebody's.
    ///
    /// # Errors
    /// [`PeopleError::TooMany`].
    pub(super) fn count_email(&self, email: &str) -> Result<(), PeopleError> {
        let counted = self.by_email.check(Sha256::digest(email).into());
        counted.map_err(PeopleError::TooMany)
    }

    /// Forgets whoever may do everything again.
    pub(super) fn forget(&self) {
        self.by_ip.forget();
        self.by_email.forget();
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
}
