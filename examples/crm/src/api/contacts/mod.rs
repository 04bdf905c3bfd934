//! `/api/contacts`: who has written or called, and whom people have entered.
//!
//! - Here is what shows contacts, and erases one.
//! - `entered` is what people enter about them.
//! - `merged` makes one of two, `blocked` keeps one away, `exported` gives everything out.

mod blocked;
mod entered;
mod exported;
mod merged;

use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use http::{StatusCode, request::Parts};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use twilio_hooks::{ContactId, store::StoreError};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, Problem,
    extract::{self, Id, Paging, PagingParams},
    problem::ProblemView,
    view::{ContactView, PageView, TimelineView},
};
use crate::{
    app::AppState,
    contacts::{
        company::country,
        details::{self, Filter},
        erase, links,
    },
    database::Tx,
    people::{Permission, audit},
    threads::page::{self, Part},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(forget))
        .routes(routes!(timeline))
        .merge(entered::router())
        .merge(merged::router())
        .merge(blocked::router())
        .merge(exported::router())
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
pub(in crate::api) async fn primary(
    state: &AppState,
    caller: &Caller,
    id: ContactId,
) -> Result<ContactId, Problem> {
    links::primary(&state.database.db, caller.company, id)
        .await?
        .ok_or_else(Problem::not_found)
}

/// Puts on the audit log what was done to a contact.
async fn note(
    tx: &mut Tx,
    caller: &Caller,
    action: &'static str,
    contact: ContactId,
    details: Value,
) -> Result<(), StoreError> {
    let object = Some(("contact", contact.as_uuid()));
    audit(tx, caller, action, object, details).await
}
