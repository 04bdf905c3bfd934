//! [`around`]: what goes around every route: a line in the log, and an answer whatever happens.

use std::any::Any;

use axum::{
    Router,
    extract::{MatchedPath, Request},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};
use http::{HeaderName, HeaderValue, Uri};
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::api::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What goes around every route.
pub(crate) fn around<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    routes
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(from_fn(log_request))
}

/// One line for each request: what was asked and how it ended, nothing of what was sent.
///
/// The id is our own, because a stranger's may be anything. It is in every line that the request
/// leaves in the log, and in the response.
async fn log_request(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let method = request.method().clone();
    // Patterns instead of paths: somebody may put a number where an id belongs.
    let path = match request.extensions().get::<MatchedPath>() {
        Some(pattern) => pattern.as_str().to_owned(),
        None => unknown_path(request.uri()),
    };
    let span = tracing::info_span!("request", id);
    let start = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    span.in_scope(|| match path.as_str() {
        "/healthz" | "/readyz" | "/metrics" => {
            tracing::debug!(%method, path, status, milliseconds, "answered");
        }
        _ => tracing::info!(%method, path, status, milliseconds, "answered"),
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The beginning of a path that no route has, with digits blotted out.
fn unknown_path(uri: &Uri) -> String {
    let visible = |c: char| if c.is_ascii_digit() { '#' } else { c };
    uri.path().chars().take(100).map(visible).collect()
}

/// The panic itself is on standard error already.
fn answer_panic(_panic: Box<dyn Any + Send>) -> Response {
    tracing::error!(reason = "panic", "request not answered");
    Problem::internal().into_response()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_500() {
        async fn broken() -> Response {
            panic!("a bug");
        }
        let app = around(Router::new().route("/", get(broken)));
        let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 500);
        assert!(response.headers().contains_key(REQUEST_ID));
    }

    #[test]
    fn unknown_paths_show_no_numbers() {
        let uri = Uri::from_static("/sms/+12025550143?token=secret");
        assert_eq!(unknown_path(&uri), "/sms/+###########");
    }
}
