//! What people enter about contacts, and contacts that they enter.

use axum::{Json, extract::State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use twilio_hooks::ContactId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ContactDetailView, detail, note};
use crate::{
    api::{
        Caller, IdempotencyKey, Problem,
        extract::{Body, Id, present, text},
        problem::ProblemView,
    },
    app::AppState,
    contacts::{
        company::country,
        details::{self, ContactPatch},
        phone,
    },
    people::Permission,
};

/// The longest name.
const MAX_NAME: usize = 200;

/// The longest note.
const MAX_NOTES: usize = 10_000;

/// The most labels, and the longest one.
const MAX_LABELS: usize = 20;
const MAX_LABEL: usize = 50;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(change))
}

/// A contact to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewContact {
    /// A number as people write it, or another address.
    address: String,
    name: Option<String>,
    email: Option<String>,
    company_name: Option<String>,
    notes: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
}

/// Makes a contact. If there is one with this number, it is answered with 409 and that one's id.
#[utoipa::path(
    post,
    path = "/api/contacts",
    tag = "contacts",
    params(IdempotencyKey),
    request_body = NewContact,
    responses(
        (status = 201, body = ContactDetailView),
        (status = 409, body = ProblemView),
        (status = 422, body = ProblemView),
    )
)]
async fn create(
    caller: Caller,
    State(state): State<AppState>,
    Body(new): Body<NewContact>,
) -> Result<(StatusCode, Json<ContactDetailView>), Problem> {
    caller.require(Permission::EditContacts)?;
    let db = &state.database.db;
    let home = country(db, caller.company).await?;
    let address = phone::address(&new.address, home)
        .map_err(|error| Problem::unprocessable(error.to_string()))?;
    let patch = ContactPatch {
        name: Some(text("name", new.name, MAX_NAME)?),
        email: Some(email(new.email)?),
        company_name: Some(text("company_name", new.company_name, MAX_NAME)?),
        notes: Some(text("notes", new.notes, MAX_NOTES)?),
        labels: Some(labels(new.labels)?),
    };
    let now = state.clock.now();
    let mut tx = db.begin().await?;
    let id = match details::create(&mut tx, caller.company, &address, now).await? {
        Ok(id) => id,
        Err(id) => {
            let detail = "there is a contact with this number already";
            return Err(Problem::exists(detail, id));
        }
    };
    details::change(&mut tx, caller.company, id, &patch, now).await?;
    let action = "contact.created";
    note(&mut tx, &caller, action, id, json!({})).await?;
    tx.commit().await?;
    let view = detail(&state, &caller, id).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Absent leaves something as it is, null or a blank text takes it away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ContactChange {
    /// A name that is entered here is never replaced by what a webhook tells.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    company_name: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    notes: Option<Option<String>>,
    /// All labels, in place of those there are.
    labels: Option<Vec<String>>,
}

/// Changes what is entered about a contact.
#[utoipa::path(
    patch,
    path = "/api/contacts/{id}",
    tag = "contacts",
    params(("id" = Uuid, Path)),
    request_body = ContactChange,
    responses((status = 200, body = ContactDetailView), (status = 404, body = ProblemView))
)]
async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<ContactId>,
    Body(change): Body<ContactChange>,
) -> Result<Json<ContactDetailView>, Problem> {
    caller.require(Permission::EditContacts)?;
    let field = |name, value: Option<Option<String>>, longest| {
        value.map(|value| text(name, value, longest)).transpose()
    };
    let patch = ContactPatch {
        name: field("name", change.name, MAX_NAME)?,
        email: change.email.map(email).transpose()?,
        company_name: field("company_name", change.company_name, MAX_NAME)?,
        notes: field("notes", change.notes, MAX_NOTES)?,
        labels: change.labels.map(labels).transpose()?,
    };
    let now = state.clock.now();
    let mut tx = state.database.db.begin().await?;
    if !details::change(&mut tx, caller.company, id, &patch, now).await? {
        return Err(Problem::not_found());
    }
    // Which fields, and nothing of what is in them.
    let fields = json!({
        "name": patch.name.is_some(), "email": patch.email.is_some(),
        "company_name": patch.company_name.is_some(), "notes": patch.notes.is_some(),
        "labels": patch.labels.is_some(),
    });
    let action = "contact.changed";
    note(&mut tx, &caller, action, id, fields).await?;
    tx.commit().await?;
    Ok(Json(detail(&state, &caller, id).await?))
}

fn email(email: Option<String>) -> Result<Option<String>, Problem> {
    let email = text("email", email, 254)?;
    let is_address = |email: &String| {
        email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
            && !email.chars().any(char::is_whitespace)
    };
    match email {
        Some(email) if !is_address(&email) => {
            Err(Problem::bad_request("`email` is not an e-mail address"))
        }
        email => Ok(email),
    }
}

fn labels(labels: Vec<String>) -> Result<Vec<String>, Problem> {
    if labels.len() > MAX_LABELS {
        let detail = format!("`labels` has more than {MAX_LABELS} entries");
        return Err(Problem::bad_request(detail));
    }
    let mut kept = Vec::new();
    for label in labels {
        let Some(label) = text("labels", Some(label), MAX_LABEL)? else {
            continue;
        };
        if !kept.contains(&label) {
            kept.push(label);
        }
    }
    Ok(kept)
}
