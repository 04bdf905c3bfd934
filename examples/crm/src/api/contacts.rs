//! `/api/contacts`: who has written or called.

use axum::{Json, Router, extract::State, routing::get};
use twilio_hooks::ContactId;

use super::{
    Caller, Problem,
    extract::{Id, Paging},
    view::{ContactView, PageView, TimelineView},
};
use crate::app::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/contacts", get(list))
        .route("/api/contacts/{id}", get(show))
        .route("/api/contacts/{id}/timeline", get(timeline))
}

async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<ContactView>>, Problem> {
    let contacts = state
        .database
        .directory
        .contacts(caller.company, page)
        .await?;
    Ok(Json(PageView::new(contacts, ContactView::from)))
}

async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<ContactId>,
) -> Result<Json<ContactView>, Problem> {
    let contact = state.database.directory.contact(caller.company, id).await?;
    contact
        .map(|contact| Json(contact.into()))
        .ok_or_else(Problem::not_found)
}

async fn timeline(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<ContactId>,
    Paging(page): Paging,
) -> Result<Json<PageView<TimelineView>>, Problem> {
    let directory = &state.database.directory;
    directory
        .contact(caller.company, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let entries = directory.timeline(caller.company, id, page).await?;
    Ok(Json(PageView::new(entries, TimelineView::from)))
}
