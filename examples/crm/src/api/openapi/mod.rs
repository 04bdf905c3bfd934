//! `/api/openapi.json`: the document that describes every route, made from the routes; and a viewer for
//! it at `/api/docs/`.

mod finish;
mod viewer;

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use http::header;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) use self::finish::finish;
use crate::app::AppState;

/// It is the same for everybody, and so is its text.
static TEXT: LazyLock<String> = LazyLock::new(|| super::document().to_string());

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .merge(viewer::router())
}

/// This document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "documentation",
    security(()),
    responses((status = 200, description = "An OpenAPI document.", body = Object))
)]
async fn show() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, TEXT.as_str()).into_response()
}
