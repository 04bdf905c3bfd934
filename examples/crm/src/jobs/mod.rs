//! [`Jobs`]: what the server does besides answering.

mod states;

use std::{fmt, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::timeout,
};

pub use self::states::JobState;
use self::states::JobStates;
use crate::clock::Clock;

/// Work that is done in the background, again and again.
///
/// Several servers on one database may run the same job at once: a job claims what it works on.
#[async_trait]
pub trait Job: fmt::Debug + Send + Sync + 'static {
    /// Its name in the log.
    fn name(&self) -> &'static str;

    /// Does what is due, and says how long it can be left alone; [`JobWake::wake`] ends that early.
    ///
    /// # Errors
    /// If it could not be done; it is tried again later.
    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration>;

    /// How long a run may take before the job counts as stuck.
    fn longest_run(&self) -> SignedDuration {
        SignedDuration::from_hours(1)
    }

    /// The server stops: a run that can go on for long takes up nothing new, finishes what it is at, and
    /// ends. Runs that are short need not know.
    fn stop(&self) {}
}

/// How long a job that failed is left alone.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// All jobs. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    jobs: Vec<(Arc<dyn Job>, Arc<Notify>)>,
    states: JobStates,
}

impl Jobs {
    /// No job.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a job.
    #[must_use]
    pub fn with(self, job: impl Job) -> Self {
        self.with_wake(job, JobWake::default())
    }

    /// Adds a job that `wake` wakes up.
    #[must_use]
    pub fn with_wake(mut self, job: impl Job, wake: JobWake) -> Self {
        self.jobs.push((Arc::new(job), wake.0));
        self
    }

    /// Adds the jobs of others. How they are is said by these from now on.
    #[must_use]
    pub fn and(mut self, others: &Self) -> Self {
        self.jobs.extend(others.jobs.iter().cloned());
        self
    }

    /// How each job is that was begun, by its name. Clones say the same.
    #[must_use]
    pub fn states(&self) -> Vec<(&'static str, JobState)> {
        self.states.all()
    }

    /// Runs every job once; for tests, and for commands that do the work and end.
    ///
    /// # Errors
    /// If one failed; the others ran.
    pub async fn run_once(&self, now: Timestamp) -> anyhow::Result<()> {
        let mut result = Ok(());
        for (job, _) in &self.jobs {
            self.states.begun(&**job, now);
            let done = job.run(now).await.map(drop);
            self.states.ended(job.name(), done.is_ok(), now);
            result = result.and(done.map_err(|error| error.context(job.name())));
        }
        result
    }

    /// Runs all jobs until `stop` says so; a job that is at work finishes what it does.
    pub async fn run(self, clock: Clock, stop: watch::Receiver<bool>) {
        let mut tasks = JoinSet::new();
        for (job, wake) in self.jobs {
            let states = self.states.clone();
            tasks.spawn(repeat(job, wake, states, clock.clone(), stop.clone()));
        }
        while tasks.join_next().await.is_some() {}
    }
}

/// Wakes a job up before its time.
#[derive(Debug, Clone, Default)]
pub struct JobWake(Arc<Notify>);

impl JobWake {
    /// There is something to do now.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

async fn repeat(
    job: Arc<dyn Job>,
    wake: Arc<Notify>,
    states: JobStates,
    clock: Clock,
    mut stop: watch::Receiver<bool>,
) {
    while !*stop.borrow() {
        // A panic is a bug in one job, and no reason never to do it again.
        let now = clock.now();
        states.begun(&*job, now);
        let mut run = AssertUnwindSafe(job.run(now)).catch_unwind();
        let done = tokio::select! {
            done = &mut run => done,
            _ = stop.changed() => {
                job.stop();
                run.await
            }
        };
        states.ended(job.name(), matches!(done, Ok(Ok(_))), clock.now());
        let pause = match done {
            Ok(Ok(pause)) => pause,
            Ok(Err(error)) => {
                let error: &(dyn std::error::Error + 'static) = &*error;
                tracing::error!(job = job.name(), error, reason = "job", "job failed");
                AFTER_FAILURE
            }
            Err(_panic) => {
                tracing::error!(job = job.name(), reason = "panic", "job failed");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            _ = timeout(pause, wake.notified()) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[derive(Debug, Clone, Default)]
    struct Count(Arc<AtomicU32>);

    #[async_trait]
    impl Job for Count {
        fn name(&self) -> &'static str {
            "count"
        }

        async fn run(&self, _now: Timestamp) -> anyhow::Result<Duration> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(Duration::from_secs(3600))
        }
    }

    /// Has a bug that shows the first time.
    #[derive(Debug, Clone, Default)]
    struct Broken(Count);

    #[async_trait]
    impl Job for Broken {
        fn name(&self) -> &'static str {
            "broken"
        }

        async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
            let pause = self.0.run(now).await;
            assert!(self.0.0.load(Ordering::SeqCst) > 1, "a bug");
            pause
        }
    }

    /// Has always something to do.
    #[derive(Debug, Clone, Default)]
    struct Busy(Arc<Notify>, Arc<AtomicU32>);

    #[async_trait]
    impl Job for Busy {
        fn name(&self) -> &'static str {
            "busy"
        }

        async fn run(&self, _now: Timestamp) -> anyhow::Result<Duration> {
            self.1.fetch_add(1, Ordering::SeqCst);
            self.0.notified().await;
            Ok(Duration::ZERO)
        }

        fn stop(&self) {
            self.0.notify_one();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_panics_is_run_again() {
        let broken = Broken::default();
        let (_stop, stopped) = watch::channel(false);
        let running = tokio::spawn(
            Jobs::new()
                .with(broken.clone())
                .run(Clock::default(), stopped),
        );
        while broken.0.0.load(Ordering::SeqCst) < 2 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        running.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_is_at_work_is_told_that_the_server_stops() {
        let busy = Busy::default();
        let (stop, stopped) = watch::channel(false);
        let jobs = Jobs::new().with(busy.clone());
        let running = tokio::spawn(jobs.run(Clock::default(), stopped));
        while busy.1.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        stop.send(true).unwrap();
        let ended = timeout(Duration::from_secs(1), running).await;
        ended.unwrap().unwrap();
        assert_eq!(busy.1.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_runs_in_its_time_when_woken_and_not_after_the_stop() {
        let count = Count::default();
        let wake = JobWake::default();
        let (stop, stopped) = watch::channel(false);
        let jobs = Jobs::new().with_wake(count.clone(), wake.clone());
        let running = tokio::spawn(jobs.run(Clock::default(), stopped));
        let ran = |times| {
            let count = count.clone();
            async move {
                while count.0.load(Ordering::SeqCst) < times {
                    tokio::task::yield_now().await;
                }
            }
        };
        ran(1).await;
        wake.wake();
        ran(2).await;
        tokio::time::advance(Duration::from_secs(3601)).await;
        ran(3).await;
        stop.send(true).unwrap();
        running.await.unwrap();
        assert_eq!(count.0.load(Ordering::SeqCst), 3);
    }
}
