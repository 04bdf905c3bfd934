//! `/api/settings/auto-reply`: what texts are answered with by themselves.

use axum::{Json, extract::State};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::{Address, LineId, MessageId, store::Line};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, Problem,
    extract::{Body, Id},
    lines::find,
    problem::ProblemView,
};
use crate::{
    app::AppState,
    messaging::segments,
    people::Permission,
    replies::{self, Answer, Decision, EVERY_MINUTES, Occasion, PER_DAY, Rule, RuleSource, Setup},
    templates::{self, KNOWN, MAX_TEXT, Template},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show, change))
        .routes(routes!(preview))
        .routes(routes!(show_line, change_line, remove_line))
        .routes(routes!(explain))
}

/// An automatic reply.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "enabled": true, "when": "closed", "body": "We are back at nine." }))]
struct AutoReplyView {
    enabled: bool,
    /// `always`, or while the company is `closed`.
    when: Occasion,
    /// The text with its blanks; null if a template is sent.
    #[serde(default)]
    body: Option<String>,
    /// The template to send.
    #[serde(default)]
    template_id: Option<Uuid>,
    /// For `always`: one contact gets one reply in so many minutes; 240 unless set.
    #[serde(default = "every_minutes")]
    every_minutes: u32,
    /// For `always`: and so many in 24 hours at most; 3 unless set.
    #[serde(default = "per_day")]
    per_day: u32,
}

fn every_minutes() -> u32 {
    EVERY_MINUTES
}

fn per_day() -> u32 {
    PER_DAY
}

impl From<Rule> for AutoReplyView {
    fn from(rule: Rule) -> Self {
        let (body, template_id) = match rule.answer {
            Answer::Plain(text) | Answer::Body(text) => (Some(text), None),
            Answer::Template(id, _) => (None, Some(id)),
            Answer::Nothing => (None, None),
        };
        Self {
            enabled: rule.enabled,
            when: rule.occasion,
            body,
            template_id,
            every_minutes: rule.every_minutes,
            per_day: rule.per_day,
        }
    }
}

impl AutoReplyView {
    async fn rule(self, state: &AppState, caller: &Caller) -> Result<Rule, Problem> {
        let body = self.body.filter(|body| !body.trim().is_empty());
        let answer = match (body, self.template_id) {
            (Some(_), Some(_)) => {
                return Err(Problem::bad_request(
                    "`body` and `template_id` are both there; a reply is one of them",
                ));
            }
            (Some(body), None) => {
                if segments::length(&body) > MAX_TEXT || body.contains('\0') {
                    return Err(Problem::bad_request(
                        "`body` has more than 1600 characters, or a NUL",
                    ));
                }
                Answer::Body(body)
            }
            (None, Some(id)) => {
                let found = templates::find(&state.database.db, caller.company, id).await?;
                Answer::Template(id, found.ok_or_else(Problem::not_found)?.body)
            }
            (None, None) if self.enabled => {
                return Err(Problem::bad_request(
                    "a reply needs a text: `body` or `template_id`",
                ));
            }
            (None, None) => Answer::Nothing,
        };
        if let Answer::Body(body) | Answer::Template(_, body) = &answer {
            check_blanks(body)?;
        }
        if !(1..=10_080).contains(&self.every_minutes) || !(1..=100).contains(&self.per_day) {
            return Err(Problem::bad_request(
                "`every_minutes` is from 1 to 10080, `per_day` from 1 to 100",
            ));
        }
        Ok(Rule {
            enabled: self.enabled,
            occasion: self.when,
            answer,
            every_minutes: self.every_minutes,
            per_day: self.per_day,
        })
    }
}

/// Nobody is there to give values, so only what the CRM knows can be filled in.
fn check_blanks(body: &str) -> Result<(), Problem> {
    let template = Template::parse(body).map_err(|errors| {
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        Problem::bad_request(errors.join("; "))
    })?;
    let mut known = templates::Values::new();
    for name in KNOWN {
        known.set(name, Some("x"));
    }
    match template.missing(&known) {
        missing if missing.is_empty() => Ok(()),
        missing => Err(Problem::bad_request(format!(
            "nobody fills in {}; give a default, as in `{{{{{} | default: \"soon\"}}}}`",
            missing.join(", "),
            missing[0]
        ))),
    }
}

