//! Everything that is known, as files.

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, header};
use serde_json::json;
use twilio_hooks::ContactId;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::primary;
use crate::{
    api::{Caller, Problem, extract::Id, problem::ProblemView},
    app::AppState,
    contacts::{company::country, export},
    people::{Permission, audit},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(export_one))
        .routes(routes!(export_all))
}

/// Everything of one contact, as JSON: what was entered, messages, calls, recordings.
#[utoipa::path(
    get,
    path = "/api/contacts/{id}/export",
    tag = "contacts",
    params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "application/json"), (status = 404, body = ProblemView))
)]
async fn export_one(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<ContactId>,
) -> Result<Response, Problem> {
    caller.require(Permission::Export)?;
    let home = country(&state.database.db, caller.company).await?;
    let primary = primary(&state, &caller, id).await?;
    let action = "contact.exported";
    note_export(&state, &caller, action, Some(primary)).await?;
    let pieces = export::json(state.database.clone(), caller.company, primary, home)
        .await?
        .ok_or_else(Problem::not_found)?;
    let name = format!("contact-{primary}.json");
    let body = Body::from_stream(pieces);
    Ok((file("application/json", &name), body).into_response())
}

/// All contacts, as CSV.
#[utoipa::path(
    get,
    path = "/api/export/contacts.csv",
    tag = "contacts",
    responses((status = 200, content_type = "text/csv"))
)]
async fn export_all(caller: Caller, State(state): State<AppState>) -> Result<Response, Problem> {
    caller.require(Permission::Export)?;
    note_export(&state, &caller, "contacts.exported", None).await?;
    let rows = export::csv(state.database.clone(), caller.company);
    let body = Body::from_stream(rows);
    Ok((file("text/csv; charset=utf-8", "contacts.csv"), body).into_response())
}

async fn note_export(
    state: &AppState,
    caller: &Caller,
    action: &'static str,
    contact: Option<ContactId>,
) -> Result<(), Problem> {
    let object = contact.map(|id| ("contact", id.as_uuid()));
    audit(&state.database.db, caller, action, object, json!({})).await?;
    Ok(())
}

/// A file to be saved, and by nobody on the way.
fn file(kind: &'static str, name: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let saved = format!("attachment; filename=\"{name}\"");
    if let Ok(saved) = HeaderValue::from_str(&saved) {
        headers.insert(header::CONTENT_DISPOSITION, saved);
    }
    let nobody = HeaderValue::from_static("private, no-store");
    headers.insert(header::CACHE_CONTROL, nobody);
    headers
}
