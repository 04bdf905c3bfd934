//! `/api/settings/recordings`: whether recordings are copied, and how long they are kept.

use axum::{
    Json,
    extract::{Query, State},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Caller, Problem, extract::Body, problem::ProblemView};
use crate::{
    app::AppState,
    people::{Permission, audit},
    recordings::{MOST_KEEP_DAYS, RecordingSettings},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show, replace))
        .routes(routes!(preview))
}

/// What a company wants done with its recordings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordingSettingsView {
    /// Whether finished recordings are copied to this server.
    keep_copies: bool,
    /// Whether they are deleted at Twilio once there is a copy.
    delete_at_twilio: bool,
    /// After how many days they are deleted here and at Twilio; null for never.
    keep_days: Option<u32>,
}

impl From<RecordingSettings> for RecordingSettingsView {
    fn from(settings: RecordingSettings) -> Self {
        Self {
            keep_copies: settings.keep_copies,
            delete_at_twilio: settings.delete_at_twilio,
            keep_days: settings.keep_days,
        }
    }
}

/// What is done with recordings.
#[utoipa::path(
    get,
    path = "/api/settings/recordings",
    tag = "recordings",
    responses((status = 200, body = RecordingSettingsView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
) -> Result<Json<RecordingSettingsView>, Problem> {
    caller.require(Permission::Configure)?;
    let settings = state.recordings.settings(caller.company).await?;
    Ok(Json(settings.into()))
}

/// Sets what is done with recordings.
#[utoipa::path(
    put,
    path = "/api/settings/recordings",
    tag = "recordings",
    request_body = RecordingSettingsView,
    responses(
        (status = 200, body = RecordingSettingsView),
        (status = 422, body = ProblemView),
    )
)]
async fn replace(
    caller: Caller,
    State(state): State<AppState>,
    Body(new): Body<RecordingSettingsView>,
) -> Result<Json<RecordingSettingsView>, Problem> {
    caller.require(Permission::Configure)?;
    if new.delete_at_twilio && !new.keep_copies {
        return Err(Problem::unprocessable(
            "`delete_at_twilio` needs `keep_copies`: nothing would be left",
        ));
    }
    check_days(new.keep_days)?;
    let settings = RecordingSettings {
        keep_copies: new.keep_copies,
        delete_at_twilio: new.delete_at_twilio,
        keep_days: new.keep_days,
    };
    let before = state.recordings.settings(caller.company).await?;
    let details = json!({ "before": RecordingSettingsView::from(before), "after": &new });
    let mut tx = state.database.db.begin().await?;
    state
        .recordings
        .set(&mut tx, caller.company, settings, caller.at)
        .await?;
    audit(
        &mut tx,
        &caller,
        "recording_settings.changed",
        None,
        details,
    )
    .await?;
    tx.commit().await?;
    Ok(Json(new))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PreviewParams {
    /// As if recordings were kept for so many days; for as many as are set, unless given.
    keep_days: Option<u32>,
}

/// What would be deleted.
#[derive(Debug, Serialize, ToSchema)]
struct RetentionPreviewView {
    keep_days: Option<u32>,
    /// How many recordings would be deleted now.
    recordings: u64,
    /// How long they are together.
    seconds: u64,
    /// When the oldest of them was made.
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest: Option<Timestamp>,
}

/// What would be deleted now because it is too old. Nothing is.
#[utoipa::path(
    get,
    path = "/api/settings/recordings/retention-preview",
    tag = "recordings",
    params(PreviewParams),
    responses(
        (status = 200, body = RetentionPreviewView),
        (status = 422, body = ProblemView),
    )
)]
async fn preview(
    caller: Caller,
    State(state): State<AppState>,
    query: Result<Query<PreviewParams>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<RetentionPreviewView>, Problem> {
    caller.require(Permission::Configure)?;
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    check_days(query.keep_days)?;
    let settings = state.recordings.settings(caller.company).await?;
    let keep_days = query.keep_days.or(settings.keep_days);
    let mut view = RetentionPreviewView {
        keep_days,
        recordings: 0,
        seconds: 0,
        oldest: None,
    };
    if let Some(days) = keep_days {
        let found = state
            .recordings
            .preview(caller.company, days, caller.at)
            .await?;
        view.recordings = found.recordings;
        view.seconds = found.seconds;
        view.oldest = found.oldest;
    }
    Ok(Json(view))
}

fn check_days(days: Option<u32>) -> Result<(), Problem> {
    match days {
        Some(0) => Err(Problem::unprocessable(
            "`keep_days` is 1 at least, or null for ever",
        )),
        Some(days) if days > MOST_KEEP_DAYS => Err(Problem::unprocessable(format!(
            "`keep_days` is {MOST_KEEP_DAYS} at most, or null for ever"
        ))),
        _ => Ok(()),
    }
}
