//! [`JobStates`]: how the jobs are.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

use super::Job;

/// How a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobState {
    /// Since when it is at work, if it is.
    pub running_since: Option<Timestamp>,
    /// When it last succeeded.
    pub succeeded_at: Option<Timestamp>,
    /// Since when each run has failed, if the last one has.
    pub failing_since: Option<Timestamp>,
    /// How many runs have failed.
    pub failures: u64,
    longest_run: SignedDuration,
}

impl JobState {
    /// Since when it is of no use: it fails each time and has done so for `patience`, or a run does not
    /// end.
    #[must_use]
    pub fn stuck_since(&self, now: Timestamp, patience: SignedDuration) -> Option<Timestamp> {
        let is_old = |since: &Timestamp, patience| now.duration_since(*since) >= patience;
        let failing = self.failing_since.filter(|since| is_old(since, patience));
        let running = self.running_since;
        failing.or_else(|| running.filter(|since| is_old(since, self.longest_run)))
    }
}

/// How all jobs are. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct JobStates(Arc<Mutex<BTreeMap<&'static str, JobState>>>);

impl JobStates {
    pub(super) fn all(&self) -> Vec<(&'static str, JobState)> {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.iter().map(|(name, state)| (*name, *state)).collect()
    }

    pub(super) fn begun(&self, job: &dyn Job, now: Timestamp) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.entry(job.name()).or_insert(JobState {
            running_since: None,
            succeeded_at: None,
            failing_since: None,
            failures: 0,
            longest_run: job.longest_run(),
        });
        state.running_since = Some(now);
    }

    pub(super) fn ended(&self, name: &'static str, is_done: bool, now: Timestamp) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(state) = states.get_mut(name) else {
            return;
        };
        state.running_since = None;
        if is_done {
            state.succeeded_at = Some(now);
            state.failing_since = None;
        } else {
            state.failing_since = state.failing_since.or(Some(now));
            state.failures += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_trait::async_trait;

    use super::*;

    const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

    #[derive(Debug)]
    struct Tidy;

    #[async_trait]
    impl Job for Tidy {
        fn name(&self) -> &'static str {
            "tidy"
        }

        async fn run(&self, _now: Timestamp) -> anyhow::Result<Duration> {
            Ok(Duration::ZERO)
        }
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn a_job_that_fails_each_time_is_stuck_after_a_while() {
        let states = JobStates::default();
        for minute in 0..=5 {
            states.begun(&Tidy, at(minute));
            states.ended("tidy", false, at(minute));
        }
        let [(_, state)] = states.all()[..] else {
            panic!("there is one job");
        };
        assert_eq!(state.failures, 6);
        assert_eq!(state.stuck_since(at(4), PATIENCE), None);
        assert_eq!(state.stuck_since(at(5), PATIENCE), Some(at(0)));
        states.begun(&Tidy, at(6));
        states.ended("tidy", true, at(6));
        let (_, state) = states.all()[0];
        assert_eq!(state.stuck_since(at(60), PATIENCE), None);
        assert_eq!(state.succeeded_at, Some(at(6)));
    }

    #[test]
    fn a_run_that_does_not_end_is_stuck() {
        let states = JobStates::default();
        states.begun(&Tidy, at(0));
        let (_, state) = states.all()[0];
        assert_eq!(state.stuck_since(at(59), PATIENCE), None);
        assert_eq!(state.stuck_since(at(60), PATIENCE), Some(at(0)));
    }
}
