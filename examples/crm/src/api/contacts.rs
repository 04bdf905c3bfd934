//! `/api/contacts`: who has written or called, and whom people have entered.

use axum::{
    Json,
    body::Body as ResponseBody,
    extract::{FromRequestParts, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use serde::{Deserialize, Serialize};
use serde_json::json;
use twilio_hooks::ContactId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, IdempotencyKey, Problem,
    extract::{self, Body, Id, Ids, Paging, PagingParams, present, text},
    problem::ProblemView,
    view::{ContactView, PageView, TimelineView},
};
use crate::{
    app::AppState,
    contacts::{
        block,
        company::country,
        details::{self, ContactPatch, Filter},
        erase, export, links, phone,
    },
    people::{Permission, audit},
    threads::page::{self, Part},
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
        .routes(routes!(list))
        .routes(routes!(create))
        .routes(routes!(show))
        .routes(routes!(change))
        .routes(routes!(forget))
        .routes(routes!(timeline))
        .routes(routes!(merge))
        .routes(routes!(unmerge))
        .routes(routes!(block))
        .routes(routes!(unblock))
        .routes(routes!(export_one))
        .routes(routes!(export_all))
}

/// `?q=&blocked=&limit=&before=`.
#[derive(Debug, Clone, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// What the name, the number, the e-mail address or the company must have in it.
    q: Option<String>,
    /// Only those who are blocked, or who are not.
    blocked: Option<bool>,
    /// How many entries at most; 50 unless set, and never more than 200.
    limit: u32,
    /// Only entries older than this one: the `next` of the page before.
    before: Option<Uuid>,
}

impl<S: Send + Sync> FromRequestParts<S> for ListParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            q: Option<String>,
            blocked: Option<bool>,
            limit: Option<String>,
            before: Option<String>,
        }
        let raw: Raw = extract::query(parts, state).await?;
        Ok(Self {
            q: extract::words("q", raw.q)?,
            blocked: raw.blocked,
            limit: extract::limit(raw.limit.as_deref())?,
            before: extract::id("before", raw.before.as_deref())?,
        })
    }
}

/// Contacts, newest first. Those that are a part of another are not in the list.
#[utoipa::path(
    get,
    path = "/api/contacts",
    tag = "contacts",
    params(ListParams),
    responses((status = 200, body = PageView<ContactView>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    params: ListParams,
) -> Result<Json<PageView<ContactView>>, Problem> {
    caller.require(Permission::Read)?;
    let db = &state.database.db;
    let home = country(db, caller.company).await?;
    let filter = Filter {
        text: params.q,
        blocked: params.blocked,
    };
    let (contacts, next) =
        details::contacts(db, caller.company, &filter, params.before, params.limit).await?;
    let items = contacts
        .into_iter()
        .map(|contact| ContactView::new(contact, home));
    Ok(Json(PageView::of(items.collect(), next)))
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
    audit(
        &mut tx,
        &caller,
        action,
        Some(("contact", id.as_uuid())),
        json!({}),
    )
    .await?;
    tx.commit().await?;
    let view = detail(&state, &caller, id).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// One contact alone, with those that are a part of it.
#[derive(Debug, Serialize, ToSchema)]
struct ContactDetailView {
    #[serde(flatten)]
    contact: ContactView,
    /// The contacts that are a part of this one.
    merged: Vec<ContactView>,
}

async fn detail(
    state: &AppState,
    caller: &Caller,
    id: ContactId,
) -> Result<ContactDetailView, Problem> {
    let db = &state.database.db;
    let home = country(db, caller.company).await?;
    let contact = details::contact(db, caller.company, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let merged = details::others(db, caller.company, id).await?;
    let merged = merged
        .into_iter()
        .map(|contact| ContactView::new(contact, home));
    Ok(ContactDetailView {
        contact: ContactView::new(contact, home),
        merged: merged.collect(),
    })
}

/// One contact.
#[utoipa::path(
    get,
    path = "/api/contacts/{id}",
    tag = "contacts",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ContactDetailView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<ContactId>,
) -> Result<Json<ContactDetailView>, Problem> {
    caller.require(Permission::Read)?;
    Ok(Json(detail(&state, &caller, id).await?))
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
    audit(
        &mut tx,
        &caller,
        action,
        Some(("contact", id.as_uuid())),
        fields,
    )
    .await?;
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

/// Erases a contact with everything of theirs, here and at Twilio. A STOP is remembered without the
/// number.
#[utoipa::path(
    delete,
    path = "/api/contacts/{id}",
    tag = "contacts",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = ProblemView))
)]
async fn forget(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<ContactId>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::Erase)?;
    let now = state.clock.now();
    let contact = details::contact(&state.database.db, caller.company, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let mut tx = state.database.db.begin().await?;
    let erased = erase::erase(&mut tx, caller.company, id, now)
        .await?
        .ok_or_else(Problem::not_found)?;
    let details = erase::summary(&contact, &erased);
    let primary = erased.first().copied();
    let object = primary.map(|id| ("contact", id.as_uuid()));
    audit(&mut tx, &caller, "contact.erased", object, details).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The messages and calls of a contact and of those that are a part of it, newest first.
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
    Paging(request): Paging,
) -> Result<Json<PageView<TimelineView>>, Problem> {
    caller.require(Permission::Read)?;
    let primary = primary(&state, &caller, id).await?;
    let part = request.before.map_or(Part::Newest, Part::Before);
    let page = page::page(
        &state.database,
        caller.company,
        primary,
        part,
        request.limit,
    )
    .await?;
    let items = page.items.into_iter().map(TimelineView::from);
    Ok(Json(PageView::of(items.collect(), page.older)))
}

/// The contact that stands for this one.
pub(super) async fn primary(
    state: &AppState,
    caller: &Caller,
    id: ContactId,
) -> Result<ContactId, Problem> {
    links::primary(&state.database.db, caller.company, id)
        .await?
        .ok_or_else(Problem::not_found)
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
    audit(
        &mut tx,
        &caller,
        "contact.merged",
        Some(("contact", whole.as_uuid())),
        details,
    )
    .await?;
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
    audit(
        &mut tx,
        &caller,
        "contact.unmerged",
        Some(("contact", whole.as_uuid())),
        details,
    )
    .await?;
    tx.commit().await?;
    Ok(Json(detail(&state, &caller, whole).await?))
}

fn not_merged(error: links::MergeError) -> Problem {
    match error {
        links::MergeError::NotFound => Problem::not_found(),
        links::MergeError::Same | links::MergeError::Apart => Problem::conflict(error.to_string()),
    }
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
    audit(
        &mut tx,
        caller,
        action,
        Some(("contact", primary.as_uuid())),
        json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(Json(detail(state, caller, primary).await?))
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
    let body = ResponseBody::from_stream(pieces);
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
    let body = ResponseBody::from_stream(rows);
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
