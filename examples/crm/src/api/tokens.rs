//! `/api/tokens`: what programs of the company use the API with.

use axum::{Json, extract::State};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::UserId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, Problem,
    extract::{Body, Id, Paging, PagingParams},
    problem::ProblemView,
    view::PageView,
};
use crate::{
    app::AppState,
    people::{ApiToken, Permission, Role},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(revoke))
}

/// A token of a program, without the token itself.
#[derive(Debug, Serialize, ToSchema)]
struct ApiTokenView {
    id: Uuid,
    name: String,
    role: Role,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The person who made it; null if a program did.
    #[schema(value_type = Option<Uuid>)]
    created_by: Option<UserId>,
    /// To the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    used_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
}

impl From<ApiToken> for ApiTokenView {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            role: token.role,
            created_at: token.created_at,
            created_by: token.created_by,
            used_at: token.used_at,
            revoked_at: token.revoked_at,
        }
    }
}

/// A token that was made just now.
#[derive(Debug, Serialize, ToSchema)]
struct NewTokenView {
    #[serde(flatten)]
    token: ApiTokenView,
    /// The token itself. It is not kept and never shown again.
    secret: String,
}

/// The tokens, newest first, the revoked ones among them.
#[utoipa::path(
    get,
    path = "/api/tokens",
    tag = "company",
    params(PagingParams),
    responses((status = 200, body = PageView<ApiTokenView>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<ApiTokenView>>, Problem> {
    caller.require(Permission::ManageCredentials)?;
    let tokens = state.people.api_tokens(caller.company, page).await?;
    Ok(Json(PageView::new(tokens, ApiTokenView::from)))
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
struct New {
    /// What it is for.
    #[schema(example = "Nightly export")]
    name: String,
    /// What the program may do; not more than whoever makes the token.
    #[schema(example = "agent")]
    role: Role,
}

/// Makes a token, and shows it this once.
#[utoipa::path(
    post,
    path = "/api/tokens",
    tag = "company",
    request_body = New,
    responses((status = 201, body = NewTokenView))
)]
async fn create(
    caller: Caller,
    State(state): State<AppState>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<NewTokenView>), Problem> {
    caller.require(Permission::ManageCredentials)?;
    let (token, secret) = state
        .people
        .create_api_token(&caller, &new.name, new.role)
        .await?;
    let view = NewTokenView {
        token: token.into(),
        secret: secret.expose().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Makes a token worth nothing.
#[utoipa::path(
    delete,
    path = "/api/tokens/{id}",
    tag = "company",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = ProblemView))
)]
async fn revoke(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::ManageCredentials)?;
    state.people.revoke_api_token(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
