//! When a failed request is sent again, and after how long.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use jiff::{Timestamp, fmt::rfc2822};
use tokio::time::Instant;

use super::{ClientError, ClientErrorKind};

/// How often and how long a request is repeated.
///
/// Repeated is what is safe to repeat: everything that Twilio has surely not accepted (it could not
/// be reached, or answered 429), and what may be done twice (reading, deleting, setting the
/// webhooks of a number) after a broken connection or a 5xx. A message or call is never created a
/// second time when nobody knows about the first; see [`ClientError::outcome_is_unknown`].
///
/// The pauses double from one to the next, with a random part so that clients don't come in step.
/// What Twilio asks for in `Retry-After` is kept to; if that is more than the time left, the error
/// comes at once.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use twilio_hooks::client::RetryPolicy;
///
/// let policy = RetryPolicy::new().with_attempts(3).with_total(Duration::from_secs(20));
/// assert_ne!(policy, RetryPolicy::never());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    attempts: u32,
    first_pause: Duration,
    longest_pause: Duration,
    total: Duration,
}

impl RetryPolicy {
    /// Four attempts in a minute at most; pauses of half a second, then a second, and so on up to
    /// eight.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            attempts: 4,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(8),
            total: Duration::from_secs(60),
        }
    }

    /// One attempt only.
    #[must_use]
    pub const fn never() -> Self {
        Self::new().with_attempts(1)
    }

    /// How often a request is sent at most, the first time included.
    #[must_use]
    pub const fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The first pause and the longest one. Without a wish of Twilio's a pause is between half of
    /// its length and the whole.
    #[must_use]
    pub const fn with_pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.first_pause = first;
        self.longest_pause = longest;
        self
    }

    /// How long all attempts and pauses may take together.
    #[must_use]
    pub const fn with_total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    pub(super) const fn total(&self) -> Duration {
        self.total
    }

    /// The pause before the next attempt, or `None` if there is none. `attempt` counts from 1;
    /// `random` is between 0 and 1.
    pub(super) fn pause(
        &self,
        error: &ClientError,
        repeat: Repeat,
        attempt: u32,
        elapsed: Duration,
        random: f64,
    ) -> Option<Duration> {
        if attempt >= self.attempts || !repeat.is_safe_after(error) {
            return None;
        }
        let doubled = self
            .first_pause
            .saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX))
            .min(self.longest_pause);
        let own = doubled.mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0));
        let pause = error.retry_after().map_or(own, |asked| asked.max(own));
        (elapsed.saturating_add(pause) < self.total).then_some(pause)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// What repeating a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It only reads.
    Reads,
    /// It changes something, and twice is the same as once.
    Idempotent,
    /// Twice is not the same as once: it sends, calls or creates.
    Once,
}

impl Repeat {
    pub(super) fn changes_something(self) -> bool {
        self != Self::Reads
    }

    fn is_safe_after(self, error: &ClientError) -> bool {
        match error.kind() {
            ClientErrorKind::Transport {
                may_have_been_received,
            }
            | ClientErrorKind::Timeout {
                may_have_been_received,
            } => !may_have_been_received || self != Self::Once,
            ClientErrorKind::Api { status, .. } => {
                status.as_u16() == 429 || (status.is_server_error() && self != Self::Once)
            }
            _ => false,
        }
    }
}

/// Reads `Retry-After`: seconds, or a date.
pub(super) fn parse_retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::DateTimeParser::new()
        .parse_timestamp(value.trim())
        .ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

/// How the client waits between two attempts.
///
/// The default is tokio's clock. Tests can pass one that does not really wait, such as
/// `testing::InstantClock`.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Instant;

    /// Ends after `pause`.
    fn sleep(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Tokio's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(pause))
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn api(status: u16) -> ClientError {
        ClientError::new(ClientErrorKind::Api {
            status: StatusCode::from_u16(status).unwrap(),
            code: None,
        })
    }

    fn broken(may_have_been_received: bool) -> ClientError {
        ClientError::new(ClientErrorKind::Transport {
            may_have_been_received,
        })
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        let late = ClientError::new(ClientErrorKind::Timeout {
            may_have_been_received: true,
        });
        for (error, reads, idempotent, once) in [
            (api(429), true, true, true),
            (broken(false), true, true, true),
            (broken(true), true, true, false),
            (late, true, true, false),
            (api(500), true, true, false),
            (api(503), true, true, false),
            (api(400), false, false, false),
            (api(401), false, false, false),
            (api(404), false, false, false),
            (
                ClientError::new(ClientErrorKind::Decode),
                false,
                false,
                false,
            ),
        ] {
            assert_eq!(Repeat::Reads.is_safe_after(&error), reads, "{error}");
            assert_eq!(
                Repeat::Idempotent.is_safe_after(&error),
                idempotent,
                "{error}"
            );
            assert_eq!(Repeat::Once.is_safe_after(&error), once, "{error}");
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_are_half_random() {
        let policy = RetryPolicy::new().with_attempts(100);
        let pause = |attempt, random| {
            policy
                .pause(&api(503), Repeat::Reads, attempt, Duration::ZERO, random)
                .unwrap()
        };
        assert_eq!(pause(1, 1.0), Duration::from_millis(500));
        assert_eq!(pause(1, 0.0), Duration::from_millis(250));
        assert_eq!(pause(3, 1.0), Duration::from_secs(2));
        assert_eq!(pause(80, 1.0), Duration::from_secs(8));
    }

    #[test]
    fn attempts_and_total_time_have_limits() {
        let policy = RetryPolicy::new()
            .with_attempts(3)
            .with_total(Duration::from_secs(5));
        let pause = |error: &ClientError, attempt, elapsed| {
            policy.pause(
                error,
                Repeat::Reads,
                attempt,
                Duration::from_secs(elapsed),
                0.5,
            )
        };
        assert!(pause(&api(503), 2, 0).is_some());
        assert_eq!(pause(&api(503), 3, 0), None);
        assert_eq!(pause(&api(503), 1, 5), None);
        let asked = api(429).with_answer(None, None, Some(Duration::from_secs(4)));
        assert_eq!(pause(&asked, 1, 0), Some(Duration::from_secs(4)));
        assert_eq!(pause(&asked, 1, 2), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = "2026-11-05T09:00:00Z".parse().unwrap();
        let read = |text| parse_retry_after(text, now);
        assert_eq!(read("3"), Some(Duration::from_secs(3)));
        assert_eq!(
            read("Thu, 05 Nov 2026 09:00:10 GMT"),
            Some(Duration::from_secs(10))
        );
        assert_eq!(read("Thu, 05 Nov 2026 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
    }
}
