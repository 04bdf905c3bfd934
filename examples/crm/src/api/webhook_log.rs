//! `/api/webhook-log`: what Twilio has sent of late, and what came of it.

use axum::{Json, extract::State};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use twilio_hooks::{
    AccountSid, Address, UserId,
    store::{Change, HistoryEntry, Outcome},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, IdempotencyKey, Operator, Problem,
    accounts::{in_time, name},
    extract::{Body, Id, Paging, PagingParams, page, query},
    problem::ProblemView,
    view::{LineView, PageView},
};
use crate::{
    accounts::NewLine,
    app::AppState,
    people::{Permission, audit},
    reroute::{Rerouted, record_again, reroute},
    webhook_log::{self, Entry, ResultFilter, line_of_nobody},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(replay))
        .routes(routes!(take_line))
        .routes(routes!(of_nobody))
}

/// A request that came to a webhook's URL.
#[derive(Debug, Serialize, ToSchema)]
struct LoggedView {
    id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    milliseconds: i64,
    /// The path below `/api/webhooks/twilio/`, such as `sms/incoming`.
    route: String,
    /// What Twilio was answered.
    status: i64,
    /// `taken`; `unrouted`, for a line that nobody has; `apology`, which a caller heard because
    /// something failed; `unreadable`; `failed`; or `refused`.
    result: String,
    /// A code that says why, such as `mismatch` or `store-timeout`.
    reason: Option<String>,
    /// Who signed it; of what was refused, whom it names.
    #[schema(value_type = Option<String>)]
    account_sid: Option<AccountSid>,
    /// The message, call or recording.
    sid: Option<String>,
    /// The status that it reports.
    event: Option<String>,
    /// Why a signature is wrong, and what to do.
    diagnosis: Option<String>,
}

impl From<Entry> for LoggedView {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            received_at: entry.received_at,
            milliseconds: entry.milliseconds,
            route: entry.route,
            status: entry.status,
            result: entry.result,
            reason: entry.reason,
            account_sid: entry.account_sid,
            sid: entry.sid,
            event: entry.event,
            diagnosis: entry.diagnosis,
        }
    }
}

/// `?result=`, for the document.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it only describes")]
struct ResultParams {
    /// `problems` for everything that did not end well, `unrouted`, or `refused`; all unless set.
    result: Option<String>,
}

struct Wanted(ResultFilter, twilio_hooks::store::PageRequest);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut http::request::Parts,
        state: &S,
    ) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            result: Option<String>,
            limit: Option<String>,
            before: Option<String>,
        }
        let raw: Raw = query(parts, state).await?;
        let result = match raw.result.as_deref() {
            None | Some("") => ResultFilter::All,
            Some("problems") => ResultFilter::Problems,
            Some("unrouted") => ResultFilter::Unrouted,
            Some("refused") => ResultFilter::Refused,
            Some(_) => {
                return Err(Problem::bad_request(
                    "`result` can be problems, unrouted or refused",
                ));
            }
        };
        let page = page(raw.limit.as_deref(), raw.before.as_deref())?;
        Ok(Self(result, page))
    }
}

/// What Twilio has sent for the company's lines and accounts, newest first.
#[utoipa::path(
    get,
    path = "/api/webhook-log",
    tag = "webhooks",
    params(ResultParams, PagingParams),
    responses((status = 200, body = PageView<LoggedView>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Wanted(filter, page): Wanted,
) -> Result<Json<PageView<LoggedView>>, Problem> {
    caller.require(Permission::Configure)?;
    let entries = webhook_log::entries(&state.database.db, caller.company, filter, page).await?;
    Ok(Json(PageView::new(entries, LoggedView::from)))
}

/// A parameter of a webhook.
#[derive(Debug, Serialize, ToSchema)]
struct ParameterView {
    name: String,
    value: String,
}

/// A request, with what it said.
#[derive(Debug, Serialize, ToSchema)]
struct LoggedRequestView {
    #[serde(flatten)]
    request: LoggedView,
    /// The line that it came for and that nobody has; `POST …/take-line` takes it into use.
    #[schema(value_type = Option<String>)]
    line: Option<Address>,
    /// What Twilio said, in Twilio's order; null for who may not see it, and if it is not kept: of
    /// steps of calls, of what was refused or failed, and of what was erased.
    parameters: Option<Vec<ParameterView>>,
}

/// One request, with what it said for those who may see it.
#[utoipa::path(
    get,
    path = "/api/webhook-log/{id}",
    tag = "webhooks",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = LoggedRequestView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
) -> Result<Json<LoggedRequestView>, Problem> {
    caller.require(Permission::Configure)?;
    let (request, said) = find(&state, &caller, id).await?;
    let line = said.as_ref().and_then(line_of_nobody);
    let may_read = caller.role.may(Permission::ReadWebhooks);
    let parameters = said.filter(|_| may_read).map(|said| {
        let pairs = said.params.iter();
        pairs
            .map(|(name, value)| ParameterView {
                name: name.into_owned(),
                value: value.into_owned(),
            })
            .collect()
    });
    Ok(Json(LoggedRequestView {
        request: request.into(),
        line,
        parameters,
    }))
}

