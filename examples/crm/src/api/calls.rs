//! `/api/calls`: calls in both directions, and their recordings.

use axum::{Json, extract::State};
use twilio_hooks::CallId;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Id, Paging, PagingParams},
    problem::ProblemView,
    view::{CallDetailView, CallView, PageView},
};
use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
}

/// Calls in both directions, newest first.
#[utoipa::path(
    get,
    path = "/api/calls",
    tag = "calls",
    params(PagingParams),
    responses((status = 200, body = PageView<CallView>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<CallView>>, Problem> {
    let calls = state.database.directory.calls(caller.company, page).await?;
    Ok(Json(PageView::new(calls, CallView::from)))
}

/// One call, with its recordings.
#[utoipa::path(
    get,
    path = "/api/calls/{id}",
    tag = "calls",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = CallDetailView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<CallId>,
) -> Result<Json<CallDetailView>, Problem> {
    let directory = &state.database.directory;
    let call = directory
        .call(caller.company, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let recordings = directory.recordings(caller.company, id).await?;
    Ok(Json(CallDetailView::new(call, recordings)))
}
