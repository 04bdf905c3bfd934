//! What a person wants to hear of.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use twilio_hooks::notify::Topic;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Caller, Problem, extract::Body, problem::ProblemView, threads::person},
    app::AppState,
    notices::settings::{self, Preference},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(preferences))
        .routes(routes!(change_preferences))
}

/// Whether somebody wants to hear of a kind of event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreferenceView {
    #[schema(value_type = String)]
    topic: Topic,
    /// Whether it is in the list and counts there.
    in_app: bool,
    /// Whether it makes a sound.
    sound: bool,
}

impl From<Preference> for PreferenceView {
    fn from(it: Preference) -> Self {
        Self {
            topic: it.topic,
            in_app: it.in_app,
            sound: it.sound,
        }
    }
}

impl From<PreferenceView> for Preference {
    fn from(it: PreferenceView) -> Self {
        Self {
            topic: it.topic,
            in_app: it.in_app,
            sound: it.sound,
        }
    }
}

/// What somebody wants to hear of.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Preferences {
    topics: Vec<PreferenceView>,
}

/// What the caller wants to hear of, for every topic.
#[utoipa::path(
    get,
    path = "/api/me/notification-settings",
    tag = "notifications",
    responses((status = 200, body = Preferences), (status = 400, body = ProblemView))
)]
async fn preferences(
    caller: Caller,
    State(state): State<AppState>,
) -> Result<Json<Preferences>, Problem> {
    let user = person(&caller)?;
    let all = settings::preferences(&state.database.db, caller.company, user).await?;
    let topics = all.into_iter().map(PreferenceView::from).collect();
    Ok(Json(Preferences { topics }))
}

/// Sets what the caller wants to hear of; topics that are left out stay as they are.
#[utoipa::path(
    put,
    path = "/api/me/notification-settings",
    tag = "notifications",
    request_body = Preferences,
    responses((status = 200, body = Preferences), (status = 400, body = ProblemView))
)]
async fn change_preferences(
    caller: Caller,
    State(state): State<AppState>,
    Body(Preferences { topics }): Body<Preferences>,
) -> Result<Json<Preferences>, Problem> {
    let user = person(&caller)?;
    if topics.len() > Topic::KNOWN.len() {
        return Err(Problem::bad_request("there are fewer topics than that"));
    }
    if topics.iter().any(|it| !Topic::KNOWN.contains(&it.topic)) {
        return Err(Problem::bad_request("there is no such topic"));
    }
    let chosen: Vec<_> = topics.into_iter().map(Preference::from).collect();
    let mut tx = state.database.db.begin().await?;
    settings::change(&mut tx, caller.company, user, &chosen).await?;
    tx.commit().await?;
    preferences(caller, State(state)).await
}
