//! [`Metrics`]: what the server counts and measures, for Prometheus.
//!
//! Labels are of small, fixed sets: kinds, results, reasons, patterns of paths. No number, id or name
//! of anybody is ever one, whatever somebody sends.

mod page;
mod requests;
mod store;
mod tidy;
mod twilio;

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use twilio_hooks::signature::SignatureError;

pub use self::page::serve_metrics;
pub(crate) use self::{page::show, requests::count};
pub use self::{
    store::{MeteredNotifier, MeteredStore},
    tidy::TidyMetrics,
    twilio::MeteredTwilio,
};
use crate::jobs::JobState;

/// The bounds of all histograms, in seconds: from what a webhook should take to when it is given up.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0,
];

const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// Which form a metric has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Counter,
    Gauge,
    Histogram,
}

const REQUESTS: &str = "crm_http_requests_total";
const REQUEST_SECONDS: &str = "crm_http_request_duration_seconds";
const WEBHOOKS: &str = "crm_webhooks_total";
const SIGNATURE_FAILURES: &str = "crm_signature_failures_total";
const STORE_SECONDS: &str = "crm_store_duration_seconds";
const STORE_ERRORS: &str = "crm_store_errors_total";
const NOTIFIER_SECONDS: &str = "crm_notifier_duration_seconds";
const NOTIFIER_ERRORS: &str = "crm_notifier_errors_total";
const OUTBOX_AGE: &str = "crm_outbox_age_seconds";
const LIVE_CLIENTS: &str = "crm_live_clients";
const TEXTS: &str = "crm_texts_total";
const TWILIO_REQUESTS: &str = "crm_twilio_requests_total";
const TWILIO_SECONDS: &str = "crm_twilio_request_duration_seconds";
const JOB_SUCCESS: &str = "crm_job_last_success_timestamp_seconds";
const JOB_FAILURES: &str = "crm_job_failures_total";

/// Every metric there is, with what it means.
const ALL: [(&str, Form, &str); 15] = [
    (
        REQUESTS,
        Form::Counter,
        "Requests by kind and class of the status",
    ),
    (
        REQUEST_SECONDS,
        Form::Histogram,
        "Time to the answer of a request, by kind",
    ),
    (
        WEBHOOKS,
        Form::Counter,
        "Webhooks by pattern of the path and class of the status",
    ),
    (
        SIGNATURE_FAILURES,
        Form::Counter,
        "Webhooks refused for their signature, by reason",
    ),
    (
        STORE_SECONDS,
        Form::Histogram,
        "Time the store takes, by operation",
    ),
    (
        STORE_ERRORS,
        Form::Counter,
        "Failures of the store, by operation",
    ),
    (
        NOTIFIER_SECONDS,
        Form::Histogram,
        "Time to hand on a notification",
    ),
    (
        NOTIFIER_ERRORS,
        Form::Counter,
        "Notifications that could not be handed on",
    ),
    (
        OUTBOX_AGE,
        Form::Gauge,
        "Age of the oldest notification that waits; NaN if the database does not say",
    ),
    (LIVE_CLIENTS, Form::Gauge, "Open WebSockets"),
    (
        TEXTS,
        Form::Counter,
        "Texts handed to Twilio (sent), or given up (failed)",
    ),
    (
        TWILIO_REQUESTS,
        Form::Counter,
        "Attempts at requests of Twilio's API, by result",
    ),
    (
        TWILIO_SECONDS,
        Form::Histogram,
        "Time of an attempt at a request of Twilio's API",
    ),
    (JOB_SUCCESS, Form::Gauge, "When a job last succeeded"),
    (JOB_FAILURES, Form::Counter, "Runs of a job that failed"),
];

/// What is counted and measured in one server. Clones count together.
#[derive(Clone)]
pub struct Metrics {
    recorder: Arc<PrometheusRecorder>,
    handle: PrometheusHandle,
}

