//! `/api/operator`: webhooks that nobody owns, for whoever runs the server.

use std::collections::HashSet;

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use tracing::Instrument as _;
use twilio_hooks::{
    AccountSid, Address, HistoryId, MessagingServiceSid,
    store::{Change, HistoryEntry, PageRequest},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Operator, Problem,
    extract::{MAX_LIMIT, Paging, PagingParams},
    view::PageView,
};
use crate::{app::AppState, consent::LateStatement};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(unrouted))
        .routes(routes!(reroute))
}

/// A webhook for a line that nobody owns: what the operator needs to find the owner, and not what
/// was written or said.
#[derive(Debug, Serialize, ToSchema)]
struct UnroutedView {
    #[schema(value_type = uuid::Uuid)]
    id: HistoryId,
    kind: String,
    #[schema(value_type = String)]
    account_sid: AccountSid,
    sid: String,
    status: String,
    /// Our number in it, as far as it says.
    #[schema(value_type = Option<String>)]
    line: Option<Address>,
    #[schema(value_type = Option<String>)]
    messaging_service_sid: Option<MessagingServiceSid>,
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
}

impl From<HistoryEntry> for UnroutedView {
    fn from(entry: HistoryEntry) -> Self {
        let change = Change::from_history(&entry).and_then(Result::ok);
        let (line, messaging_service_sid) = change
            .map(|change| (change.line, change.messaging_service_sid))
            .unzip();
        Self {
            id: entry.id,
            kind: entry.kind,
            account_sid: entry.account_sid,
            sid: entry.sid,
            status: entry.status,
            line: line.filter(|line| !line.as_str().is_empty()),
            messaging_service_sid: messaging_service_sid.flatten(),
            received_at: entry.received_at,
        }
    }
}

/// Webhooks for numbers that no company has, newest first.
#[utoipa::path(
    get,
    path = "/api/operator/unrouted",
    tag = "operator",
    security(("operator" = [])),
    params(PagingParams),
    responses((status = 200, body = PageView<UnroutedView>))
)]
async fn unrouted(
    _operator: Operator,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<UnroutedView>>, Problem> {
    let entries = state.database.directory.unrouted(page).await?;
    Ok(Json(PageView::new(entries, UnroutedView::from)))
}

/// What came of recording everything again.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
struct Rerouted {
    /// How many webhooks belong to somebody now.
    routed: u64,
    /// How many still do not.
    unrouted: u64,
    /// How many can't be read by this version.
    unreadable: u64,
}

/// Records the unrouted webhooks again.
#[utoipa::path(
    post,
    path = "/api/operator/reroute",
    tag = "operator",
    security(("operator" = [])),
    responses((status = 200, body = Rerouted))
)]
async fn reroute(
    _operator: Operator,
    State(state): State<AppState>,
) -> Result<Json<Rerouted>, Problem> {
    // In a task of its own: whoever asked may hang up, and the work goes on.
    let work = tokio::spawn(async move { reroute_all(&state).await }.in_current_span());
    let rerouted = work.await.map_err(|_| Problem::internal())??;
    tracing::info!(
        rerouted.routed,
        rerouted.unrouted,
        rerouted.unreadable,
        "unrouted webhooks recorded again"
    );
    Ok(Json(rerouted))
}

async fn reroute_all(state: &AppState) -> Result<Rerouted, Problem> {
    let mut rerouted = Rerouted::default();
    let mut companies = HashSet::new();
    let mut request = PageRequest::newest(MAX_LIMIT);
    loop {
        let page = state.database.directory.unrouted(request).await?;
        // Oldest first, as far as it goes: notifications are numbered in this order.
        for entry in page.items.iter().rev() {
            let Some(Ok(change)) = Change::from_history(entry) else {
                rerouted.unreadable += 1;
                continue;
            };
            let said = LateStatement::of(&change);
            let recorded = state.hooks.record(change).await?;
            if let Some(said) = said {
                said.apply(&state.database.db, &recorded).await?;
            }
            if let Some(company) = recorded.company_id {
                companies.insert(company);
            }
            if recorded.is_routed() {
                rerouted.routed += 1;
            } else {
                rerouted.unrouted += 1;
            }
        }
        match page.next {
            Some(next) => request.before = Some(next),
            None => break,
        }
    }
    for company in companies {
        state.recordings.look_again(company).await?;
    }
    Ok(rerouted)
}
