//! `/api/lines/{id}/webhooks`: where Twilio sends what comes in over a line, and setting it.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use twilio_hooks::LineId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    accounts::in_time,
    extract::{Body, Id},
    lines::find,
    problem::ProblemView,
};
use crate::{
    accounts::webhooks::{Reason, WebhookState},
    app::AppState,
    people::Permission,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(fix))
        .routes(routes!(release))
}

/// A webhook as it is at Twilio, beside what it should be.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookView {
    /// `message`, `call` or `call_status`; and, if a fallback is configured, `message_fallback` or
    /// `call_fallback`.
    webhook: &'static str,
    expected: String,
    expected_method: &'static str,
    /// The URL that counts, without a password or key that may be in it.
    actual: Option<String>,
    actual_method: Option<String>,
    /// `ok`, `not_set`, `url_mismatch`, `wrong_http_method`, `overridden_by_application`,
    /// `overridden_by_trunk`, `overridden_by_messaging_service`, `overridden_by_number`,
    /// `not_in_account`, `credentials_refused` or `unreachable_twilio`.
    reason: &'static str,
}

/// The webhooks of a line.
#[derive(Debug, Serialize, ToSchema)]
struct WebhooksView {
    items: Vec<WebhookView>,
    /// Whether all of them are as they should be.
    ok: bool,
}

impl From<Vec<WebhookState>> for WebhooksView {
    fn from(states: Vec<WebhookState>) -> Self {
        Self {
            ok: states.iter().all(|state| state.reason == Reason::Ok),
            items: states.into_iter().map(WebhookView::from).collect(),
        }
    }
}

impl From<WebhookState> for WebhookView {
    fn from(state: WebhookState) -> Self {
        Self {
            webhook: state.webhook.as_str(),
            actual: state.shown(),
            expected: state.expected,
            expected_method: "POST",
            actual_method: state.actual_method,
            reason: state.reason.as_str(),
        }
    }
}

/// Asks Twilio how the webhooks of a line are set.
#[utoipa::path(
    get,
    path = "/api/lines/{id}/webhooks",
    tag = "lines",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = WebhooksView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
) -> Result<Json<WebhooksView>, Problem> {
    caller.require(Permission::Configure)?;
    let line = find(&state, caller.company, id).await?;
    let states = in_time(state.accounts.webhooks(&line)).await?;
    Ok(Json(states.into()))
}

/// Whether to replace what is somebody else's.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct FixBody {
    /// Webhooks of another program are replaced as well; it gets nothing any more.
    take_over: bool,
}

/// Sets our webhooks, and remembers what was there.
#[utoipa::path(
    post,
    path = "/api/lines/{id}/webhooks/fix",
    tag = "lines",
    params(("id" = Uuid, Path)),
    request_body = FixBody,
    responses(
        (status = 200, body = WebhooksView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
        (status = 502, body = ProblemView),
    )
)]
async fn fix(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
    Body(body): Body<FixBody>,
) -> Result<Json<WebhooksView>, Problem> {
    caller.require(Permission::Configure)?;
    let line = find(&state, caller.company, id).await?;
    let fixed = state.accounts.fix_webhooks(&caller, &line, body.take_over);
    Ok(Json(in_time(fixed).await?.into()))
}

/// Puts back what was set before our webhooks were.
#[utoipa::path(
    post,
    path = "/api/lines/{id}/webhooks/release",
    tag = "lines",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = WebhooksView),
        (status = 404, body = ProblemView),
        (status = 502, body = ProblemView),
    )
)]
async fn release(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
) -> Result<Json<WebhooksView>, Problem> {
    caller.require(Permission::Configure)?;
    let line = find(&state, caller.company, id).await?;
    let released = in_time(state.accounts.release_webhooks(&caller, &line)).await?;
    Ok(Json(released.into()))
}
