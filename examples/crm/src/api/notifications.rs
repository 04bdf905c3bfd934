//! `/api/notifications`: what has happened, in the order of its numbers.

use axum::{Json, extract::State, routing::get};
use serde::Serialize;
use twilio_hooks::store::Notification;
use utoipa_axum::router::OpenApiRouter;

use super::{Caller, Problem, extract::Since};
use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().route("/api/notifications", get(list))
}

/// A part of the list, lowest number first.
#[derive(Debug, Serialize)]
struct Notifications {
    items: Vec<Notification>,
    /// What to give as `since` for the next part; null if there are no more now.
    next: Option<u64>,
}

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
