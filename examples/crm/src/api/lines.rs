//! `/api/lines`: the company's numbers, and what they say by themselves.

use axum::{
    Json,
    extract::State,
    routing::{get, patch},
};
use serde::{Deserialize, Deserializer};
use twilio_hooks::{CompanyId, LineId, store::Line};
use utoipa_axum::router::OpenApiRouter;

use super::{
    Caller, Problem,
    extract::{Body, Id},
    view::LineView,
};
use crate::{app::AppState, database::LineSettingsPatch};

/// What Twilio takes in one [`<Say>`](https://www.twilio.com/docs/voice/twiml/say#limits).
const MAX_GREETING: usize = 4096;

/// What Twilio takes in one [message](https://www.twilio.com/docs/messaging/twiml/message).
const MAX_TEXT: usize = 1600;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .route("/api/lines", get(list))
        .route("/api/lines/{id}", patch(change).get(show))
}

/// All lines; a company has few.
#[derive(Debug, serde::Serialize)]
struct Lines {
    items: Vec<LineView>,
}

async fn list(caller: Caller, State(state): State<AppState>) -> Result<Json<Lines>, Problem> {
    let mut items = Vec::new();
    for line in state.database.lines.lines(caller.company).await? {
        let settings = state.database.settings.line_settings(line.id).await?;
        items.push(LineView::new(line, settings));
    }
    Ok(Json(Lines { items }))
}

async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
) -> Result<Json<LineView>, Problem> {
    let line = find(&state, caller.company, id).await?;
    let settings = state.database.settings.line_settings(id).await?;
    Ok(Json(LineView::new(line, settings)))
}

/// Absent leaves a setting as it is, null or a blank text takes it away.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Patch {
    #[serde(deserialize_with = "present")]
    greeting: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    text_reply: Option<Option<String>>,
}

async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
    Body(patch): Body<Patch>,
) -> Result<Json<LineView>, Problem> {
    let patch = LineSettingsPatch {
        greeting: text("greeting", patch.greeting, MAX_GREETING)?,
        text_reply: text("text_reply", patch.text_reply, MAX_TEXT)?,
    };
    let line = find(&state, caller.company, id).await?;
    let settings = state
        .database
        .settings
        .change_line_settings(id, &patch)
        .await?;
    Ok(Json(LineView::new(line, settings)))
}

async fn find(state: &AppState, company: CompanyId, id: LineId) -> Result<Line, Problem> {
    let lines = state.database.lines.lines(company).await?;
    lines
        .into_iter()
        .find(|line| line.id == id)
        .ok_or_else(Problem::not_found)
}

/// NUL is what no database keeps in a text.
fn text(
    name: &str,
    setting: Option<Option<String>>,
    longest: usize,
) -> Result<Option<Option<String>>, Problem> {
    let setting = setting.map(|text| text.filter(|text| !text.trim().is_empty()));
    if let Some(Some(text)) = &setting {
        if text.chars().count() > longest {
            let detail = format!("`{name}` has more than {longest} characters");
            return Err(Problem::bad_request(detail));
        }
        if text.contains('\0') {
            return Err(Problem::bad_request(format!(
                "`{name}` has a NUL character"
            )));
        }
    }
    Ok(setting)
}

/// Tells null from absent.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}
