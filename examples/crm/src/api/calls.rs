//! `/api/calls`: calls in both directions, what came of them, and their recordings.

use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use http::request::Parts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::{
    CallId, CallSid, CallStatus, UserId,
    store::{Call, Direction, PageRequest, Recording},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Id, limit, query},
    problem::ProblemView,
    view::{CallDetailView, CallView, PageView},
};
use crate::{
    app::AppState,
    calls::{self, CallEvent, CallFilter, CallOutcome, CallWithOutcome, Leg},
    people::Permission,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
}

/// Which calls.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct CallParams {
    /// How many entries at most; 50 unless set, and never more than 200.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// Only entries older than this one: the `next` of the page before.
    #[param(value_type = Option<Uuid>)]
    before: Option<String>,
    /// `true`: only calls that nobody of you answered; `false`: only the others.
    #[param(value_type = Option<bool>)]
    missed: Option<String>,
    /// `true`: only calls with a message; `false`: only the others.
    #[param(value_type = Option<bool>)]
    voicemail: Option<String>,
    /// `inbound` or `outbound`.
    direction: Option<String>,
}

struct Wanted(CallFilter, PageRequest);

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params: CallParams = query(parts, state).await?;
        let flag = |name: &str, text: Option<&str>| match text {
            None | Some("") => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Problem::bad_request(format!(
                "`{name}` is not true or false"
            ))),
        };
        let mut page = PageRequest::newest(limit(params.limit.as_deref())?);
        page.before = match params.before.as_deref() {
            None | Some("") => None,
            Some(before) => Some(before.parse().map_err(|_| {
                Problem::bad_request("`before` is not the `next` of a page before")
            })?),
        };
        let filter = CallFilter {
            missed: flag("missed", params.missed.as_deref())?,
            voicemail: flag("voicemail", params.voicemail.as_deref())?,
            direction: match params.direction.as_deref() {
                None | Some("") => None,
                Some("inbound") => Some(Direction::Inbound),
                Some("outbound") => Some(Direction::Outbound),
                Some(_) => {
                    let detail = "`direction` is not inbound or outbound";
                    return Err(Problem::bad_request(detail));
                }
            },
            ..CallFilter::default()
        };
        Ok(Self(filter, page))
    }
}

/// A call, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
struct CallOutcomeView {
    #[serde(flatten)]
    call: CallView,
    #[serde(flatten)]
    outcome: OutcomeView,
}

/// What came of a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallOutcome)]
struct OutcomeView {
    /// Whether it came in and nobody of you answered.
    missed: bool,
    /// Whether a message was left.
    voicemail: bool,
    /// Who of you has talked.
    #[schema(value_type = Option<Uuid>)]
    handled_by: Option<UserId>,
}

impl From<CallOutcome> for OutcomeView {
    fn from(outcome: CallOutcome) -> Self {
        Self {
            missed: outcome.missed,
            voicemail: outcome.voicemail,
            handled_by: outcome.handled_by,
        }
    }
}

impl From<CallWithOutcome> for CallOutcomeView {
    fn from(it: CallWithOutcome) -> Self {
        Self {
            call: it.call.into(),
            outcome: it.outcome.into(),
        }
    }
}

/// One call, with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallDetail)]
struct DetailView {
    #[serde(flatten)]
    call: CallDetailView,
    #[serde(flatten)]
    outcome: OutcomeView,
    /// What happened, in order.
    timeline: Vec<EventView>,
    /// The phones that it made ring.
    legs: Vec<LegView>,
    /// The keys that the caller pressed in menus.
    keys: Vec<KeyView>,
}

/// Something that happened in a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallEvent)]
struct EventView {
    /// `ringing`, `forwarded`, `answered`, `not_accepted`, `no_answer`, `busy`, `failed`, `menu`,
    /// `key`, `no_key`, `voicemail_offered`, `voicemail`, `told`, `rejected`, `hung_up`; others may
    /// come.
    kind: String,
    /// The phone or the menu.
    name: Option<String>,
    /// The key.
    key: Option<String>,
    /// How long, in seconds.
    seconds: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// A phone that a call made ring.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallLeg)]
struct LegView {
    #[schema(value_type = String)]
    call_sid: CallSid,
    /// Such as `Ana's mobile`.
    name: String,
    number: String,
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
    #[schema(value_type = String)]
    status: CallStatus,
    /// Whether the key that takes the call was pressed.
    accepted: bool,
    /// How long it lasted, in seconds.
    duration: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
}

/// A key that was pressed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallKey)]
struct KeyView {
    menu: Option<String>,
    key: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl DetailView {
    fn new(
        call: Call,
        recordings: Vec<Recording>,
        outcome: CallOutcome,
        events: Vec<CallEvent>,
        legs: Vec<Leg>,
    ) -> Self {
        let rings = EventView {
            kind: "ringing".to_owned(),
            name: None,
            key: None,
            seconds: None,
            at: call.created_at,
        };
        let keys = events.iter().filter_map(|event| {
            Some(KeyView {
                menu: event.name.clone(),
                key: event.key.clone()?,
                at: event.at,
            })
        });
        Self {
            keys: keys.collect(),
            timeline: std::iter::once(rings)
                .chain(events.into_iter().map(|event| EventView {
                    kind: event.kind,
                    name: event.name,
                    key: event.key,
                    seconds: event.seconds,
                    at: event.at,
                }))
                .collect(),
            legs: legs
                .into_iter()
                .map(|leg| LegView {
                    call_sid: leg.call_sid,
                    name: leg.name,
                    number: leg.number,
                    user_id: leg.user_id,
                    status: leg.status,
                    accepted: leg.accepted,
                    duration: leg.seconds,
                    started_at: leg.started_at,
                })
                .collect(),
            call: CallDetailView::new(call, recordings),
            outcome: outcome.into(),
        }
    }
}

/// Calls in both directions, newest first.
#[utoipa::path(
    get,
    path = "/api/calls",
    tag = "calls",
    params(CallParams),
    responses((status = 200, body = PageView<CallOutcomeView>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Wanted(filter, page): Wanted,
) -> Result<Json<PageView<CallOutcomeView>>, Problem> {
    caller.require(Permission::Read)?;
    let calls = calls::calls(&state.database.db, caller.company, filter, page).await?;
    Ok(Json(PageView::new(calls, CallOutcomeView::from)))
}

/// One call, with its recordings, what happened in it, the phones it made ring and the keys pressed.
#[utoipa::path(
    get,
    path = "/api/calls/{id}",
    tag = "calls",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = DetailView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<CallId>,
) -> Result<Json<DetailView>, Problem> {
    caller.require(Permission::Read)?;
    let directory = &state.database.directory;
    let call = directory
        .call(caller.company, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let recordings = directory.recordings(caller.company, id).await?;
    let db = &state.database.db;
    let outcome = calls::outcome(db, caller.company, id).await?;
    let events = calls::events(db, caller.company, id).await?;
    let legs = calls::legs(db, caller.company, id).await?;
    Ok(Json(DetailView::new(
        call, recordings, outcome, events, legs,
    )))
}