impl Metrics {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new() -> Self {
        // It is only refused if there are no bounds.
        let builder = PrometheusBuilder::new().set_buckets(&SECONDS);
        let recorder = builder.unwrap_or_default().build_recorder();
        for (name, form, meaning) in ALL {
            let (name, meaning) = (name.into(), meaning.into());
            match form {
                Form::Counter => recorder.describe_counter(name, None, meaning),
                Form::Gauge => recorder.describe_gauge(name, None, meaning),
                Form::Histogram => recorder.describe_histogram(name, None, meaning),
            }
        }
        let metrics = Self {
            handle: recorder.handle(),
            recorder: Arc::new(recorder),
        };
        // From the beginning there is something to draw, and a first failure is an increase.
        metrics.gauge(LIVE_CLIENTS, Vec::new()).set(0.0);
        for result in ["sent", "failed"] {
            metrics.texts(result).increment(0);
        }
        metrics
    }

    /// All of it, as Prometheus reads it.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Puts measured times where they are counted; otherwise they would pile up while nobody asks.
    pub fn tidy(&self) {
        self.handle.run_upkeep();
    }

    /// Counts a webhook that was refused for its signature.
    pub fn refused(&self, reason: SignatureError) {
        let labels = vec![Label::new("reason", reason.code())];
        self.counter(SIGNATURE_FAILURES, labels).increment(1);
    }

    /// Counts a text that Twilio has taken.
    pub fn text_sent(&self) {
        self.texts("sent").increment(1);
    }

    /// Counts a text that will not be sent.
    pub fn text_failed(&self) {
        self.texts("failed").increment(1);
    }

    /// Counts somebody who listens, until what this gives is dropped.
    #[must_use]
    pub fn live_client(&self) -> LiveClient {
        let clients = self.gauge(LIVE_CLIENTS, Vec::new());
        clients.increment(1.0);
        LiveClient(clients)
    }

    /// Sets how long the oldest notification has waited; nothing if that is not known.
    pub fn outbox_age(&self, age: Option<Duration>) {
        let age = age.map_or(f64::NAN, |age| age.as_secs_f64());
        self.gauge(OUTBOX_AGE, Vec::new()).set(age);
    }

    /// Sets how the jobs are.
    pub fn jobs(&self, states: impl IntoIterator<Item = (&'static str, JobState)>) {
        for (name, state) in states {
            let labels = vec![Label::new("job", name)];
            self.counter(JOB_FAILURES, labels.clone())
                .absolute(state.failures);
            if let Some(at) = state.succeeded_at {
                self.gauge(JOB_SUCCESS, labels).set(seconds(at));
            }
        }
    }

    fn texts(&self, result: &'static str) -> Counter {
        self.counter(TEXTS, vec![Label::new("result", result)])
    }

    fn counter(&self, name: &'static str, labels: Vec<Label>) -> Counter {
        let key = Key::from_parts(name, labels);
        self.recorder.register_counter(&key, &METADATA)
    }

    fn gauge(&self, name: &'static str, labels: Vec<Label>) -> Gauge {
        let key = Key::from_parts(name, labels);
        self.recorder.register_gauge(&key, &METADATA)
    }

    fn histogram(&self, name: &'static str, labels: Vec<Label>) -> Histogram {
        let key = Key::from_parts(name, labels);
        self.recorder.register_histogram(&key, &METADATA)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// Somebody who listens.
#[derive(Debug)]
pub struct LiveClient(Gauge);

impl Drop for LiveClient {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_of_its_form() {
        for (name, form, _) in ALL {
            assert!(name.starts_with("crm_"), "{name}");
            assert_eq!(name.ends_with("_total"), form == Form::Counter, "{name}");
        }
    }

    #[test]
    fn clients_are_counted_while_they_listen() {
        let metrics = Metrics::new();
        let clients = [metrics.live_client(), metrics.live_client()];
        assert!(metrics.render().contains("\ncrm_live_clients 2\n"));
        drop(clients);
        assert!(metrics.render().contains("\ncrm_live_clients 0\n"));
    }

    #[test]
    fn servers_in_one_process_count_apart() {
        let (one, other) = (Metrics::new(), Metrics::new());
        one.text_sent();
        let sent = |metrics: &Metrics| metrics.render().contains("{result=\"sent\"} 1\n");
        assert!(sent(&one) && !sent(&other));
    }
}
