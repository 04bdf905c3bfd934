//! The steps of a call, as Twilio asks for them: `voice/dial`, `voice/menu`, `voice/voicemail`, and
//! `voice/screen`, `voice/accept` and `voice/leg` for the phones that ring.
//!
//! Their URLs are made of the id of the call and a number. Who signs for the account of the call, and
//! names the call by its SID, may move it on; for anything else there is an apology.

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::post,
};
use http::StatusCode;
use jiff::Timestamp;
use twilio_hooks::{
    AccountSid, AddressKind, CallId, CallSid, CallStatus,
    store::StoreError,
    twiml::VoiceResponse,
    webhook::{
        CallStatusUpdate, DialAction, DialCallStatus, DialScreen, GatherAction, RecordAction,
    },
};
use twilio_hooks_axum::{Protect, Signed, Twiml};

use super::{
    answer::{Arrived, Calls},
    document::{Urls, accept, screen},
    flow::{DialOutcome, Event, Position, ringing},
    flows::{Flow, Outcome},
    legs::{Leg, LegReport},
    plan::Target,
};
use crate::{app::AppState, args};

/// The routes, below the prefix of all webhooks.
pub(super) fn router(protect: &Protect) -> Router<AppState> {
    let path = |name: &str| format!("/api/webhooks/twilio/voice/{name}/{{call}}/{{number}}");
    Router::new()
        .route(&path("dial"), protect.call(post(dialled)))
        .route(&path("menu"), protect.call(post(chosen)))
        .route(&path("voicemail"), protect.call(post(recorded)))
        .route(&path("screen"), protect.call(post(screened)))
        .route(&path("accept"), protect.call(post(accepted)))
        .route(&path("leg"), protect.webhook(post(leg)))
}

/// Nobody hears this: the fallback is spoken instead.
#[derive(Debug)]
pub(super) struct NotAnswered(StoreError);

