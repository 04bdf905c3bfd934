//! `/api/calls`: calls in both directions, and their recordings.

use axum::{Json, extract::State, routing::get};
use twilio_hooks::CallId;
use utoipa_axum::router::OpenApiRouter;

use super::{
    Caller, Problem,
    extract::{Id, Paging},
    view::{CallDetailView, CallView, PageView},
};
use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .route("/api/calls", get(list))
        .route("/api/calls/{id}", get(show))
}

async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<CallView>>, Problem> {
    let calls = state.database.directory.calls(caller.company, page).await?;
    Ok(Json(PageView::new(calls, CallView::from)))
}

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
