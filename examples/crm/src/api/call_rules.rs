//! `/api/settings/calls`, `/api/users/{id}/call-rule` and `/api/lines/{id}/call-rule`: where calls go.

use axum::{Json, extract::State};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::{Address, CompanyId, LineId, UserId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Body, Id},
    lines::find,
    problem::ProblemView,
};
use crate::{
    app::AppState,
    calls::{CallSettings, LineCallRule, Rule, Rules, SetError, Step},
    people::Permission,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(company, set_company))
        .routes(routes!(user, set_user, remove_user))
        .routes(routes!(line, set_line, remove_line))
        .routes(routes!(test_line))
}

impl From<SetError> for Problem {
    fn from(error: SetError) -> Self {
        match error {
            SetError::Invalid(invalid) => Self::unprocessable(invalid.to_string()),
            SetError::NotFound => Self::not_found(),
            SetError::Conflict(detail) => Self::conflict(detail),
            SetError::Store(error) => error.into(),
        }
    }
}

fn rules(state: &AppState) -> Rules {
    Rules::new(state.database.db.clone())
}

/// What the calls of your company do, unless a person or a number says otherwise.
#[utoipa::path(
    get,
    path = "/api/settings/calls",
    tag = "call rules",
    responses((status = 200, body = CallSettings))
)]
async fn company(
    caller: Caller,
    State(state): State<AppState>,
) -> Result<Json<CallSettings>, Problem> {
    caller.require(Permission::Read)?;
    Ok(Json(rules(&state).company(caller.company).await?))
}

/// Sets all of it; what is left out is as if it had never been set. It counts from the next call on.
#[utoipa::path(
    put,
    path = "/api/settings/calls",
    tag = "call rules",
    request_body = CallSettings,
    responses(
        (status = 200, body = CallSettings),
        (status = 404, body = ProblemView),
        (status = 422, body = ProblemView),
    )
)]
async fn set_company(
    caller: Caller,
    State(state): State<AppState>,
    Body(settings): Body<CallSettings>,
) -> Result<Json<CallSettings>, Problem> {
    caller.require(Permission::Configure)?;
    rules(&state).set_company(&caller, &settings).await?;
    Ok(Json(settings))
}

/// The rule of a person or a line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserCallRule)]
struct UserRuleView {
    /// The person's own rule; null if none was set.
    rule: Option<Rule>,
    /// What counts: the own rule, or that of the company.
    effective: Rule,
}

async fn user_view(
    state: &AppState,
    company: CompanyId,
    user: UserId,
) -> Result<UserRuleView, Problem> {
    let rules = rules(state);
    let rule = rules.user(company, user).await?;
    let effective = match &rule {
        Some(rule) => rule.clone(),
        None => rules.company(company).await?.rule,
    };
    Ok(UserRuleView { rule, effective })
}

/// Everybody may say where their own calls go.
fn may_change(caller: &Caller, user: UserId) -> Result<(), Problem> {
    if caller.user() == Some(user) {
        caller.require(Permission::Send)
    } else {
        caller.require(Permission::Configure)
    }
}

/// Where the calls for a person go.
#[utoipa::path(
    get,
    path = "/api/users/{id}/call-rule",
    tag = "call rules",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = UserRuleView), (status = 404, body = ProblemView))
)]
async fn user(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<UserId>,
) -> Result<Json<UserRuleView>, Problem> {
    caller.require(Permission::Read)?;
    Ok(Json(user_view(&state, caller.company, id).await?))
}

/// Sets where the calls for a person go; everybody may do so for themselves.
#[utoipa::path(
    put,
    path = "/api/users/{id}/call-rule",
    tag = "call rules",
    params(("id" = Uuid, Path)),
    request_body = Rule,
    responses(
        (status = 200, body = UserRuleView),
        (status = 404, body = ProblemView),
        (status = 422, body = ProblemView),
    )
)]
async fn set_user(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<UserId>,
    Body(rule): Body<Rule>,
) -> Result<Json<UserRuleView>, Problem> {
    may_change(&caller, id)?;
    rules(&state).set_user(&caller, id, Some(&rule)).await?;
    Ok(Json(user_view(&state, caller.company, id).await?))
}

/// Lets the calls for a person go where the company has set.
#[utoipa::path(
    delete,
    path = "/api/users/{id}/call-rule",
    tag = "call rules",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = ProblemView))
)]
async fn remove_user(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<UserId>,
) -> Result<StatusCode, Problem> {
    may_change(&caller, id)?;
    rules(&state).set_user(&caller, id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the calls over a number do otherwise than those of its person or your company.
#[utoipa::path(
    get,
    path = "/api/lines/{id}/call-rule",
    tag = "call rules",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = LineCallRule), (status = 404, body = ProblemView))
)]
async fn line(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
) -> Result<Json<LineCallRule>, Problem> {
    caller.require(Permission::Read)?;
    let line = find(&state, caller.company, id).await?;
    Ok(Json(rules(&state).line(caller.company, line.id).await?))
}

/// Sets what they do otherwise.
#[utoipa::path(
    put,
    path = "/api/lines/{id}/call-rule",
    tag = "call rules",
    params(("id" = Uuid, Path)),
    request_body = LineCallRule,
    responses(
        (status = 200, body = LineCallRule),
        (status = 404, body = ProblemView),
        (status = 422, body = ProblemView),
    )
)]
async fn set_line(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
    Body(rule): Body<LineCallRule>,
) -> Result<Json<LineCallRule>, Problem> {
    caller.require(Permission::Configure)?;
    rules(&state).set_line(&caller, id, Some(&rule)).await?;
    Ok(Json(rule))
}

/// Lets the calls over a number do what its person or your company has set.
#[utoipa::path(
    delete,
    path = "/api/lines/{id}/call-rule",
    tag = "call rules",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = ProblemView))
)]
async fn remove_line(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::Configure)?;
    rules(&state).set_line(&caller, id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who calls, for a test.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct CallTest {
    /// The number that calls; some number if null.
    from: Option<String>,
    /// When; now if null. The rules do not depend on the time so far.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

/// What a caller would hear.
#[derive(Debug, Serialize, ToSchema)]
struct CallTestView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// One after the other, if nobody answers.
    steps: Vec<Step>,
}

/// Tells what a caller would hear on a number now, step by step, without a call.
#[utoipa::path(
    post,
    path = "/api/lines/{id}/call-rule/test",
    tag = "call rules",
    params(("id" = Uuid, Path)),
    request_body = CallTest,
    responses((status = 200, body = CallTestView), (status = 404, body = ProblemView))
)]
async fn test_line(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
    Body(test): Body<CallTest>,
) -> Result<Json<CallTestView>, Problem> {
    caller.require(Permission::Read)?;
    let line = find(&state, caller.company, id).await?;
    let from = Address::from(test.from.as_deref().unwrap_or("+15005550006"));
    let steps = state.calls.explain(&line, from).await?;
    Ok(Json(CallTestView {
        at: test.at.unwrap_or(caller.at),
        steps,
    }))
}
