//! The store and the notifier, with a stop-watch.

use std::{future::Future, sync::Arc};

use metrics::Label;
use tokio::time::Instant;
use twilio_hooks::{
    NotificationId, async_trait,
    notify::{Notifier, NotifyError},
    store::{Change, Claim, Claimed, Notification, Recorded, Settlement, Store, StoreError},
};

use super::{Metrics, NOTIFIER_ERRORS, NOTIFIER_SECONDS, STORE_ERRORS, STORE_SECONDS};

/// Measures another store.
#[derive(Debug)]
pub struct MeteredStore {
    inner: Arc<dyn Store>,
    metrics: Metrics,
}

impl MeteredStore {
    /// Measures `inner`.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, metrics: Metrics) -> Self {
        Self { inner, metrics }
    }

    async fn measure<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let start = Instant::now();
        let done = work.await;
        let labels = vec![Label::new("operation", operation)];
        let took = start.elapsed().as_secs_f64();
        let seconds = self.metrics.histogram(STORE_SECONDS, labels.clone());
        seconds.record(took);
        if done.is_err() {
            self.metrics.counter(STORE_ERRORS, labels).increment(1);
        }
        done
    }
}

#[async_trait]
impl Store for MeteredStore {
    async fn record(&self, change: &Change) -> Result<Recorded, StoreError> {
        self.measure("record", self.inner.record(change)).await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        self.measure("claim", self.inner.claim(claim)).await
    }

    async fn settle(
        &self,
        id: NotificationId,
        attempt: u32,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let work = self.inner.settle(id, attempt, settlement);
        self.measure("settle", work).await
    }
}

/// Measures another notifier.
#[derive(Debug)]
pub struct MeteredNotifier<N> {
    inner: N,
    metrics: Metrics,
}

impl<N> MeteredNotifier<N> {
    /// Measures `inner`.
    #[must_use]
    pub fn new(inner: N, metrics: Metrics) -> Self {
        Self { inner, metrics }
    }
}

#[async_trait]
impl<N: Notifier> Notifier for MeteredNotifier<N> {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        let start = Instant::now();
        let done = self.inner.notify(notification).await;
        let took = start.elapsed().as_secs_f64();
        let seconds = self.metrics.histogram(NOTIFIER_SECONDS, Vec::new());
        seconds.record(took);
        if done.is_err() {
            let errors = self.metrics.counter(NOTIFIER_ERRORS, Vec::new());
            errors.increment(1);
        }
        done
    }
}
