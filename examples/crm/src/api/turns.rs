//! [`Turns`]: how many requests read lists at once.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::sync::Semaphore;

use super::Problem;

/// Half of the connections that a store keeps open on SQLite. The other half stays for webhooks, which
/// Twilio waits for, and for what is written.
const AT_ONCE: usize = 3;

/// Requests that only read take turns, in the order in which they came. Otherwise a few programs that
/// read without a pause would have all connections of the database most of the time, and texts would
/// wait behind their lists until the server has to refuse them. More of them at once would not be
/// faster either: a list keeps a core busy. Clones share the turns.
#[derive(Debug, Clone)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Goes around the routes that take turns. Time spent waiting counts into what a request may take.
pub(crate) async fn take_turns(
    State(turns): State<Turns>,
    request: Request,
    next: Next,
) -> Response {
    if !request.method().is_safe() {
        return next.run(request).await;
    }
    match turns.0.acquire().await {
        Ok(_turn) => next.run(request).await,
        // It is never closed.
        Err(_) => Problem::unavailable().into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::Duration};

    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::get};
    use http::Method;
    use tokio::time::timeout;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_reads_waits_for_a_turn_and_who_writes_does_not() {
        let app: Router = Router::new()
            .route("/long", get(pending::<&'static str>))
            .route("/", get(async || "read").post(async || "written"))
            .layer(from_fn_with_state(Turns::default(), take_turns));
        let ask = |method, path| {
            let request = Request::builder().method(method).uri(path);
            app.clone().oneshot(request.body(Body::empty()).unwrap())
        };
        let long: Vec<_> = (0..AT_ONCE)
            .map(|_| tokio::spawn(ask(Method::GET, "/long")))
            .collect();
        tokio::task::yield_now().await;
        let patience = Duration::from_secs(1);
        let read = timeout(patience, ask(Method::GET, "/")).await;
        assert!(read.is_err(), "all turns are taken");
        let written = ask(Method::POST, "/").await.unwrap();
        assert_eq!(written.status(), 200);
        long[0].abort();
        let read = timeout(patience, ask(Method::GET, "/")).await;
        assert_eq!(read.unwrap().unwrap().status(), 200);
    }
}
