//! `/healthz` and `/readyz`: for whoever watches over the process.

use std::time::Duration;

use axum::{extract::State, routing::get};
use http::StatusCode;
use tokio::time::timeout;
use utoipa_axum::router::OpenApiRouter;

use crate::app::AppState;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
}

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