/// What texts to the company are answered with.
#[utoipa::path(
    get,
    path = "/api/settings/auto-reply",
    tag = "settings",
    responses((status = 200, body = AutoReplyView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
) -> Result<Json<AutoReplyView>, Problem> {
    caller.require(Permission::Read)?;
    let setup = Setup::load(&state.database.db, caller.company, None).await?;
    Ok(Json(setup.rule.into()))
}

/// Sets what texts to the company are answered with, on lines that have nothing of their own.
#[utoipa::path(
    put,
    path = "/api/settings/auto-reply",
    tag = "settings",
    request_body = AutoReplyView,
    responses(
        (status = 200, body = AutoReplyView),
        (status = 400, body = ProblemView),
        (status = 404, body = ProblemView, description = "No such template")
    )
)]
async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Body(body): Body<AutoReplyView>,
) -> Result<Json<AutoReplyView>, Problem> {
    caller.require(Permission::Configure)?;
    let rule = body.rule(&state, &caller).await?;
    save(&state, &caller, None, &rule).await?;
    Ok(Json(rule.into()))
}

/// What is set for a line.
#[derive(Debug, Serialize, ToSchema)]
struct LineAutoReplyView {
    /// Whose reply it is: the line's own, its `text_reply`, or the company's.
    source: RuleSource,
    #[serde(flatten)]
    auto_reply: AutoReplyView,
}

/// What texts to a line are answered with.
#[utoipa::path(
    get,
    path = "/api/lines/{id}/auto-reply",
    tag = "lines",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = LineAutoReplyView), (status = 404, body = ProblemView))
)]
async fn show_line(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
) -> Result<Json<LineAutoReplyView>, Problem> {
    caller.require(Permission::Read)?;
    let line = find(&state, caller.company, id).await?;
    line_view(&state, &caller, &line).await
}

/// Sets what texts to a line are answered with, instead of the company's reply and of the line's
/// `text_reply`.
#[utoipa::path(
    put,
    path = "/api/lines/{id}/auto-reply",
    tag = "lines",
    params(("id" = Uuid, Path)),
    request_body = AutoReplyView,
    responses(
        (status = 200, body = LineAutoReplyView),
        (status = 400, body = ProblemView),
        (status = 404, body = ProblemView)
    )
)]
async fn change_line(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
    Body(body): Body<AutoReplyView>,
) -> Result<Json<LineAutoReplyView>, Problem> {
    caller.require(Permission::Configure)?;
    let line = find(&state, caller.company, id).await?;
    let rule = body.rule(&state, &caller).await?;
    save(&state, &caller, Some(id), &rule).await?;
    line_view(&state, &caller, &line).await
}

/// Takes away what a line has of its own, so that the company's reply counts.
#[utoipa::path(
    delete,
    path = "/api/lines/{id}/auto-reply",
    tag = "lines",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = ProblemView))
)]
async fn remove_line(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<LineId>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::Configure)?;
    match replies::remove(&state.database.db, &caller, id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found()),
    }
}

