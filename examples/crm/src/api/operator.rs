//! `/api/operator`: webhooks that nobody owns, for whoever runs the server.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use twilio_hooks::{
    AccountSid, Address, HistoryId, MessagingServiceSid,
    store::{Change, HistoryEntry},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Operator, Problem,
    extract::{Paging, PagingParams},
    view::PageView,
};
use crate::{
    app::AppState,
    reroute::{self, Rerouted},
};

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
    Ok(Json(reroute::reroute(&state, |_| true).await?))
}
