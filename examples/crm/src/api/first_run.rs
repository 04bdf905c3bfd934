//! `/api/first-run`: the first company and its owner, on a server that has nobody yet.

use axum::{Json, extract::State};
use http::{StatusCode, request::Parts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Problem, client_ip::client_ip, extract::Body, problem::ProblemView};
use crate::{
    app::AppState,
    people::{FirstOwner, Password, PeopleError},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(set_up))
}

/// The first company and its owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FirstRun)]
struct SetUp {
    /// What the server has said when it started.
    #[schema(example = "rPvfWrlOmTHWIOCTlvcvrpOmhLkPwcnSGF3XhTnJ1ZQ")]
    code: String,
    #[schema(example = "Example & Sons")]
    company: String,
    #[schema(example = "Ana Lopez")]
    name: String,
    #[schema(example = "ana@example.com")]
    email: String,
    #[schema(example = "correct horse battery staple")]
    password: Password,
}

/// Who owns the company, and signs in next.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FirstOwnerView)]
struct OwnerView {
    email: String,
}

/// Sets up a server that has nobody yet. There is nothing here on any other.
#[utoipa::path(
    post,
    path = "/api/first-run",
    tag = "session",
    security(()),
    request_body = SetUp,
    responses(
        (status = 201, body = OwnerView),
        (status = 404, body = ProblemView),
        (status = 422, body = ProblemView),
        (status = 429, body = ProblemView),
    )
)]
async fn set_up(
    State(state): State<AppState>,
    parts: Parts,
    Body(body): Body<SetUp>,
) -> Result<(StatusCode, Json<OwnerView>), Problem> {
    // No page of a stranger's is to set the server up.
    if state.access.browser.is_foreign_page(&parts.headers) {
        return Err(Problem::foreign_origin());
    }
    let ip = client_ip(&parts, state.proxies.as_ref());
    let first = FirstOwner {
        company: body.company,
        name: body.name,
        email: body.email,
        password: body.password,
    };
    let done = state.first_run.finish(&state.people, &body.code, first, ip);
    let owner = done.await.map_err(|error| match error {
        PeopleError::Forbidden => Problem::field("code", "the code is another one"),
        other => other.into(),
    })?;
    Ok((StatusCode::CREATED, Json(OwnerView { email: owner.email })))
}
