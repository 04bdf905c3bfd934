//! `/healthz` and `/readyz`: for whoever watches over the process.

use std::time::Duration;

use axum::extract::State;
use http::StatusCode;
use tokio::time::timeout;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::AppState;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(alive))
        .routes(routes!(ready))
}

/// Whether the process is up.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "health",
    security(()),
    responses((status = 200, body = String, content_type = "text/plain"))
)]
async fn alive() -> &'static str {
    "ok\n"
}

/// Whether the database answers.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "health",
    security(()),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 503, body = String, content_type = "text/plain"),
    )
)]
async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match timeout(PATIENCE, state.database.ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ok\n"),
        Ok(Err(error)) => {
            tracing::warn!(
                reason = "store",
                error = &error as &dyn std::error::Error,
                "the database does not answer"
            );
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
        }
        Err(_) => {
            tracing::warn!(reason = "store-timeout", "the database does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
        }
    }
}