/// What came of recording a webhook again.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayedView {
    /// `inserted`, `updated`, or `unchanged` if all of it was known.
    #[schema(value_type = String)]
    outcome: Outcome,
    /// Whether it belongs to somebody now.
    routed: bool,
}

/// Records again what a webhook said, as if Twilio had sent it once more. Automatic replies are not sent
/// again.
#[utoipa::path(
    post,
    path = "/api/webhook-log/{id}/replay",
    tag = "webhooks",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = ReplayedView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
    )
)]
async fn replay(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
) -> Result<Json<ReplayedView>, Problem> {
    caller.require(Permission::Own)?;
    let (_, said) = find(&state, &caller, id).await?;
    let change = said.as_ref().and_then(Change::from_history);
    let Some(Ok(change)) = change else {
        return Err(Problem::conflict(
            "what this webhook said is not kept, so it can't be recorded again",
        ));
    };
    let recorded = record_again(&state, change).await?;
    if let Some(company) = recorded.company_id {
        state.recordings.look_again(company).await?;
    }
    let object = Some(("webhook", id));
    let details = json!({ "outcome": recorded.outcome });
    audit(
        &state.database.db,
        &caller,
        "webhook.replayed",
        object,
        details,
    )
    .await?;
    Ok(Json(ReplayedView {
        outcome: recorded.outcome,
        routed: recorded.is_routed(),
    }))
}

/// Who gets the line.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TakeLineBody {
    /// The person who is responsible for it.
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
    /// What people call it.
    name: Option<String>,
}

/// A line that was taken into use, and what came of the webhooks that had come for it.
#[derive(Debug, Serialize, ToSchema)]
struct TakenLineView {
    line: LineView,
    webhooks: Rerouted,
}

/// Takes the line into use that an unrouted webhook came for, once Twilio has said that the account has
/// it, and records again what had come for it.
#[utoipa::path(
    post,
    path = "/api/webhook-log/{id}/take-line",
    tag = "webhooks",
    params(("id" = Uuid, Path), IdempotencyKey),
    request_body = TakeLineBody,
    responses(
        (status = 201, body = TakenLineView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
        (status = 422, body = ProblemView),
        (status = 502, body = ProblemView),
    )
)]
async fn take_line(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
    Body(body): Body<TakeLineBody>,
) -> Result<(StatusCode, Json<TakenLineView>), Problem> {
    caller.require(Permission::Configure)?;
    let (_, said) = find(&state, &caller, id).await?;
    if let Some(user) = body.user_id {
        state.people.user(caller.company, user).await?;
    }
    let address = said.as_ref().and_then(line_of_nobody);
    let (Some(said), Some(address)) = (said, address) else {
        return Err(Problem::conflict("there is no line in it that nobody has"));
    };
    let new = NewLine {
        account_sid: said.account_sid.clone(),
        address: address.to_string(),
        user: body.user_id,
        name: name(body.name)?,
    };
    let line = in_time(state.accounts.add_line(&caller, new)).await?;
    let account = said.account_sid;
    let came_for_it =
        move |change: &Change| change.account_sid == account && change.line == address;
    let webhooks = reroute(&state, came_for_it).await?;
    let line = super::lines::view(&state, line).await?;
    Ok((StatusCode::CREATED, Json(TakenLineView { line, webhooks })))
}

/// What came for nobody's line and account, newest first: also what strangers sent.
#[utoipa::path(
    get,
    path = "/api/operator/webhook-log",
    tag = "operator",
    security(("operator" = [])),
    params(PagingParams),
    responses((status = 200, body = PageView<LoggedView>))
)]
async fn of_nobody(
    _operator: Operator,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<LoggedView>>, Problem> {
    let entries = webhook_log::entries_of_nobody(&state.database.db, page).await?;
    Ok(Json(PageView::new(entries, LoggedView::from)))
}

async fn find(
    state: &AppState,
    caller: &Caller,
    id: Uuid,
) -> Result<(Entry, Option<HistoryEntry>), Problem> {
    let entry = webhook_log::entry(&state.database.db, caller.company, id).await?;
    let entry = entry.ok_or_else(Problem::not_found)?;
    let directory = &*state.database.directory;
    let said = webhook_log::said(directory, caller.company, &entry).await?;
    Ok((entry, said))
}
