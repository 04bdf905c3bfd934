//! Contacts that are one person.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::json;
use twilio_hooks::ContactId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ContactDetailView, detail, note};
use crate::{
    api::{
        Caller, Problem,
        extract::{Body, Id, Ids},
        problem::ProblemView,
    },
    app::AppState,
    contacts::links,
    people::Permission,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(merge))
        .routes(routes!(unmerge))
}

/// The contact that goes into another one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Merge {
    /// The contact that becomes a part of the one in the path.
    #[schema(value_type = Uuid)]
    other_id: ContactId,
}

/// Makes another contact a part of this one: what it has is shown here, and what comes from its number
/// comes here. It can be undone.
#[utoipa::path(
    post,
    path = "/api/contacts/{id}/merge",
    tag = "contacts",
    params(("id" = Uuid, Path)),
    request_body = Merge,
    responses(
        (status = 200, body = ContactDetailView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
    )
)]
async fn merge(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<ContactId>,
    Body(Merge { other_id }): Body<Merge>,
) -> Result<Json<ContactDetailView>, Problem> {
    caller.require(Permission::EditContacts)?;
    let now = state.clock.now();
    let mut tx = state.database.db.begin().await?;
    let whole = links::merge(&mut tx, caller.company, id, other_id, now)
        .await?
        .map_err(not_merged)?;
    let details = json!({ "other_id": other_id });
    note(&mut tx, &caller, "contact.merged", whole, details).await?;
    tx.commit().await?;
    Ok(Json(detail(&state, &caller, whole).await?))
}

/// Takes a contact out again that was made a part of this one.
#[utoipa::path(
    delete,
    path = "/api/contacts/{id}/merge/{other_id}",
    tag = "contacts",
    params(("id" = Uuid, Path), ("other_id" = Uuid, Path)),
    responses(
        (status = 200, body = ContactDetailView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
    )
)]
async fn unmerge(
    caller: Caller,
    State(state): State<AppState>,
    Ids(id, other_id): Ids<ContactId, ContactId>,
) -> Result<Json<ContactDetailView>, Problem> {
    caller.require(Permission::EditContacts)?;
    let mut tx = state.database.db.begin().await?;
    let whole = links::unmerge(&mut tx, caller.company, id, other_id)
        .await?
        .map_err(not_merged)?;
    let details = json!({ "other_id": other_id });
    note(&mut tx, &caller, "contact.unmerged", whole, details).await?;
    tx.commit().await?;
    Ok(Json(detail(&state, &caller, whole).await?))
}

fn not_merged(error: links::MergeError) -> Problem {
    match error {
        links::MergeError::NotFound => Problem::not_found(),
        links::MergeError::Same | links::MergeError::TooMany | links::MergeError::Apart => {
            Problem::conflict(error.to_string())
        }
    }
}
