//! [`Refusals`]: how many webhooks this process has refused lately, and why.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use twilio_hooks::signature::SignatureError;

use crate::clock::Clock;

/// How many hours are remembered.
const HOURS: i64 = 24;

/// The counts of the last day, by the hour. Clones share them; they end with the process.
#[derive(Debug, Clone)]
pub struct Refusals {
    clock: Clock,
    hours: Arc<Mutex<VecDeque<Hour>>>,
}

#[derive(Debug)]
struct Hour {
    number: i64,
    counts: BTreeMap<&'static str, u64>,
}

impl Refusals {
    /// Nothing was refused yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            hours: Arc::default(),
        }
    }

    /// Counts a webhook that was refused.
    pub fn count(&self, reason: SignatureError) {
        let number = hour(self.clock.now());
        let mut hours = self.hours.lock().unwrap_or_else(PoisonError::into_inner);
        hours.retain(|hour| hour.number > number - HOURS);
        if hours.back().is_none_or(|hour| hour.number != number) {
            hours.push_back(Hour {
                number,
                counts: BTreeMap::new(),
            });
        }
        if let Some(hour) = hours.back_mut() {
            *hour.counts.entry(reason.code()).or_default() += 1;
        }
    }

    /// How many were refused in the last 24 hours, by [`SignatureError::code`].
    #[must_use]
    pub fn of_the_day(&self) -> BTreeMap<&'static str, u64> {
        let number = hour(self.clock.now());
        let hours = self.hours.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = BTreeMap::new();
        for hour in hours.iter().filter(|hour| hour.number > number - HOURS) {
            for (reason, count) in &hour.counts {
                *all.entry(*reason).or_default() += count;
            }
        }
        all
    }
}

fn hour(time: Timestamp) -> i64 {
    time.as_second().div_euclid(3600)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_day_is_remembered() {
        let clock = Clock::at("2026-11-23T15:30:00Z".parse().unwrap());
        let refusals = Refusals::new(clock.clone());
        refusals.count(SignatureError::Mismatch);
        clock.advance(SignedDuration::from_hours(1));
        refusals.count(SignatureError::Mismatch);
        refusals.count(SignatureError::Missing);
        assert_eq!(
            refusals.of_the_day(),
            [("mismatch", 2), ("missing", 1)].into()
        );
        clock.advance(SignedDuration::from_hours(23));
        assert_eq!(
            refusals.of_the_day(),
            [("mismatch", 1), ("missing", 1)].into()
        );
        clock.advance(SignedDuration::from_hours(1));
        assert!(refusals.of_the_day().is_empty());
    }
}
