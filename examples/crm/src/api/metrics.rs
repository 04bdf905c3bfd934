//! `/metrics`: for Prometheus, with the operator's token.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Operator, Problem, problem::ProblemView};
use crate::{app::AppState, metrics::show};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(metrics))
}

/// What is counted and measured, for Prometheus; not here if the configuration has a listener for it.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "health",
    security(("operator" = [])),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 404, body = ProblemView),
    )
)]
async fn metrics(_operator: Operator, state: State<AppState>) -> Response {
    match state.metrics_listen {
        Some(_) => Problem::not_found().into_response(),
        None => show(state).await,
    }
}