/// What to try.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AutoReplyPreviewBody)]
struct PreviewBody {
    /// Who writes, such as +12025550143; somebody new unless set.
    from: Option<String>,
    /// Which line gets the text; unless set, one that has nothing of its own.
    #[schema(value_type = Option<Uuid>)]
    line_id: Option<LineId>,
    /// When, such as `2026-12-24T18:00:00Z`; now unless set.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

/// What would happen to a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AutoReplyPreviewView)]
struct PreviewView {
    /// Whether it would be answered.
    would_send: bool,
    /// What would be decided; null if there is no reply, or it is off.
    decision: Option<Decision>,
    /// Why, for people.
    reason: &'static str,
    /// More about it, such as the blanks that can't be filled in.
    detail: Option<String>,
    /// The reply as this sender would get it.
    text: Option<String>,
    /// Whose reply it is.
    source: RuleSource,
    when: Occasion,
    /// When the company closed, for a reply that depends on it; null if it is open.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_since: Option<Timestamp>,
}

const NO_REPLY: &str = "No automatic reply is set, or it is off.";

/// What would be sent now, or at another time, and why or why not. Nothing is sent.
#[utoipa::path(
    post,
    path = "/api/settings/auto-reply/preview",
    tag = "settings",
    request_body = PreviewBody,
    responses((status = 200, body = PreviewView), (status = 404, body = ProblemView))
)]
async fn preview(
    caller: Caller,
    State(state): State<AppState>,
    Body(body): Body<PreviewBody>,
) -> Result<Json<PreviewView>, Problem> {
    caller.require(Permission::Read)?;
    let line = match body.line_id {
        Some(id) => Some(find(&state, caller.company, id).await?),
        None => None,
    };
    let from = body
        .from
        .map(|from| Address::from(from.trim()))
        .filter(|from| !from.as_str().is_empty());
    let at = body.at.unwrap_or_else(|| state.clock.now());
    let (db, company) = (&state.database.db, caller.company);
    let setup = Setup::load(db, company, body.line_id).await?;
    let preview = replies::preview(db, &setup, company, line.as_ref(), from.as_ref(), at).await?;
    let closed_since = preview.closed.map(|closed| closed.since);
    Ok(Json(PreviewView {
        would_send: preview.decision == Some(Decision::Sent),
        decision: preview.decision,
        reason: match preview.decision {
            Some(Decision::Sent) => "The text would be answered.",
            Some(decision) => decision.sentence(),
            None => NO_REPLY,
        },
        detail: preview.detail,
        text: preview.text,
        source: setup.source,
        when: setup.rule.occasion,
        closed_since: closed_since.filter(|since| *since != Timestamp::MIN),
    }))
}

/// What was decided on a text.
#[derive(Debug, Serialize, ToSchema)]
struct DecidedView {
    /// Null if no reply was set when the text came.
    decision: Option<Decision>,
    /// Why, for people.
    reason: &'static str,
    /// More about it, such as the blanks that can't be filled in.
    detail: Option<String>,
    /// The id of the reply, as a message.
    #[schema(value_type = Option<Uuid>)]
    reply_id: Option<MessageId>,
    text: Option<String>,
    /// When the closed period began, of which one contact gets one reply in each.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_since: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
}

/// Whether a text was answered by itself, and why or why not.
#[utoipa::path(
    get,
    path = "/api/messages/{id}/auto-reply",
    tag = "messages",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = DecidedView), (status = 404, body = ProblemView))
)]
async fn explain(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<MessageId>,
) -> Result<Json<DecidedView>, Problem> {
    caller.require(Permission::Read)?;
    let message = state.database.directory.message(caller.company, id).await?;
    message.ok_or_else(Problem::not_found)?;
    let decided = replies::find(&state.database.db, caller.company, id).await?;
    Ok(Json(match decided {
        Some(decided) => DecidedView {
            decision: Some(decided.decision),
            reason: decided.decision.sentence(),
            detail: decided.detail,
            reply_id: decided.reply_id,
            text: decided.reply,
            closed_since: decided
                .closed_since
                .filter(|since| *since != Timestamp::UNIX_EPOCH),
            decided_at: Some(decided.at),
        },
        None => DecidedView {
            decision: None,
            reason: "No automatic reply was set when the text came.",
            detail: None,
            reply_id: None,
            text: None,
            closed_since: None,
            decided_at: None,
        },
    }))
}

async fn line_view(
    state: &AppState,
    caller: &Caller,
    line: &Line,
) -> Result<Json<LineAutoReplyView>, Problem> {
    let setup = Setup::load(&state.database.db, caller.company, Some(line.id)).await?;
    Ok(Json(LineAutoReplyView {
        source: setup.source,
        auto_reply: setup.rule.into(),
    }))
}

async fn save(
    state: &AppState,
    caller: &Caller,
    line: Option<LineId>,
    rule: &Rule,
) -> Result<(), Problem> {
    match replies::save(&state.database.db, caller, line, rule).await? {
        true => Ok(()),
        false => Err(Problem::not_found()),
    }
}
