//! `/api/contacts/{id}/consent`: whether a contact gets our messages.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use twilio_hooks::{ContactId, LineId, MessageId, UserId, store::Line};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Body, Id},
    problem::ProblemView,
};
use crate::{
    app::AppState,
    consent::{self, Between, Consent, HistoryEntry, Source},
    people::{Permission, audit},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show, change))
}

/// Whether a contact gets messages from each of the company's lines, and what made it so.
#[derive(Debug, Serialize, ToSchema)]
struct ConsentView {
    lines: Vec<LineConsentView>,
    /// What changed it, latest first; 200 entries at most.
    history: Vec<ConsentEventView>,
}

/// Whether a contact gets messages from one line.
#[derive(Debug, Serialize, ToSchema)]
struct LineConsentView {
    #[schema(value_type = Uuid)]
    line_id: LineId,
    number: String,
    opted_out: bool,
    /// What made it so; null if nobody has said anything.
    source: Option<Source>,
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Whether one of your people may change it to a yes. What the contact has said, only the contact
    /// can take back.
    can_opt_in: bool,
    /// Why messages are refused; null if they are not.
    reason: Option<&'static str>,
}

/// Something that changed whether messages are wanted.
#[derive(Debug, Serialize, ToSchema)]
struct ConsentEventView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = Uuid)]
    line_id: LineId,
    opted_out: bool,
    source: Source,
    /// The text that said it, or the message that was refused.
    #[schema(value_type = Option<Uuid>)]
    message_id: Option<MessageId>,
    /// The person who entered it.
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
}

impl LineConsentView {
    fn new(line: Line, consent: Consent) -> Self {
        Self {
            line_id: line.id,
            number: line.address,
            opted_out: consent.opted_out,
            source: consent.source,
            since: consent.since,
            can_opt_in: consent.can_opt_in(),
            reason: consent.refusal(),
        }
    }
}

impl From<HistoryEntry> for ConsentEventView {
    fn from(entry: HistoryEntry) -> Self {
        Self {
            at: entry.statement.at,
            line_id: entry.line,
            opted_out: entry.statement.opted_out,
            source: entry.statement.source,
            message_id: entry.message,
            user_id: entry.user,
        }
    }
}

/// Whether a contact gets messages, from each line.
#[utoipa::path(
    get,
    path = "/api/contacts/{id}/consent",
    tag = "contacts",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ConsentView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(contact): Id<ContactId>,
) -> Result<Json<ConsentView>, Problem> {
    caller.require(Permission::Read)?;
    find(&state, &caller, contact).await?;
    view(&state, &caller, contact).await
}

/// What a person enters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConsentChange {
    /// For which line; without it for all.
    #[schema(value_type = Option<Uuid>)]
    line_id: Option<LineId>,
    /// True for no more messages.
    opted_out: bool,
}

/// Opts a contact out, or takes back that one of your people did. What the contact said stays.
#[utoipa::path(
    put,
    path = "/api/contacts/{id}/consent",
    tag = "contacts",
    params(("id" = Uuid, Path)),
    request_body = ConsentChange,
    responses(
        (status = 200, body = ConsentView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView, description = "The contact texted STOP")
    )
)]
async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Id(contact): Id<ContactId>,
    Body(change): Body<ConsentChange>,
) -> Result<Json<ConsentView>, Problem> {
    caller.require(Permission::EditContacts)?;
    find(&state, &caller, contact).await?;
    let mut lines = state.database.lines.lines(caller.company).await?;
    if let Some(id) = change.line_id {
        lines.retain(|line| line.id == id);
        if lines.is_empty() {
            return Err(Problem::not_found());
        }
    }
    let now = state.clock.now();
    let mut tx = state.database.db.begin().await?;
    let mut refused = 0;
    for line in &lines {
        let between = Between {
            company: caller.company,
            line: line.id,
            contact,
        };
        let (tx, user) = (&mut tx, caller.user());
        if change.opted_out {
            consent::opted_out_in(tx, between, Source::Person, now, None, user).await?;
        } else if consent::opted_in(tx, between, now, user).await?.is_err() {
            refused += 1;
        }
    }
    let details = json!({
        "opted_out": change.opted_out,
        "line_id": change.line_id,
        "refused": refused
    });
    let object = Some(("contact", contact.as_uuid()));
    audit(&mut tx, &caller, "consent.changed", object, details).await?;
    tx.commit().await?;
    if refused > 0 {
        return Err(Problem::conflict(
            "the contact texted STOP: Twilio and the carriers block messages until the contact texts \
             START, so nobody else can undo it",
        ));
    }
    view(&state, &caller, contact).await
}

async fn find(state: &AppState, caller: &Caller, contact: ContactId) -> Result<(), Problem> {
    let directory = &state.database.directory;
    let found = directory.contact(caller.company, contact).await?;
    found.map(drop).ok_or_else(Problem::not_found)
}

async fn view(
    state: &AppState,
    caller: &Caller,
    contact: ContactId,
) -> Result<Json<ConsentView>, Problem> {
    let db = &state.database.db;
    let mut lines = Vec::new();
    for line in state.database.lines.lines(caller.company).await? {
        let between = Between {
            company: caller.company,
            line: line.id,
            contact,
        };
        let consent = consent::state(db, between).await?;
        lines.push(LineConsentView::new(line, consent));
    }
    let history = consent::history(db, caller.company, contact).await?;
    let history = history.into_iter().map(ConsentEventView::from).collect();
    Ok(Json(ConsentView { lines, history }))
}
