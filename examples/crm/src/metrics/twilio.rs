//! Requests of Twilio's API.

use metrics::Label;
use twilio_hooks::client::{Attempt, ClientErrorKind, Observer};

use super::{Metrics, TWILIO_REQUESTS, TWILIO_SECONDS};

/// Counts the requests of clients that are told of it.
#[derive(Debug, Clone)]
pub struct MeteredTwilio(Metrics);

impl MeteredTwilio {
    /// Counts in `metrics`.
    #[must_use]
    pub fn new(metrics: Metrics) -> Self {
        Self(metrics)
    }
}

impl Observer for MeteredTwilio {
    fn attempted(&self, attempt: &Attempt<'_>) {
        let result = match attempt.error {
            None => "ok",
            Some(error) => result(error.kind()),
        };
        let labels = vec![Label::new("result", result)];
        self.0.counter(TWILIO_REQUESTS, labels).increment(1);
        let seconds = self.0.histogram(TWILIO_SECONDS, Vec::new());
        seconds.record(attempt.took.as_secs_f64());
    }
}

fn result(kind: &ClientErrorKind) -> &'static str {
    match kind {
        ClientErrorKind::Transport { .. } => "unreachable",
        ClientErrorKind::Timeout { .. } => "timeout",
        ClientErrorKind::Api { status, .. } => match status.as_u16() {
            401 | 403 => "login-refused",
            404 => "not-found",
            429 => "too-many",
            500.. => "server-error",
            _ => "refused",
        },
        ClientErrorKind::Decode | ClientErrorKind::TooLarge => "odd-answer",
        _ => "other",
    }
}
