//! `/api/lines`: the company's numbers, and what they say by themselves.

use axum::{Json, extract::State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use twilio_hooks::{AccountSid, CompanyId, LineId, UserId, store::Line};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, IdempotencyKey, Problem,
    accounts::{RemovedView, in_time, name},
    extract::{Body, Id, Release, ReleaseParams, present},
    problem::ProblemView,
    view::LineView,
};
use crate::{
    accounts::{Available, AvailableLine, LinePatch, NewLine, line_names},
    app::AppState,
    database::LineSettingsPatch,
    messaging::segments::{self, MAX_BODY},
    people::Permission,
};

/// What Twilio takes in one [`<Say>`](https://www.twilio.com/docs/voice/twiml/say#limits).
const MAX_GREETING: usize = 4096;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(available))
        .routes(routes!(show, change, remove))
}

/// All lines; a company has few.
#[derive(Debug, Serialize, ToSchema)]
struct LinesView {
    items: Vec<LineView>,
}

/// The company's lines, oldest first.
#[utoipa::path(
    get,
    path = "/api/lines",
    tag = "lines",
    responses((status = 200, body = LinesView))
)]
async fn list(caller: Caller, State(state): State<AppState>) -> Result<Json<LinesView>, Problem> {
    caller.require(Permission::Read)?;
    let mut names = line_names(&state.database.db, caller.company).await?;
    let mut items = Vec::new();
    for line in state.database.lines.lines(caller.company).await? {
        let settings = state.database.settings.line_settings(line.id).await?;
        let name = names.remove(&line.id);
        items.push(LineView::new(line, name, settings));
    }
    Ok(Json(LinesView { items }))
}

/// One line.
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
    caller.require(Permission::Read)?;
    let line = find(&state, caller.company, id).await?;
    Ok(Json(view(&state, line).await?))
}

/// A number or a messaging service of one of the company's accounts.
#[derive(Debug, Serialize, ToSchema)]
struct AvailableView {
    #[schema(value_type = String)]
    account_sid: AccountSid,
    /// The number, or the SID of the messaging service.
    address: String,
    /// `number` or `messaging_service`.
    kind: &'static str,
    /// What Twilio calls it.
    name: Option<String>,
    voice: bool,
    sms: bool,
    mms: bool,
    /// Whether it is a line already.
    is_line: bool,
    /// The line, if it is the company's.
    #[schema(value_type = Option<Uuid>)]
    line_id: Option<LineId>,
}

/// An account that could not be asked.
#[derive(Debug, Serialize, ToSchema)]
struct FailedAccountView {
    #[schema(value_type = String)]
    account_sid: AccountSid,
    detail: String,
}

/// What could be taken into use.
#[derive(Debug, Serialize, ToSchema)]
struct AvailableLinesView {
    items: Vec<AvailableView>,
    failed: Vec<FailedAccountView>,
    /// Whether an account has more numbers than are shown; they can be added all the same.
    more: bool,
}

impl From<AvailableLine> for AvailableView {
    fn from(line: AvailableLine) -> Self {
        Self {
            account_sid: line.account_sid,
            address: line.address,
            kind: match line.is_service {
                true => "messaging_service",
                false => "number",
            },
            name: line.name,
            voice: line.voice,
            sms: line.sms,
            mms: line.mms,
            is_line: line.is_line,
            line_id: line.line,
        }
    }
}

/// The numbers and messaging services that the company's accounts have at Twilio.
#[utoipa::path(
    get,
    path = "/api/lines/available",
    tag = "lines",
    responses((status = 200, body = AvailableLinesView), (status = 502, body = ProblemView))
)]
async fn available(
    caller: Caller,
    State(state): State<AppState>,
) -> Result<Json<AvailableLinesView>, Problem> {
    caller.require(Permission::Configure)?;
    let Available {
        lines,
        failed,
        more,
        ..
    } = in_time(state.accounts.available(caller.company)).await?;
    let failed = failed.into_iter();
    Ok(Json(AvailableLinesView {
        items: lines.into_iter().map(Into::into).collect(),
        failed: failed
            .map(|(account_sid, detail)| FailedAccountView {
                account_sid,
                detail,
            })
            .collect(),
        more,
    }))
}

