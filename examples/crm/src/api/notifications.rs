//! `/api/notifications`: what has happened, in the order of its numbers.

use axum::{Json, extract::State};
use serde::Serialize;
use twilio_hooks::store::Notification;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Since, SinceParams},
};
use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A part of the list, lowest number first.
#[derive(Debug, Serialize, ToSchema)]
struct Notifications {
    #[schema(value_type = Vec<serde_json::Value>)]
    items: Vec<Notification>,
    /// What to give as `since` for the next part; null if there are no more now.
    next: Option<u64>,
}

/// What has happened, lowest number first.
#[utoipa::path(
    get,
    path = "/api/notifications",
    tag = "notifications",
    params(SinceParams),
    responses((status = 200, body = Notifications))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Since { since, limit }: Since,
) -> Result<Json<Notifications>, Problem> {
    let directory = &state.database.directory;
    // One too many only tells that there are more.
    let mut items = directory
        .notifications_since(caller.company, since.unwrap_or(0), limit + 1)
        .await?;
    let has_more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().map(|last| last.seq).filter(|_| has_more);
    Ok(Json(Notifications { items, next }))
}
