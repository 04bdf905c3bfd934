//! `/api/setup-problems`: what is not right with accounts and lines.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, Problem,
    extract::{Paging, PagingParams},
    view::PageView,
};
use crate::{accounts::SetupProblem, app::AppState, people::Permission};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Something that is not set up right.
#[derive(Debug, Serialize, ToSchema)]
struct SetupProblemView {
    id: Uuid,
    /// `credentials_refused`, `account_stopped`, `webhooks_elsewhere`, `number_missing` or
    /// `unrouted_traffic`.
    kind: String,
    /// The SID of the account, or the id of the line.
    object: String,
    /// What is wrong.
    sentence: String,
    /// What to do about it.
    remedy: String,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

impl From<SetupProblem> for SetupProblemView {
    fn from(problem: SetupProblem) -> Self {
        Self {
            id: problem.id,
            kind: problem.kind,
            object: problem.object,
            sentence: problem.sentence,
            remedy: problem.remedy,
            since: problem.since,
        }
    }
}

/// What is not right now, newest first; it is looked at once an hour.
#[utoipa::path(
    get,
    path = "/api/setup-problems",
    tag = "lines",
    params(PagingParams),
    responses((status = 200, body = PageView<SetupProblemView>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<SetupProblemView>>, Problem> {
    caller.require(Permission::Configure)?;
    let problems = SetupProblem::of_company(&state.database.db, caller.company, page).await?;
    Ok(Json(PageView::new(problems, SetupProblemView::from)))
}
