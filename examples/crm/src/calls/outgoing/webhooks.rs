//! The steps of a call that one of us has started: our phone answers, asks to be connected, the other
//! side answers or not.

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::post,
};
use http::StatusCode;
use twilio_hooks::{
    AccountSid, Address, AddressKind, CallId, CallSid, CallStatus,
    store::StoreError,
    twiml::{CallEvent, Dial, DialRecord, Gather, Hangup, Number, Say, VoiceResponse},
    webhook::{
        CallStatusUpdate, DialAction, DialCallStatus, DialScreen, GatherAction, OutboundCallAnswer,
    },
};
use twilio_hooks_axum::{Protect, Signed, Twiml};

use super::{
    super::{
        document::apology,
        happened::{Happened, HappenedKind},
        legs::{LegReport, Legs},
        webhooks::{NotAnswered, Spoken},
    },
    Outgoing,
    kept::{OutgoingCall, Stage},
};
use crate::{app::AppState, args};

/// For how many seconds the other side's phone rings.
const RING: u32 = 30;

/// What the other side is called in the list of what happened.
const CONTACT: &str = "contact";

/// The routes, below the prefix of all webhooks.
pub(in super::super) fn router(protect: &Protect) -> Router<AppState> {
    let path = |name: &str| format!("/api/webhooks/twilio/voice/out/{{call}}/{name}");
    Router::new()
        .route(&path("ours"), protect.call(post(ours)))
        .route(&path("go"), protect.call(post(go)))
        .route(&path("theirs"), protect.call(post(theirs)))
        .route(&path("announce"), protect.call(post(announce)))
        .route(&path("status"), protect.webhook(post(status)))
        .route(&path("leg"), protect.webhook(post(leg)))
}

/// Our phone has answered.
async fn ours(
    State(state): State<AppState>,
    Path(id): Path<String>,
    asked: Signed<OutboundCallAnswer>,
) -> Spoken {
    let (outgoing, asked) = (&state.outgoing, asked.webhook);
    let call = outgoing
        .find(&id, &asked.account_sid, &asked.call_sid)
        .await?;
    let Some(call) = call else {
        return Ok(Twiml(apology()));
    };
    Ok(Twiml(match call.stage {
        Stage::Ours if call.decided.confirm => outgoing.confirm(&call).await?,
        Stage::Ours => outgoing.connect(&call).await?,
        Stage::Theirs => outgoing.dial(&call),
        Stage::Over => goodbye("Goodbye."),
    }))
}

/// A key was pressed on our phone.
async fn go(
    State(state): State<AppState>,
    Path(id): Path<String>,
    gather: Signed<GatherAction>,
) -> Spoken {
    let (outgoing, gather) = (&state.outgoing, gather.webhook);
    let call = outgoing
        .find(&id, &gather.account_sid, &gather.call_sid)
        .await?;
    let Some(call) = call else {
        return Ok(Twiml(apology()));
    };
    Ok(Twiml(match (call.stage, gather.digits.as_deref()) {
        (Stage::Ours, Some("1")) => outgoing.connect(&call).await?,
        (Stage::Theirs, _) => outgoing.dial(&call),
        _ => goodbye("Goodbye."),
    }))
}

/// The other side has answered and talked, or not.
async fn theirs(
    State(state): State<AppState>,
    Path(id): Path<String>,
    dial: Signed<DialAction>,
) -> Spoken {
    let (outgoing, dial) = (&state.outgoing, dial.webhook);
    let call = outgoing
        .find(&id, &dial.account_sid, &dial.call_sid)
        .await?;
    let Some(call) = call else {
        return Ok(Twiml(apology()));
    };
    let (kind, words) = match &dial.dial_call_status {
        _ if dial.is_bridged() => (HappenedKind::Answered, "Goodbye."),
        DialCallStatus::Busy => (HappenedKind::Busy, "The line is busy. Goodbye."),
        DialCallStatus::Failed => (
            HappenedKind::Failed,
            "This number can't be reached. Goodbye.",
        ),
        _ => (HappenedKind::NoAnswer, "Nobody has answered. Goodbye."),
    };
    if call.stage == Stage::Theirs {
        let happened = [Happened::about(kind, CONTACT)];
        let now = outgoing.clock.now();
        outgoing
            .kept
            .advance(&call, Stage::Over, &happened, now)
            .await?;
    }
    Ok(Twiml(goodbye(words)))
}

