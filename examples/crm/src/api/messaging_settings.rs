//! `/api/settings/messaging`: how a company sends.

use axum::{Json, extract::State};
use serde::{Deserialize, Deserializer, Serialize};
use twilio_hooks::LineId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Caller, Problem, extract::Body, problem::ProblemView};
use crate::{
    app::AppState,
    messaging::settings::{SendingPatch, SendingSettings},
    people::Permission,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show, change))
}

/// How the company sends.
#[derive(Serialize, ToSchema)]
struct SendingView {
    /// Messages a second from each line.
    rate: u32,
    /// Messages a day.
    daily_budget: u32,
    /// How many of today's are used.
    used_today: u32,
    /// The line that sends if nothing says which.
    #[schema(value_type = Option<Uuid>)]
    default_line_id: Option<LineId>,
    /// Where the days begin; in the company's time zone if none is set, and in UTC without that.
    time_zone: Option<String>,
}

impl SendingView {
    fn new(settings: SendingSettings, used_today: u32) -> Self {
        Self {
            rate: settings.rate,
            daily_budget: settings.daily_budget,
            used_today,
            default_line_id: settings.default_line,
            time_zone: settings.time_zone,
        }
    }
}

/// How the company sends.
#[utoipa::path(
    get,
    path = "/api/settings/messaging",
    tag = "settings",
    responses((status = 200, body = SendingView))
)]
async fn show(caller: Caller, State(state): State<AppState>) -> Result<Json<SendingView>, Problem> {
    caller.require(Permission::Read)?;
    let settings = state.messaging.settings(caller.company).await?;
    let used = state.messaging.used_today(caller.company).await?;
    Ok(Json(SendingView::new(settings, used)))
}

/// Absent leaves a setting as it is, null brings the default back.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct SendingChange {
    /// From 1 to 225.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<u32>)]
    rate: Option<Option<u32>>,
    /// Up to 1,000,000.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<u32>)]
    daily_budget: Option<Option<u32>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<Uuid>)]
    default_line_id: Option<Option<LineId>>,
    /// Such as Europe/Berlin.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    time_zone: Option<Option<String>>,
}

/// Changes how the company sends.
#[utoipa::path(
    patch,
    path = "/api/settings/messaging",
    tag = "settings",
    request_body = SendingChange,
    responses(
        (status = 200, body = SendingView),
        (status = 404, body = ProblemView),
        (status = 422, body = ProblemView),
    )
)]
async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Body(change): Body<SendingChange>,
) -> Result<Json<SendingView>, Problem> {
    caller.require(Permission::Configure)?;
    let patch = SendingPatch {
        rate: change.rate,
        daily_budget: change.daily_budget,
        default_line: change.default_line_id,
        time_zone: change.time_zone,
    };
    let settings = state.messaging.change_settings(&caller, &patch).await?;
    let used = state.messaging.used_today(caller.company).await?;
    Ok(Json(SendingView::new(settings, used)))
}

/// Tells null from absent.
fn present<'de, D, T>(value: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(value).map(Some)
}
