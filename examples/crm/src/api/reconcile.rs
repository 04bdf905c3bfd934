//! `/api/reconcile`: what was missed and found at Twilio, and looking for it now.

use std::time::Duration;

use axum::{Json, extract::State};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use twilio_hooks::AccountSid;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Caller, Problem, problem::ProblemView};
use crate::{app::AppState, people::Permission, reconcile::RunRow};

/// How often one may ask for it.
const AT_MOST_EACH: SignedDuration = SignedDuration::from_mins(1);

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, start))
}

/// A look at an account.
#[derive(Debug, Serialize, ToSchema)]
struct ReconcileRunView {
    id: Uuid,
    #[schema(value_type = String)]
    account_sid: AccountSid,
    /// waiting, running, done or failed.
    state: String,
    /// From when on it looks.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Until when it has looked.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// How many messages were missed, or their last status.
    messages: u32,
    /// How many calls.
    calls: u32,
    /// How many recordings.
    recordings: u32,
    /// Why it failed.
    error: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
}

impl From<RunRow> for ReconcileRunView {
    fn from(row: RunRow) -> Self {
        Self {
            id: row.id,
            account_sid: row.account_sid,
            state: row.state,
            since: row.since,
            until: row.until,
            messages: row.found.messages,
            calls: row.found.calls,
            recordings: row.found.recordings,
            error: row.error,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

/// When Twilio was asked for what was missed, latest first.
#[derive(Debug, Serialize, ToSchema)]
struct ReconcileRunsView {
    items: Vec<ReconcileRunView>,
}

/// The last fifty looks at the accounts of the company's lines, newest first, with what they found of
/// the company.
#[utoipa::path(
    get,
    path = "/api/reconcile",
    tag = "reconcile",
    responses((status = 200, body = ReconcileRunsView))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
) -> Result<Json<ReconcileRunsView>, Problem> {
    caller.require(Permission::Configure)?;
    let runs = state.reconcile.runs(caller.company).await?;
    Ok(Json(ReconcileRunsView {
        items: runs.into_iter().map(ReconcileRunView::from).collect(),
    }))
}

/// Looks for what was missed, in the background; the list says what came of it.
#[utoipa::path(
    post,
    path = "/api/reconcile",
    tag = "reconcile",
    responses(
        (status = 202, description = "It was started"),
        (status = 429, description = "That was just done", body = ProblemView),
    )
)]
async fn start(caller: Caller, State(state): State<AppState>) -> Result<StatusCode, Problem> {
    caller.require(Permission::Configure)?;
    let refused = state
        .reconcile
        .start_for(caller.company, caller.at, AT_MOST_EACH)
        .await?;
    let Some(ago) = refused else {
        return Ok(StatusCode::ACCEPTED);
    };
    let wait = Duration::try_from(AT_MOST_EACH - ago).unwrap_or_default();
    Err(Problem::too_many("that was started just now").with_retry_after(wait))
}