impl From<StoreError> for NotAnswered {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

impl IntoResponse for NotAnswered {
    fn into_response(self) -> Response {
        tracing::error!(
            reason = "store",
            error = &self.0 as &dyn std::error::Error,
            "step of a call not answered"
        );
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

pub(super) type Spoken = Result<Twiml<VoiceResponse>, NotAnswered>;

/// `{call}/{number}`, if it is one.
fn read<N: std::str::FromStr>((call, number): &(String, String)) -> Option<(CallId, N)> {
    Some((call.parse().ok()?, number.parse().ok()?))
}

/// The phones of a turn have rung.
async fn dialled(
    State(state): State<AppState>,
    Path(path): Path<(String, String)>,
    dial: Signed<DialAction>,
) -> Spoken {
    let (calls, dial) = (&state.calls, dial.webhook);
    let flow = match calls
        .arrive(read(&path), &dial.account_sid, &dial.call_sid)
        .await?
    {
        Arrived::InTime(flow) => flow,
        Arrived::Late(reply) => return Ok(Twiml(reply)),
    };
    let legs = calls.legs.of_call(flow.company_id, flow.call_id).await?;
    let (event, outcome) = what_came_of(&flow, &dial, &legs, calls.now());
    Ok(Twiml(calls.go_on(*flow, &event, &outcome).await?))
}

fn what_came_of(flow: &Flow, dial: &DialAction, legs: &[Leg], now: Timestamp) -> (Event, Outcome) {
    let rung = ringing(&flow.plan, &flow.state);
    let leg = legs
        .iter()
        .find(|leg| dial.dial_call_sid.as_ref() == Some(&leg.call_sid));
    let who = leg
        .map(|leg| leg.target)
        .or(rung.first().copied().filter(|_| rung.len() == 1));
    let targets = || rung.iter().filter_map(|rung| flow.plan.targets.get(*rung));
    let answered = dial.dial_call_status.is_answered();
    // Where a key is needed, an answer alone may be a private mailbox.
    let needs_key = match who.and_then(|who| flow.plan.targets.get(who)) {
        Some(target) => target.accept_key,
        None => targets().any(|target| target.accept_key),
    };
    let has_key = legs
        .iter()
        .any(|leg| leg.accepted && rung.contains(&leg.target));
    let bridged = dial
        .dial_bridged
        .unwrap_or(answered && (has_key || !needs_key));
    let outcome = match &dial.dial_call_status {
        _ if bridged => DialOutcome::Answered,
        DialCallStatus::Completed | DialCallStatus::Answered => DialOutcome::NotAccepted,
        DialCallStatus::Busy => DialOutcome::Busy,
        DialCallStatus::Failed => DialOutcome::Failed,
        _ => DialOutcome::NoAnswer,
    };
    let seconds = match flow.state.at {
        Position::Ringing { seconds, .. } => seconds,
        _ => 0,
    };
    let waited = match (outcome, leg) {
        (DialOutcome::NoAnswer, _) => seconds,
        (_, Some(leg)) => {
            let waited = now.duration_since(leg.started_at).as_secs();
            u32::try_from(waited).unwrap_or(0).min(seconds)
        }
        (_, None) => 0,
    };
    let gone = dial
        .call_status
        .as_ref()
        .is_some_and(CallStatus::is_terminal)
        || dial.dial_call_status == DialCallStatus::Canceled;
    let handled_by = who
        .filter(|_| bridged)
        .and_then(|who| flow.plan.targets.get(who)?.user_id);
    let event = Event::Dialled {
        outcome,
        who,
        waited,
        gone,
    };
    let outcome = Outcome {
        handled_by,
        message: None,
    };
    (event, outcome)
}

/// A key was pressed in a menu, or none.
async fn chosen(
    State(state): State<AppState>,
    Path(path): Path<(String, String)>,
    gather: Signed<GatherAction>,
) -> Spoken {
    let (calls, gather) = (&state.calls, gather.webhook);
    let flow = match calls
        .arrive(read(&path), &gather.account_sid, &gather.call_sid)
        .await?
    {
        Arrived::InTime(flow) => flow,
        Arrived::Late(reply) => return Ok(Twiml(reply)),
    };
    let over = gather
        .call_status
        .as_ref()
        .is_some_and(CallStatus::is_terminal);
    let event = if over {
        Event::Gone
    } else {
        Event::Key(key(&gather))
    };
    Ok(Twiml(
        calls.go_on(*flow, &event, &Outcome::default()).await?,
    ))
}

fn key(gather: &GatherAction) -> Option<char> {
    let keys = "0123456789*#";
    let digits = gather.digits.as_deref().unwrap_or_default();
    digits.chars().next().filter(|key| keys.contains(*key))
}

/// A message was recorded; or nothing was, and Twilio got past the recording.
async fn recorded(
    State(state): State<AppState>,
    Path(path): Path<(String, String)>,
    record: Signed<RecordAction>,
) -> Spoken {
    let (calls, record) = (&state.calls, record.webhook);
    let flow = match calls
        .arrive(read(&path), &record.account_sid, &record.call_sid)
        .await?
    {
        Arrived::InTime(flow) => flow,
        Arrived::Late(reply) => return Ok(Twiml(reply)),
    };
    let seconds = record
        .recording_duration
        .and_then(|seconds| u32::try_from(seconds).ok());
    let gone = record.is_hangup()
        || record
            .call_status
            .as_ref()
            .is_some_and(CallStatus::is_terminal);
    let event = Event::Recorded { seconds, gone };
    let outcome = Outcome {
        handled_by: None,
        message: seconds
            .filter(|seconds| *seconds >= super::flow::LEAST_MESSAGE)
            .map(|seconds| (record.recording_sid.clone(), seconds)),
    };
    Ok(Twiml(calls.go_on(*flow, &event, &outcome).await?))
}

/// Somebody, or something, has answered a phone where a key is needed.
async fn screened(
    State(state): State<AppState>,
    Path(path): Path<(String, String)>,
    asked: Signed<DialScreen>,
) -> Spoken {
    let (calls, asked) = (&state.calls, asked.webhook);
    let parent = asked.parent_call_sid.as_ref();
    let ring = calls.rings(read(&path), &asked.account_sid, parent).await?;
    let Some((flow, target, _)) = ring else {
        return Ok(Twiml(accept(false)));
    };
    let caller = calls.caller_name(&flow).await?;
    let urls = Urls {
        public_url: &calls.public_url,
        call: flow.call_id,
        step: flow.step,
    };
    Ok(Twiml(screen(&caller, target, &urls)))
}

/// Whoever answered has pressed a key.
async fn accepted(
    State(state): State<AppState>,
    Path(path): Path<(String, String)>,
    gather: Signed<GatherAction>,
) -> Spoken {
    let (calls, gather) = (&state.calls, gather.webhook);
    let parent = gather.parent_call_sid.as_ref();
    let ring = calls
        .rings(read(&path), &gather.account_sid, parent)
        .await?;
    let Some((flow, index, target)) = ring else {
        return Ok(Twiml(accept(false)));
    };
    if key(&gather) != Some('1') {
        return Ok(Twiml(accept(false)));
    }
    let report = leg_report(
        &gather.call_sid,
        index,
        &target,
        CallStatus::InProgress,
        None,
    );
    let (company, call) = (flow.company_id, flow.call_id);
    calls
        .legs
        .report(company, call, &report, calls.now())
        .await?;
    calls.legs.accepted(company, call, &gather.call_sid).await?;
    if let Some(user) = target.user_id {
        calls.flows.handled_by(&flow, user).await?;
    }
    Ok(Twiml(accept(true)))
}

/// How a phone that rings gets on. The store keeps it as for any other leg.
async fn leg(
    State(state): State<AppState>,
    Path(path): Path<(String, String)>,
    signed: Signed<CallStatusUpdate>,
) -> Response {
    match note_leg(&state.calls, &path, &signed.webhook).await {
        Ok(()) => signed.receive(&state.hooks, |change| change).await,
        Err(error) => NotAnswered(error).into_response(),
    }
}

async fn note_leg(
    calls: &Calls,
    path: &(String, String),
    update: &CallStatusUpdate,
) -> Result<(), StoreError> {
    let Some((call, index)) = read::<usize>(path) else {
        return Ok(());
    };
    let Some(flow) = calls.flows.incoming(&update.account_sid, call).await? else {
        return Ok(());
    };
    let (Some(target), true) = (
        flow.plan.targets.get(index),
        flow.call_sid.is_some() && flow.call_sid == update.parent_call_sid,
    ) else {
        return Ok(());
    };
    let status = update.call_status.clone();
    let report = leg_report(
        &update.call_sid,
        index,
        target,
        status,
        update.call_duration,
    );
    let (company, now) = (flow.company_id, calls.now());
    calls.legs.report(company, call, &report, now).await?;
    if update.call_status == CallStatus::InProgress
        && !target.accept_key
        && let Some(user) = target.user_id
    {
        calls.flows.handled_by(&flow, user).await?;
    }
    Ok(())
}

fn leg_report<'r>(
    call_sid: &'r CallSid,
    index: usize,
    target: &'r Target,
    status: CallStatus,
    seconds: Option<u32>,
) -> LegReport<'r> {
    LegReport {
        call_sid,
        target: index,
        name: &target.name,
        number: &target.number,
        user_id: target.user_id,
        status,
        seconds,
    }
}

impl Calls {
    /// The call and the phone of a leg, if that phone rings just now.
    async fn rings(
        &self,
        path: Option<(CallId, usize)>,
        account: &AccountSid,
        parent: Option<&CallSid>,
    ) -> Result<Option<(Flow, usize, Target)>, StoreError> {
        let Some((call, index)) = path else {
            return Ok(None);
        };
        let Some(flow) = self.flows.incoming(account, call).await? else {
            return Ok(None);
        };
        let rings = flow.call_sid.is_some()
            && flow.call_sid.as_ref() == parent
            && ringing(&flow.plan, &flow.state).contains(&index);
        let target = flow.plan.targets.get(index).filter(|_| rings).cloned();
        Ok(target.map(|target| (flow, index, target)))
    }

    /// How to speak of who calls.
    async fn caller_name(&self, flow: &Flow) -> Result<String, StoreError> {
        let sql = "select k.name, c.from_number from calls c
                   left join contacts k on k.company_id = c.company_id and k.id = c.contact_id
                   where c.company_id = $1 and c.id = $2";
        let row = self
            .database
            .db
            .row(sql, args![flow.company_id, flow.call_id]);
        let Some(row) = row.await? else {
            return Ok("a caller".to_owned());
        };
        let (name, number): (Option<String>, String) = (row.get("name")?, row.get("from_number")?);
        let number = twilio_hooks::Address::from(number);
        Ok(match name.filter(|name| !name.trim().is_empty()) {
            Some(name) => name.chars().take(60).collect(),
            None if number.kind() == AddressKind::PhoneNumber => spelled(number.as_str()),
            None => "a hidden number".to_owned(),
        })
    }
}

/// A number as one reads it out: figure by figure.
pub(super) fn spelled(number: &str) -> String {
    let figures = number.chars().filter(char::is_ascii_digit);
    let mut spelled = String::new();
    for figure in figures {
        spelled.push(figure);
        spelled.push(' ');
    }
    spelled.trim_end().to_owned()
}
