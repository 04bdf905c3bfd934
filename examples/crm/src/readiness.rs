//! [`Readiness`]: whether the server can take requests, and what in it is stuck.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::{sync::Mutex, time::timeout};
use twilio_hooks::store::StoreError;

use crate::{
    clock::Clock,
    database::{Database, Inspection},
    jobs::Jobs,
};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long an answer is good for. Anybody may ask, and more often they cost nothing.
const FRESH: Duration = Duration::from_secs(1);

/// How long notifications may wait, and jobs may fail, before they are called stuck.
const STUCK: SignedDuration = SignedDuration::from_mins(5);

/// Looks how the server is. Clones share what they have seen.
#[derive(Debug, Clone)]
pub struct Readiness {
    database: Database,
    jobs: Jobs,
    clock: Clock,
    last: Arc<Mutex<Option<(Duration, Report)>>>,
}

/// How the server is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Whether it can take requests. What is stuck in the background is no reason to send none: they
    /// are kept, and nothing would be better for it.
    pub is_ready: bool,
    /// What is wrong, each a sentence without anything personal.
    pub problems: Vec<String>,
}

impl Report {
    fn not_ready(problem: impl Into<String>) -> Self {
        Self {
            is_ready: false,
            problems: vec![problem.into()],
        }
    }
}

impl Readiness {
    /// Nobody has looked yet.
    #[must_use]
    pub fn new(database: Database, jobs: Jobs, clock: Clock) -> Self {
        Self {
            database,
            jobs,
            clock,
            last: Arc::default(),
        }
    }

    /// Looks, unless somebody did so in the last second. Who asks meanwhile waits for the same answer.
    pub async fn look(&self) -> Report {
        let mut last = self.last.lock().await;
        let ticks = self.clock.ticks();
        if let Some((at, report)) = &*last
            && ticks < *at + FRESH
        {
            return report.clone();
        }
        let report = match timeout(PATIENCE, self.look_now()).await {
            Ok(Ok(report)) => report,
            Ok(Err(error)) => {
                tracing::warn!(
                    reason = "store",
                    error = &error as &dyn std::error::Error,
                    "the database does not answer"
                );
                Report::not_ready("the database does not answer")
            }
            Err(_) => {
                tracing::warn!(reason = "store-timeout", "the database does not answer");
                Report::not_ready("the database does not answer")
            }
        };
        *last = Some((ticks, report.clone()));
        report
    }

    async fn look_now(&self) -> Result<Report, StoreError> {
        self.database.ping().await?;
        let inspection = self.database.db.inspect().await?;
        if let Some(problem) = reason_against(&inspection) {
            return Ok(Report::not_ready(problem));
        }
        let mut problems = Vec::new();
        if !inspection.unknown.is_empty() {
            let unknown = inspection.unknown.join(", ");
            problems.push(format!(
                "a newer version has brought the database up to date, with {unknown}"
            ));
        }
        let now = self.clock.now();
        if let Some(oldest) = self.database.oldest_waiting().await?
            && now.duration_since(oldest) >= STUCK
        {
            problems.push(format!(
                "notifications have waited since {}: the dispatcher is stuck",
                to_the_second(oldest)
            ));
        }
        for (name, state) in self.jobs.states() {
            if let Some(since) = state.stuck_since(now, STUCK) {
                let since = to_the_second(since);
                problems.push(format!("the job `{name}` is stuck since {since}"));
            }
        }
        Ok(Report {
            is_ready: true,
            problems,
        })
    }
}

/// A database that this version can't work on.
fn reason_against(inspection: &Inspection) -> Option<String> {
    if !inspection.missing.is_empty() {
        let missing = inspection.missing.join(", ");
        return Some(format!("the database lacks migrations: {missing}"));
    }
    if !inspection.changed.is_empty() {
        let changed = inspection.changed.join(", ");
        return Some(format!("the database has other migrations: {changed}"));
    }
    None
}

fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
