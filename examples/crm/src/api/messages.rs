//! `/api/messages`: texts in both directions.

use axum::{Json, extract::State, routing::get};
use twilio_hooks::MessageId;
use utoipa_axum::router::OpenApiRouter;

use super::{
    Caller, Problem,
    extract::{Id, Paging},
    view::{MessageView, PageView},
};
use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .route("/api/messages", get(list))
        .route("/api/messages/{id}", get(show))
}

async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<MessageView>>, Problem> {
    let messages = state
        .database
        .directory
        .messages(caller.company, page)
        .await?;
    Ok(Json(PageView::new(messages, MessageView::from)))
}

async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<MessageId>,
) -> Result<Json<MessageView>, Problem> {
    let message = state.database.directory.message(caller.company, id).await?;
    message
        .map(|message| Json(message.into()))
        .ok_or_else(Problem::not_found)
}
