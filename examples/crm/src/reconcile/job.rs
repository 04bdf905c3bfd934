//! [`ReconcileJob`]: looks at every account now and then.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::Reconcile;
use crate::jobs::Job;

/// How long the server has been up before it looks for the first time.
const FIRST: Duration = Duration::from_secs(60);

/// How often it looks whether something is to be done.
const EACH: Duration = Duration::from_secs(60);

/// Looks at every account as often as is set, and whenever somebody asks for it.
#[derive(Debug)]
pub struct ReconcileJob {
    reconcile: Reconcile,
    is_up: AtomicBool,
}

impl ReconcileJob {
    /// For these accounts.
    #[must_use]
    pub fn new(reconcile: Reconcile) -> Self {
        Self {
            reconcile,
            is_up: AtomicBool::new(false),
        }
    }
}

#[async_trait]
impl Job for ReconcileJob {
    fn name(&self) -> &'static str {
        "reconcile"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        if !self.is_up.swap(true, Ordering::Relaxed) {
            return Ok(FIRST);
        }
        self.reconcile.start_due(now).await?;
        self.reconcile.run_open().await?;
        self.reconcile.tell_rest().await?;
        self.reconcile.forget(now).await?;
        Ok(EACH)
    }
}