/// What the other side hears before it is connected.
async fn announce(
    State(state): State<AppState>,
    Path(id): Path<String>,
    asked: Signed<DialScreen>,
) -> Spoken {
    let (outgoing, asked) = (&state.outgoing, asked.webhook);
    let parent = asked.parent_call_sid.as_ref();
    let call = outgoing.find_leg(&id, &asked.account_sid, parent).await?;
    let speech = call.and_then(|call| call.decided.announcement);
    Ok(Twiml(speech.map_or_else(VoiceResponse::new, |speech| {
        VoiceResponse::new().with(speech.say())
    })))
}

/// How our phone gets on. To the people it is a call with the other side.
async fn status(
    State(state): State<AppState>,
    Path(id): Path<String>,
    signed: Signed<CallStatusUpdate>,
) -> Response {
    let (outgoing, update) = (&state.outgoing, &signed.webhook);
    let call = outgoing.find(&id, &update.account_sid, &update.call_sid);
    match call.await {
        Ok(Some(call)) => match outgoing.note_ours(&call, update).await {
            Ok(()) => {
                signed
                    .receive(&state.hooks, |change| call.adjust(change))
                    .await
            }
            Err(error) => NotAnswered::from(error).into_response(),
        },
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => NotAnswered::from(error).into_response(),
    }
}

