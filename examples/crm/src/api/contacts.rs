//! `/api/contacts`: who has written or called.

use axum::{Json, extract::State};
use twilio_hooks::ContactId;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Id, Paging, PagingParams},
    problem::ProblemView,
    view::{ContactView, PageView, TimelineView},
};
use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(timeline))
}

/// Who has written or called, newest first.
#[utoipa::path(
    get,
    path = "/api/contacts",
    tag = "contacts",
    params(PagingParams),
    responses((status = 200, body = PageView<ContactView>))
)]
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

/// One contact.
#[utoipa::path(
    get,
    path = "/api/contacts/{id}",
    tag = "contacts",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ContactView), (status = 404, body = ProblemView))
)]
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

/// The messages and calls of a contact, newest first.
#[utoipa::path(
    get,
    path = "/api/contacts/{id}/timeline",
    tag = "contacts",
    params(("id" = Uuid, Path), PagingParams),
    responses((status = 200, body = PageView<TimelineView>), (status = 404, body = ProblemView))
)]
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
