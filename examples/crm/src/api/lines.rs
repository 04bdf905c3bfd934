//! `/api/lines`: the company's numbers, and what they say by themselves.

use axum::{Json, extract::State};
use serde::Deserialize;
use twilio_hooks::{CompanyId, LineId, store::Line};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Body, Id, present},
    problem::ProblemView,
    view::LineView,
};
use crate::{app::AppState, database::LineSettingsPatch, people::Permission};

/// What Twilio takes in one [`<Say>`](https://www.twilio.com/docs/voice/twiml/say#limits).
const MAX_GREETING: usize = 4096;

/// What Twilio takes in one [message](https://www.twilio.com/docs/messaging/twiml/message).
const MAX_TEXT: usize = 1600;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, change))
}

/// All lines; a company has few.
#[derive(Debug, serde::Serialize, ToSchema)]
struct Lines {
    items: Vec<LineView>,
}

/// Your numbers.
#[utoipa::path(get, path = "/api/lines", tag = "lines", responses((status = 200, body = Lines)))]
async fn list(caller: Caller, State(state): State<AppState>) -> Result<Json<Lines>, Problem> {
    let mut items = Vec::new();
    for line in state.database.lines.lines(caller.company).await? {
        let settings = state.database.settings.line_settings(line.id).await?;
        items.push(LineView::new(line, settings));
    }
    Ok(Json(Lines { items }))
}

/// One of your numbers.
#[utoipa::path(
    get,
    path = "/api/lines/{id}",
    tag = "lines",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = LineView), (status = 404, body = ProblemView))
)]
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
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = LinePatch)]
struct Patch {
    /// What callers hear first.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    greeting: Option<Option<String>>,
    /// What every text is answered with.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    text_reply: Option<Option<String>>,
}

/// Changes what a number says by itself.
#[utoipa::path(
    patch,
    path = "/api/lines/{id}",
    tag = "lines",
    params(("id" = Uuid, Path)),
    request_body = Patch,
    responses((status = 200, body = LineView), (status = 404, body = ProblemView))
)]
async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
    Body(patch): Body<Patch>,
) -> Result<Json<LineView>, Problem> {
    caller.require(Permission::Configure)?;
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
