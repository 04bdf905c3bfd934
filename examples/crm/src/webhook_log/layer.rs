//! [`note`]: looks at every response to a webhook.

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;
use twilio_hooks_axum::DEFAULT_PREFIX;

use super::{WebhookLog, noted::Noted};

/// Puts a request on the log, once it is answered.
pub(crate) async fn note(State(log): State<WebhookLog>, request: Request, next: Next) -> Response {
    let pattern = request.extensions().get::<MatchedPath>();
    let pattern = pattern.map_or("", MatchedPath::as_str);
    let route = pattern.strip_prefix(DEFAULT_PREFIX).unwrap_or(pattern);
    let route = route.trim_start_matches('/').to_owned();
    let (received_at, started) = (log.now(), Instant::now());
    let response = next.run(request).await;
    let milliseconds = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
    log.add(Noted::of(&response, route, received_at, milliseconds));
    response
}
