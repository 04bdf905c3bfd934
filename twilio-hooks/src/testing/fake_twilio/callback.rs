//! Status callbacks: made, lost, late, twice; and how they arrive.

use std::{collections::VecDeque, fmt, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};

use crate::testing::SignedRequest;

/// How reliably status callbacks arrive.
///
/// The same seed gives the same losses, delays and repeats.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use twilio_hooks::testing::CallbackPlan;
///
/// let bad_day = CallbackPlan::seeded(7)
///     .with_loss(0.05)
///     .with_duplicates(0.2)
///     .with_delay(Duration::from_secs(30));
/// assert_ne!(bad_day, CallbackPlan::reliable());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CallbackPlan {
    seed: u64,
    loss: f64,
    duplicates: f64,
    longest_delay: Duration,
}

impl CallbackPlan {
    /// Each arrives once, at once, and in order.
    #[must_use]
    pub fn reliable() -> Self {
        Self::seeded(0)
    }

    /// Chance decides, started by a seed; reliable as long as nothing else is set.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            loss: 0.0,
            duplicates: 0.0,
            longest_delay: Duration::ZERO,
        }
    }

    /// Which part of them gets lost: between 0 and 1.
    #[must_use]
    pub fn with_loss(mut self, part: f64) -> Self {
        self.loss = part;
        self
    }

    /// Which part of them arrives twice: between 0 and 1.
    #[must_use]
    pub fn with_duplicates(mut self, part: f64) -> Self {
        self.duplicates = part;
        self
    }

    /// How late they are at most. Delays differ, so they overtake each other.
    #[must_use]
    pub fn with_delay(mut self, longest: Duration) -> Self {
        self.longest_delay = longest;
        self
    }
}

/// What happens to one status callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallbackFate {
    /// It arrives at once.
    Arrive,
    /// It is late; others overtake it.
    Late(Duration),
    /// It arrives twice.
    Twice,
    /// It never arrives.
    Lost,
}

/// Decides over the fate of each callback: first by a script, then by chance.
pub(super) struct Fates {
    plan: CallbackPlan,
    random: u64,
    script: VecDeque<CallbackFate>,
}

impl Fates {
    pub(super) fn new(plan: CallbackPlan) -> Self {
        Self {
            random: plan.seed,
            plan,
            script: VecDeque::new(),
        }
    }

    pub(super) fn script(&mut self, fates: impl IntoIterator<Item = CallbackFate>) {
        self.script.extend(fates);
    }

    /// After which delays the next callback arrives: once for each.
    pub(super) fn delays(&mut self) -> Vec<Duration> {
        match self.script.pop_front() {
            Some(CallbackFate::Arrive) => vec![Duration::ZERO],
            Some(CallbackFate::Late(delay)) => vec![delay],
            Some(CallbackFate::Twice) => vec![Duration::ZERO; 2],
            Some(CallbackFate::Lost) => Vec::new(),
            None if self.chance() < self.plan.loss => Vec::new(),
            None => {
                let times = if self.chance() < self.plan.duplicates {
                    2
                } else {
                    1
                };
                (0..times)
                    .map(|_| self.plan.longest_delay.mul_f64(self.chance()))
                    .collect()
            }
        }
    }

    /// A number from 0 up to 1, from a generator that needs one number of state (`SplitMix64`).
    fn chance(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        f64::from((mixed >> 32) as u32) / (f64::from(u32::MAX) + 1.0)
    }
}

/// A callback that is due: where it goes and what it says.
#[derive(Clone)]
pub(super) struct Callback {
    pub(super) url: String,
    pub(super) get: bool,
    pub(super) params: Vec<(&'static str, String)>,
}

impl Callback {
    pub(super) fn sign(&self, auth_token: &str) -> Request<Bytes> {
        let request = if self.get {
            SignedRequest::get(&self.url)
        } else {
            SignedRequest::post(&self.url)
        };
        self.params
            .iter()
            .fold(request, |request, (name, value)| request.param(name, value))
            .sign(auth_token)
    }
}

/// A status callback that went out. `Debug` leaves out what it says.
#[derive(Clone)]
#[non_exhaustive]
pub struct Delivery {
    /// The URL it went to.
    pub url: String,
    /// The signed request as it arrives at the server; an application without a socket can be
    /// called with it.
    pub request: Request<Bytes>,
    /// What the server answered; `None` if nothing leads to that URL, or nobody answered.
    pub status: Option<StatusCode>,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("url", &self.url)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_over_everything() {
        let plan = CallbackPlan::seeded(3)
            .with_loss(0.2)
            .with_duplicates(0.2)
            .with_delay(Duration::from_secs(10));
        let delays = || {
            let mut fates = Fates::new(plan.clone());
            (0..1000).map(|_| fates.delays()).collect::<Vec<_>>()
        };
        assert_eq!(delays(), delays());
        let count = |times| {
            delays()
                .iter()
                .filter(|delays| delays.len() == times)
                .count()
        };
        assert!((150..250).contains(&count(0)), "{}", count(0));
        assert!((120..200).contains(&count(2)), "{}", count(2));
    }

    #[test]
    fn a_script_comes_before_chance() {
        let mut fates = Fates::new(CallbackPlan::reliable());
        fates.script([CallbackFate::Lost, CallbackFate::Twice]);
        assert_eq!(fates.delays(), []);
        assert_eq!(fates.delays(), [Duration::ZERO; 2]);
        assert_eq!(fates.delays(), [Duration::ZERO]);
    }
}
