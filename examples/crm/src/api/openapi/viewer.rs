//! `/api/docs/`: the document for people, with Swagger UI. Its files are part of this program.

use std::sync::{Arc, LazyLock};

use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, serve};

use crate::{api::Problem, app::AppState};

/// Scripts, styles and requests of this server only; nothing inline. The icons are in the style sheet.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The address is relative to the page, because a proxy may put something before its path. Swagger UI
/// would ask a server of its makers whether the document is valid.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from("../openapi.json")
        .validator_url("none")
        .use_base_layout()
        .filter(true)
        .try_it_out_enabled(true)
        .display_request_duration(true);
    Arc::new(config)
});

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(without_slash))
        .routes(routes!(page))
        .routes(routes!(file))
}

/// Leads to the viewer.
#[utoipa::path(
    get,
    path = "/api/docs",
    tag = "documentation",
    security(()),
    responses((status = 308, description = "The viewer is at `docs/`."))
)]
async fn without_slash() -> Response {
    // By hand, because axum's takes a whole address.
    (
        StatusCode::PERMANENT_REDIRECT,
        [(header::LOCATION, "docs/")],
    )
        .into_response()
}

/// A page for people that shows this document and can send requests.
#[utoipa::path(
    get,
    path = "/api/docs/",
    tag = "documentation",
    security(()),
    responses((status = 200, body = String, content_type = "text/html"))
)]
async fn page() -> Result<Response, Problem> {
    asset("index.html")
}

/// A file of the page.
#[utoipa::path(
    get,
    path = "/api/docs/{file}",
    tag = "documentation",
    security(()),
    params(("file" = String, Path)),
    responses((status = 200, description = "A script, a style sheet or an icon."))
)]
async fn file(Path(file): Path<String>) -> Result<Response, Problem> {
    asset(&file)
}

fn asset(name: &str) -> Result<Response, Problem> {
    let file = serve(name, CONFIG.clone()).map_err(|error| {
        tracing::error!(error = %error, reason = "viewer", "a page was not made");
        Problem::internal()
    })?;
    let file = file.ok_or_else(Problem::not_found)?;
    let mut response = (
        [
            (header::CONTENT_TYPE, &*file.content_type),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        file.bytes.into_owned(),
    )
        .into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    if file.gzpipped {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
