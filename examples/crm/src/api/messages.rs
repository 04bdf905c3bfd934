//! `/api/messages`: texts in both directions.

use axum::{Json, extract::State};
use twilio_hooks::MessageId;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Id, Paging, PagingParams},
    problem::ProblemView,
    view::{MessageView, PageView},
};
use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
}

/// Texts in both directions, newest first.
#[utoipa::path(
    get,
    path = "/api/messages",
    tag = "messages",
    params(PagingParams),
    responses((status = 200, body = PageView<MessageView>))
)]
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

/// One text.
#[utoipa::path(
    get,
    path = "/api/messages/{id}",
    tag = "messages",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = MessageView), (status = 404, body = ProblemView))
)]
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
