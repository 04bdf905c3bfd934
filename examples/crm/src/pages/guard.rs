//! What goes around every page: the limits of the API, and nothing for whoever is not signed in.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::header;
use tokio::time::timeout;

use super::PageError;
use crate::{
    api::{Problem, TIME_LIMIT},
    app::AppState,
};

/// Whoever asks too often has to wait. Pages and API count together.
pub(super) async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match state.limits.check(&parts, &state) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(problem) => refuse(problem),
    }
}

/// The page itself is made by [`error::show`](super::error::show).
fn refuse(problem: Problem) -> Response {
    let problem = problem.into_response();
    let mut response = PageError::TooMany.into_response();
    if let Some(wait) = problem.headers().get(header::RETRY_AFTER) {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, wait.clone());
    }
    response
}

/// Who has no session is told so before anything is read, and takes no turn from those who have one.
pub(super) async fn only_signed_in(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    if state.access.has_session_cookie(request.headers()) {
        next.run(request).await
    } else {
        PageError::SignIn.into_response()
    }
}

/// Waiting for a turn counts into it.
pub(super) async fn time_limit(request: Request, next: Next) -> Response {
    match timeout(TIME_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(reason = "timeout", "page not answered");
            PageError::Unavailable.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::Duration};

    use axum::{Router, body::Body, middleware::from_fn, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_page_that_takes_too_long_is_given_up() {
        let route = get(pending::<&'static str>);
        let app: Router = Router::new()
            .route("/", route)
            .route_layer(from_fn(time_limit));
        let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 503);
        assert_eq!(
            response.extensions().get(),
            Some(&PageError::Unavailable),
            "the page is made of it"
        );
    }

    #[test]
    fn who_asks_too_often_is_told_how_long_to_wait() {
        let problem = Problem::too_many("wait").with_retry_after(Duration::from_secs(7));
        let response = refuse(problem);
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
    }
}
