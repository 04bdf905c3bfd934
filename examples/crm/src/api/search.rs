//! `/api/search`: contacts and messages at once.

use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use twilio_hooks::MessageId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, Problem, extract,
    problem::ProblemView,
    view::{ContactView, MessageView},
};
use crate::{
    app::AppState,
    contacts::{company::country, details, search},
    messaging::stored,
    people::Permission,
};

/// How many contacts are shown.
const CONTACTS: usize = 10;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(find))
}

/// `?q=&limit=&before=`.
#[derive(Debug, Clone, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchParams {
    /// Words of a message, of which the last may be just begun; or any part of a name or a number.
    q: String,
    /// How many messages at most; 50 unless set, and never more than 200.
    limit: u32,
    /// Only messages older than this one: the `next` of the page before.
    before: Option<Uuid>,
}

impl<S: Send + Sync> FromRequestParts<S> for SearchParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            q: Option<String>,
            limit: Option<String>,
            before: Option<String>,
        }
        let raw: Raw = extract::query(parts, state).await?;
        Ok(Self {
            q: extract::words("q", raw.q)?
                .ok_or_else(|| Problem::bad_request("`q` says nothing to look for"))?,
            limit: extract::limit(raw.limit.as_deref())?,
            before: extract::id("before", raw.before.as_deref())?,
        })
    }
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
struct SearchView {
    /// The newest contacts that fit; none on later pages.
    contacts: Vec<ContactView>,
    /// Messages, newest first.
    messages: Vec<MessageView>,
    /// What to give as `before` for more messages; null if there are no more.
    next: Option<Uuid>,
}

/// Finds contacts by any part of their name or number, and messages by their words.
#[utoipa::path(
    get,
    path = "/api/search",
    tag = "search",
    params(SearchParams),
    responses((status = 200, body = SearchView), (status = 400, body = ProblemView))
)]
async fn find(
    caller: Caller,
    State(state): State<AppState>,
    params: SearchParams,
) -> Result<Json<SearchView>, Problem> {
    caller.require(Permission::Read)?;
    let (db, company) = (&state.database.db, caller.company);
    let contacts = match params.before {
        None => {
            let (ids, _) = search::contacts(db, company, &params.q, None, None, CONTACTS).await?;
            details::by_ids(db, company, &ids).await?
        }
        Some(_) => Vec::new(),
    };
    let home = country(db, company).await?;
    let before = params.before.map(MessageId::from);
    let limit = params.limit as usize;
    let mut ids = search::messages(db, company, &params.q, before, params.limit + 1).await?;
    let has_more = ids.len() > limit;
    ids.truncate(limit);
    let messages = stored::messages(db, company, &ids).await?;
    Ok(Json(SearchView {
        contacts: contacts
            .into_iter()
            .map(|contact| ContactView::new(contact, home))
            .collect(),
        messages: messages.into_iter().map(MessageView::from).collect(),
        next: ids.last().map(|id| id.as_uuid()).filter(|_| has_more),
    }))
}