/// How the other side's phone gets on.
async fn leg(
    State(state): State<AppState>,
    Path(id): Path<String>,
    signed: Signed<CallStatusUpdate>,
) -> Response {
    let (outgoing, update) = (&state.outgoing, &signed.webhook);
    let parent = update.parent_call_sid.as_ref();
    let noted = match outgoing.find_leg(&id, &update.account_sid, parent).await {
        Ok(Some(call)) => outgoing.note(&call, update, CONTACT, &call.to, 1).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    match noted {
        Ok(()) => signed.receive(&state.hooks, |change| change).await,
        Err(error) => NotAnswered::from(error).into_response(),
    }
}

impl Outgoing {
    /// The call that a webhook about our own leg is for.
    ///
    /// It may be the first that is heard of Twilio's name for it.
    async fn find(
        &self,
        id: &str,
        account: &AccountSid,
        sid: &CallSid,
    ) -> Result<Option<OutgoingCall>, StoreError> {
        let Ok(id) = id.parse::<CallId>() else {
            return Ok(None);
        };
        let Some(mut call) = self.kept.of_account(account, id).await? else {
            return Ok(None);
        };
        if call.call_sid.is_none() && self.kept.started(&call, sid).await? {
            call.call_sid = Some(sid.clone());
        }
        Ok(Some(call).filter(|call| call.call_sid.as_ref() == Some(sid)))
    }

    /// The call that a webhook about the other leg is for.
    async fn find_leg(
        &self,
        id: &str,
        account: &AccountSid,
        parent: Option<&CallSid>,
    ) -> Result<Option<OutgoingCall>, StoreError> {
        let Ok(id) = id.parse::<CallId>() else {
            return Ok(None);
        };
        let call = self.kept.of_account(account, id).await?;
        Ok(call.filter(|call| call.call_sid.is_some() && call.call_sid.as_ref() == parent))
    }

    async fn confirm(&self, call: &OutgoingCall) -> Result<VoiceResponse, StoreError> {
        let (company, name) = (&call.decided.company, self.name(call).await?);
        let ask = || {
            Gather::new()
                .num_digits(1)
                .finish_on_key("")
                .timeout(6)
                .action(self.url(call.call_id, "go"))
                .with(Say::new(format!(
                    "This is {company}. To be connected to {name}, press 1."
                )))
        };
        Ok(VoiceResponse::new()
            .with(ask())
            .with(ask())
            .with(Say::new("Goodbye."))
            .with(Hangup::new()))
    }

    /// Goes on to the other side.
    async fn connect(&self, call: &OutgoingCall) -> Result<VoiceResponse, StoreError> {
        let happened = [
            Happened::about(HappenedKind::Answered, &call.decided.phone_name),
            Happened::about(HappenedKind::Forwarded, CONTACT),
        ];
        let now = self.clock.now();
        self.kept
            .advance(call, Stage::Theirs, &happened, now)
            .await?;
        Ok(self.dial(call))
    }

    fn dial(&self, call: &OutgoingCall) -> VoiceResponse {
        let url = |name: &str| self.url(call.call_id, name);
        let mut number = Number::new(call.to.clone())
            .status_callback(url("leg"))
            .status_callback_event([
                CallEvent::Ringing,
                CallEvent::Answered,
                CallEvent::Completed,
            ]);
        if call.decided.announcement.is_some() {
            number = number.url(url("announce"));
        }
        let mut dial = Dial::default()
            .action(url("theirs"))
            .timeout(RING)
            .answer_on_bridge(true)
            .caller_id(call.decided.line.clone());
        if call.decided.record {
            let public_url = &self.public_url;
            dial = dial
                .record(DialRecord::RecordFromAnswerDual)
                .recording_status_callback(format!(
                    "{public_url}/api/webhooks/twilio/voice/recording"
                ));
        }
        VoiceResponse::new()
            .with(Say::new("Connecting."))
            .with(dial.with(number))
    }

    /// Keeps how our phone gets on, and that the call is over.
    async fn note_ours(
        &self,
        call: &OutgoingCall,
        update: &CallStatusUpdate,
    ) -> Result<(), StoreError> {
        let name = &call.decided.phone_name;
        self.note(call, update, name, &call.phone, 0).await?;
        if !update.call_status.is_terminal() || call.stage == Stage::Over {
            return Ok(());
        }
        let kind = match (&update.call_status, call.stage) {
            (CallStatus::Busy, _) => HappenedKind::Busy,
            (CallStatus::NoAnswer, _) => HappenedKind::NoAnswer,
            (CallStatus::Failed, _) => HappenedKind::Failed,
            // It was answered, and no key was pressed.
            (CallStatus::Completed, Stage::Ours) => HappenedKind::NotAccepted,
            // What became of the other side is told by the action of the dial.
            (CallStatus::Completed, _) => return Ok(()),
            _ => HappenedKind::HungUp,
        };
        let happened = [Happened::about(kind, name)];
        let now = self.clock.now();
        self.kept.advance(call, Stage::Over, &happened, now).await?;
        Ok(())
    }

    async fn note(
        &self,
        call: &OutgoingCall,
        update: &CallStatusUpdate,
        name: &str,
        number: &str,
        target: usize,
    ) -> Result<(), StoreError> {
        let report = LegReport {
            call_sid: &update.call_sid,
            target,
            name,
            number,
            user_id: (target == 0).then_some(call.user_id),
            status: update.call_status.clone(),
            seconds: update.call_duration,
        };
        let legs = Legs::new(self.database.db.clone());
        let now = self.clock.now();
        legs.report(call.company_id, call.call_id, &report, now)
            .await
    }

    /// How to speak of who is called.
    async fn name(&self, call: &OutgoingCall) -> Result<String, StoreError> {
        let address = Address::from(call.to.as_str());
        let sql = "select name from contacts where company_id = $1 and address = $2";
        let key = address.contact_key().unwrap_or_default();
        let row = self.database.db.row(sql, args![call.company_id, key]);
        let name: Option<String> = match row.await? {
            Some(row) => row.get("name")?,
            None => None,
        };
        Ok(match name.filter(|name| !name.trim().is_empty()) {
            Some(name) => name.chars().take(60).collect(),
            None if address.kind() == AddressKind::PhoneNumber => {
                super::super::webhooks::spelled(address.as_str())
            }
            None => "the number".to_owned(),
        })
    }
}

fn goodbye(words: &'static str) -> VoiceResponse {
    VoiceResponse::new()
        .with(Say::new(words))
        .with(Hangup::new())
}
