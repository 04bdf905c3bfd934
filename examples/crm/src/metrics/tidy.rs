//! [`TidyMetrics`]: keeps what is measured small while nobody asks for it.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::Metrics;
use crate::jobs::Job;

const PAUSE: Duration = Duration::from_secs(5);

/// The job that does it.
#[derive(Debug)]
pub struct TidyMetrics(Metrics);

impl TidyMetrics {
    /// For these.
    #[must_use]
    pub fn new(metrics: Metrics) -> Self {
        Self(metrics)
    }
}

#[async_trait]
impl Job for TidyMetrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    async fn run(&self, _now: Timestamp) -> anyhow::Result<Duration> {
        self.0.tidy();
        Ok(PAUSE)
    }
}
