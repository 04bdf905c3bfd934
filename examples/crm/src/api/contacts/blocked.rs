//! Contacts of whom nobody wants to hear.

use axum::{Json, extract::State};
use serde_json::json;
use twilio_hooks::ContactId;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ContactDetailView, detail, note};
use crate::{
    api::{Caller, Problem, extract::Id, problem::ProblemView},
    app::AppState,
    contacts::block,
    people::Permission,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(block))
        .routes(routes!(unblock))
}

/// Blocks a contact: texts are kept and nobody is told, calls are rejected.
#[utoipa::path(
    put,
    path = "/api/contacts/{id}/block",
    tag = "contacts",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ContactDetailView), (status = 404, body = ProblemView))
)]
async fn block(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<ContactId>,
) -> Result<Json<ContactDetailView>, Problem> {
    set_blocked(&caller, &state, id, true).await
}

/// Ends that a contact is blocked.
#[utoipa::path(
    delete,
    path = "/api/contacts/{id}/block",
    tag = "contacts",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ContactDetailView), (status = 404, body = ProblemView))
)]
async fn unblock(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<ContactId>,
) -> Result<Json<ContactDetailView>, Problem> {
    set_blocked(&caller, &state, id, false).await
}

async fn set_blocked(
    caller: &Caller,
    state: &AppState,
    id: ContactId,
    blocked: bool,
) -> Result<Json<ContactDetailView>, Problem> {
    caller.require(Permission::EditContacts)?;
    let now = state.clock.now();
    let mut tx = state.database.db.begin().await?;
    let primary = block::set_blocked(&mut tx, caller.company, id, blocked, now)
        .await?
        .ok_or_else(Problem::not_found)?;
    let action = if blocked {
        "contact.blocked"
    } else {
        "contact.unblocked"
    };
    note(&mut tx, caller, action, primary, json!({})).await?;
    tx.commit().await?;
    Ok(Json(detail(state, caller, primary).await?))
}
