//! `/api/settings/hours`: when the company is open.

use axum::{Json, extract::State};
use http::request::Parts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Body, query},
    problem::ProblemView,
};
use crate::{
    app::AppState,
    hours::{self, Plan, Reason, SaveError},
    people::Permission,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show, change))
        .routes(routes!(check))
}

/// The company's hours.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HoursView {
    /// Null if the company is always open.
    #[serde(deserialize_with = "given")]
    #[schema(required)]
    hours: Option<Plan>,
}

/// Null must be written: a body without it is a mistake.
fn given<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Plan>, D::Error> {
    Option::deserialize(value)
}

/// When the company is open.
#[utoipa::path(
    get,
    path = "/api/settings/hours",
    tag = "settings",
    responses((status = 200, body = HoursView))
)]
async fn show(caller: Caller, State(state): State<AppState>) -> Result<Json<HoursView>, Problem> {
    caller.require(Permission::Read)?;
    let hours = hours::load(&state.database.db, caller.company).await?;
    Ok(Json(HoursView { hours }))
}

/// Sets when the company is open; null for always.
#[utoipa::path(
    put,
    path = "/api/settings/hours",
    tag = "settings",
    request_body = HoursView,
    responses((status = 200, body = HoursView), (status = 400, body = ProblemView))
)]
async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Body(body): Body<HoursView>,
) -> Result<Json<HoursView>, Problem> {
    caller.require(Permission::Configure)?;
    let saved = hours::save(&state.database.db, &caller, body.hours).await;
    let hours = saved.map_err(|error| match error {
        SaveError::Plan(error) => Problem::bad_request(error.to_string()),
        SaveError::Store(error) => error.into(),
    })?;
    Ok(Json(HoursView { hours }))
}

/// `?at=`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckParams {
    at: Option<String>,
}

/// How it is at some time.
#[derive(Debug, Serialize, ToSchema)]
struct CheckView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What the clock on the wall shows then, in the time zone of the hours; null without hours.
    #[schema(value_type = Option<String>)]
    local_time: Option<jiff::civil::DateTime>,
    open: bool,
    reason: CheckReason,
    /// The name of the holiday, if that is the reason.
    holiday: Option<String>,
    /// When the closed period began; null if it is open, or has never been.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_since: Option<Timestamp>,
    /// When the company closes or opens next; null if never.
    #[schema(value_type = Option<String>, format = DateTime)]
    changes_at: Option<Timestamp>,
}

/// Why it is open or closed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CheckReason {
    /// No hours are set, so it is always open.
    NoHours,
    /// The hours of the week.
    Week,
    /// A holiday, with hours or without.
    Holiday,
}

/// Whether the company is open at some time, why, and until when.
#[utoipa::path(
    get,
    path = "/api/settings/hours/check",
    tag = "settings",
    params((
        "at" = Option<String>,
        Query,
        description = "A time such as `2026-12-24T18:00:00Z`; now unless set."
    )),
    responses((status = 200, body = CheckView), (status = 400, body = ProblemView))
)]
async fn check(
    caller: Caller,
    State(state): State<AppState>,
    mut parts: Parts,
) -> Result<Json<CheckView>, Problem> {
    caller.require(Permission::Read)?;
    let params: CheckParams = query(&mut parts, &state).await?;
    let at = match params.at.as_deref() {
        None | Some("") => state.clock.now(),
        Some(at) => at.parse().map_err(|_| {
            Problem::bad_request("`at` is no time; write it as 2026-12-24T18:00:00Z")
        })?,
    };
    let Some(schedule) = hours::of_company(&state.database.db, caller.company).await? else {
        return Ok(Json(CheckView {
            at,
            local_time: None,
            open: true,
            reason: CheckReason::NoHours,
            holiday: None,
            closed_since: None,
            changes_at: None,
        }));
    };
    let status = schedule.status(at);
    let (reason, holiday) = match status.reason {
        Reason::Week => (CheckReason::Week, None),
        Reason::Holiday(name) => (CheckReason::Holiday, Some(name)),
    };
    let closed_since = status.closed.map(|closed| closed.since);
    Ok(Json(CheckView {
        at,
        local_time: Some(schedule.local(at)),
        open: status.is_open,
        reason,
        holiday,
        closed_since: closed_since.filter(|since| *since != Timestamp::MIN),
        changes_at: status.changes_at,
    }))
}
