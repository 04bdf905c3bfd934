//! What Prometheus reads, and a listener of its own for it.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::get,
};
use http::header;
use jiff::SignedDuration;
use tokio::{net::TcpListener, time::timeout};

use crate::app::AppState;

/// How long the database may take; what the server itself has counted is told without it.
const PATIENCE: Duration = Duration::from_secs(1);

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers on a listener of its own, where nothing else is and no token is asked for.
///
/// # Errors
/// If the listener fails.
pub async fn serve_metrics(listener: TcpListener, state: AppState) -> std::io::Result<()> {
    let app = Router::new().route("/metrics", get(show)).with_state(state);
    axum::serve(listener, app).await
}

pub(crate) async fn show(State(state): State<AppState>) -> Response {
    let age = match timeout(PATIENCE, state.database.oldest_waiting()).await {
        Ok(Ok(None)) => Some(SignedDuration::ZERO),
        Ok(Ok(Some(oldest))) => Some(state.clock.now().duration_since(oldest)),
        Ok(Err(error)) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(reason = "store", error, "the outbox was not measured");
            None
        }
        Err(_) => {
            tracing::warn!(reason = "store-timeout", "the outbox was not measured");
            None
        }
    };
    // A clock that was turned back makes no negative age.
    let age = age.map(|age| age.try_into().unwrap_or_default());
    state.metrics.outbox_age(age);
    state.metrics.jobs(state.jobs.states());
    let headers = [
        (header::CONTENT_TYPE, TEXT),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, state.metrics.render()).into_response()
}
