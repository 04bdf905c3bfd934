//! [`Summary`]: how a server did.

use std::{collections::BTreeMap, fmt, time::Duration};

use super::{Answer, Outcome};

/// What came of many requests. Written out with `{}`, it is a small table.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// How many scenarios were sent to their end.
    pub scenarios: u64,
    /// How many of the requests were second ones.
    pub repeated: u64,
    /// How long it all took.
    pub elapsed: Duration,
    outcomes: BTreeMap<Outcome, u64>,
    latencies: Vec<Duration>,
}

impl Summary {
    /// Counts one answer.
    pub fn add(&mut self, answer: &Answer) {
        *self.outcomes.entry(answer.outcome).or_default() += 1;
        self.latencies.push(answer.latency);
    }

    /// Adds up two summaries of the same time.
    pub fn merge(&mut self, other: Self) {
        self.scenarios += other.scenarios;
        self.repeated += other.repeated;
        self.elapsed = self.elapsed.max(other.elapsed);
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        self.latencies.extend(other.latencies);
    }

    /// How many requests were sent.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.latencies.len() as u64
    }

    /// How many requests ended in each way.
    #[must_use]
    pub fn outcomes(&self) -> &BTreeMap<Outcome, u64> {
        &self.outcomes
    }

    /// Whether every request was answered 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.outcomes.keys().all(|outcome| outcome.is_success())
    }

    /// Requests a second.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 {
            self.requests() as f64 / seconds
        } else {
            0.0
        }
    }

    /// The latencies within which these parts of the requests were answered, 0.5 being the median;
    /// all zero if there were no requests.
    #[must_use]
    pub fn percentiles<const N: usize>(&self, parts: [f64; N]) -> [Duration; N] {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        parts.map(|part| {
            let rank = (part * sorted.len() as f64).ceil() as usize;
            let index = rank.clamp(1, sorted.len().max(1)) - 1;
            sorted.get(index).copied().unwrap_or_default()
        })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Counted(self.requests(), "request"))?;
        write!(f, " for {}", Counted(self.scenarios, "scenario"))?;
        if self.repeated > 0 {
            write!(f, ", {} of them repeated", self.repeated)?;
        }
        let seconds = self.elapsed.as_secs_f64();
        writeln!(f, ", in {seconds:.2} s: {:.1}/s", self.throughput())?;
        for (outcome, count) in &self.outcomes {
            writeln!(f, "  {outcome:<26} {count:>8}")?;
        }
        let [p50, p90, p99, max] = self.percentiles([0.5, 0.9, 0.99, 1.0]).map(Millis);
        write!(f, "  latency  p50 {p50}  p90 {p90}  p99 {p99}  max {max}")
    }
}

/// A number with its noun.
struct Counted(u64, &'static str);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.0, self.1)
    }
}

/// A time in milliseconds, to a tenth.
pub(super) struct Millis(pub(super) Duration);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} ms", self.0.as_secs_f64() * 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn summary(outcome: Outcome, latencies: impl IntoIterator<Item = u64>) -> Summary {
        let mut summary = Summary::default();
        for latency in latencies {
            let latency = Duration::from_millis(latency);
            let body = String::new();
            summary.add(&Answer {
                outcome,
                latency,
                body,
            });
        }
        summary
    }

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let summary = summary(Outcome::Status(StatusCode::OK), (1..=200).rev());
        let expected = [100, 180, 198, 200].map(Duration::from_millis);
        assert_eq!(summary.percentiles([0.5, 0.9, 0.99, 1.0]), expected);
        assert_eq!(Summary::default().percentiles([0.5]), [Duration::ZERO]);
    }

    #[test]
    fn one_failure_is_told() {
        let mut all = summary(Outcome::Status(StatusCode::OK), [1, 2, 3]);
        assert!(all.is_success());
        all.merge(summary(Outcome::TimedOut, [15_000]));
        all.scenarios = 4;
        all.elapsed = Duration::from_secs(2);
        assert!(!all.is_success());
        assert_eq!(
            all.to_string(),
            "4 requests for 4 scenarios, in 2.00 s: 2.0/s\n  \
             200 OK                            3\n  \
             timed out                         1\n  \
             latency  p50 2.0 ms  p90 15000.0 ms  p99 15000.0 ms  max 15000.0 ms"
        );
    }
}