/// A line to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLineBody {
    /// One of the company's accounts.
    account_sid: String,
    /// A phone number in the international form, or the SID of a messaging service.
    address: String,
    /// The person who is responsible for it.
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
    /// What people call it.
    name: Option<String>,
}

/// Takes a number into use, once Twilio has said that the account has it.
#[utoipa::path(
    post,
    path = "/api/lines",
    tag = "lines",
    params(IdempotencyKey),
    request_body = NewLineBody,
    responses(
        (status = 201, body = LineView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
        (status = 422, body = ProblemView),
        (status = 502, body = ProblemView),
    )
)]
async fn add(
    caller: Caller,
    State(state): State<AppState>,
    Body(body): Body<NewLineBody>,
) -> Result<(StatusCode, Json<LineView>), Problem> {
    caller.require(Permission::Configure)?;
    let new = NewLine {
        account_sid: body.account_sid.trim().into(),
        address: body.address,
        user: body.user_id,
        name: name(body.name)?,
    };
    let line = in_time(state.accounts.add_line(&caller, new)).await?;
    Ok((StatusCode::CREATED, Json(view(&state, line).await?)))
}

/// Absent leaves a setting as it is, null or a blank text takes it away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct LinePatchBody {
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    greeting: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    text_reply: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<Option<UserId>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
}

/// Changes what a line is called, whose it is, and what it says by itself.
#[utoipa::path(
    patch,
    path = "/api/lines/{id}",
    tag = "lines",
    params(("id" = Uuid, Path)),
    request_body = LinePatchBody,
    responses((status = 200, body = LineView), (status = 404, body = ProblemView))
)]
async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
    Body(body): Body<LinePatchBody>,
) -> Result<Json<LineView>, Problem> {
    caller.require(Permission::Configure)?;
    let patch = LinePatch {
        user: body.user_id,
        name: body.name.map(name).transpose()?,
        settings: LineSettingsPatch {
            greeting: text("greeting", body.greeting, MAX_GREETING, characters)?,
            text_reply: text("text_reply", body.text_reply, MAX_BODY, segments::length)?,
        },
    };
    let mut line = find(&state, caller.company, id).await?;
    if patch != LinePatch::default() {
        line = state.accounts.change_line(&caller, line, &patch).await?;
    }
    Ok(Json(view(&state, line).await?))
}

/// Takes a line out of use; what came over it stays.
#[utoipa::path(
    delete,
    path = "/api/lines/{id}",
    tag = "lines",
    params(("id" = Uuid, Path), ReleaseParams),
    responses(
        (status = 200, body = RemovedView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
    )
)]
async fn remove(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
    Release(release): Release,
) -> Result<Json<RemovedView>, Problem> {
    caller.require(Permission::Configure)?;
    let line = find(&state, caller.company, id).await?;
    let removed = in_time(state.accounts.remove_line(&caller, &line, release)).await?;
    Ok(Json(removed.into()))
}

/// A line of the company.
pub(super) async fn find(
    state: &AppState,
    company: CompanyId,
    id: LineId,
) -> Result<Line, Problem> {
    let lines = state.database.lines.lines(company).await?;
    lines
        .into_iter()
        .find(|line| line.id == id)
        .ok_or_else(Problem::not_found)
}

pub(super) async fn view(state: &AppState, line: Line) -> Result<LineView, Problem> {
    let mut names = line_names(&state.database.db, line.company_id).await?;
    let settings = state.database.settings.line_settings(line.id).await?;
    let name = names.remove(&line.id);
    Ok(LineView::new(line, name, settings))
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

/// NUL is what no database keeps in a text.
fn text(
    name: &str,
    setting: Option<Option<String>>,
    longest: usize,
    length: fn(&str) -> usize,
) -> Result<Option<Option<String>>, Problem> {
    let setting = setting.map(|text| text.filter(|text| !text.trim().is_empty()));
    if let Some(Some(text)) = &setting {
        if length(text) > longest {
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
