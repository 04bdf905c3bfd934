//! Requests, by what they are for.

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::StatusCode;
use metrics::Label;
use tokio::time::Instant;
use twilio_hooks::signature::SignatureError;
use twilio_hooks_axum::DEFAULT_PREFIX;

use super::{Metrics, REQUEST_SECONDS, REQUESTS, WEBHOOKS};

/// Goes around every route.
pub(crate) async fn count(
    State(metrics): State<Metrics>,
    request: Request,
    next: Next,
) -> Response {
    let pattern = request.extensions().get::<MatchedPath>().cloned();
    let start = Instant::now();
    let response = next.run(request).await;
    let pattern = pattern.as_ref().map(MatchedPath::as_str);
    let result = class(response.status());
    let kind = Label::new("kind", kind(pattern));
    let labels = vec![kind.clone(), Label::new("result", result)];
    metrics.counter(REQUESTS, labels).increment(1);
    let took = start.elapsed().as_secs_f64();
    metrics.histogram(REQUEST_SECONDS, vec![kind]).record(took);
    if let Some(webhook) = pattern.and_then(webhook) {
        let labels = vec![
            Label::new("webhook", webhook.to_owned()),
            Label::new("result", result),
        ];
        metrics.counter(WEBHOOKS, labels).increment(1);
    }
    // The signature layer leaves its reason in the response.
    if let Some(reason) = response.extensions().get::<SignatureError>() {
        metrics.refused(*reason);
    }
    response
}

/// What a request is for, by the pattern of its path; paths that no route has are all one.
fn kind(pattern: Option<&str>) -> &'static str {
    let Some(pattern) = pattern else {
        return "unknown";
    };
    if webhook(pattern).is_some() {
        return "webhook";
    }
    match pattern {
        "/api/live" => "live",
        "/healthz" | "/readyz" | "/metrics" | "/.well-known/crm" => "watch",
        _ if pattern.starts_with("/api/") => "api",
        _ if pattern.starts_with("/assets/") => "asset",
        _ => "page",
    }
}

/// The pattern behind the prefix of webhooks.
fn webhook(pattern: &str) -> Option<&str> {
    pattern.strip_prefix(DEFAULT_PREFIX)?.strip_prefix('/')
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_few() {
        for (pattern, expected) in [
            (Some("/api/webhooks/twilio/sms/status/{id}"), "webhook"),
            (Some("/api/contacts/{id}"), "api"),
            (Some("/api/live"), "live"),
            (Some("/messages/{contact}"), "page"),
            (Some("/assets/{digest}/{*path}"), "asset"),
            (Some("/readyz"), "watch"),
            (None, "unknown"),
        ] {
            assert_eq!(kind(pattern), expected, "{pattern:?}");
        }
    }
}
