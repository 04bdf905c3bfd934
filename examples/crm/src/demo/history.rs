//! What has happened in the days before: recorded as its webhooks would have been, at their times, and
//! known to the fake, so that what was recorded can be heard.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    CallId, LineId, Params,
    store::{Change, InteractionId},
    testing::CallFate,
    webhook::{
        CallStatusUpdate, Hooked, IncomingCall, IncomingMessage, MessageStatusUpdate,
        RecordingStatusUpdate, Webhook,
    },
};

use super::{
    Demo, LINE,
    cast::Person::{self, Ana, Chloe, Jonas, Kenji, Maya, Priya, Sam, Tom},
    picture::picture,
};
use crate::{
    args,
    simulate::{
        CallOutcome, MessageOutcome, Origin, Random, SMS_INCOMING, SMS_STATUS, Scenario, Step,
        VOICE_INCOMING, VOICE_RECORDING,
    },
};

/// Something that was said or done.
enum Event {
    Writes(&'static str),
    SendsPhoto(&'static str),
    WeWrite(&'static str, MessageOutcome),
    Calls(CallOutcome),
    LeavesVoicemail(u32),
}

use Event::{Calls, LeavesVoicemail, SendsPhoto, WeWrite, Writes};
use MessageOutcome::{Delivered, Failed, Undelivered};

/// How many hours ago, who, and what; the oldest first.
const EVENTS: [(f64, Person, Event); 29] = [
    (75.0, Maya, Writes("Hi, are you open on Saturday?")),
    (
        74.9,
        Maya,
        WeWrite("Yes, we're open on Saturday from 10 to 4.", Delivered),
    ),
    (
        74.8,
        Maya,
        Writes("Great, I'll come by with the bike then."),
    ),
    (73.0, Tom, Calls(CallOutcome::Completed { seconds: 184 })),
    (
        72.6,
        Tom,
        WeWrite(
            "Your appointment is on Thursday at 3 pm. Reply C to cancel.",
            Delivered,
        ),
    ),
    (71.5, Sam, Calls(CallOutcome::Completed { seconds: 95 })),
    (
        71.4,
        Sam,
        WeWrite(
            "Thanks for your call! This is our address: 12 Mill Lane.",
            Failed(30006),
        ),
    ),
    (52.0, Ana, Calls(CallOutcome::NoAnswer)),
    (
        51.9,
        Ana,
        WeWrite("We tried to call you back. When is a good time?", Delivered),
    ),
    (51.2, Ana, Writes("After five would be perfect.")),
    (
        50.0,
        Priya,
        SendsPhoto("Here is the photo of the broken hinge you asked for."),
    ),
    (
        49.6,
        Priya,
        WeWrite(
            "Thank you! We'll have a look and call you tomorrow.",
            Delivered,
        ),
    ),
    (
        48.0,
        Chloe,
        WeWrite(
            "Our spring offer: 20 % off all repairs until Friday.",
            Delivered,
        ),
    ),
    (47.9, Chloe, Writes("STOP")),
    (46.5, Kenji, LeavesVoicemail(23)),
    (28.0, Priya, Calls(CallOutcome::Completed { seconds: 241 })),
    (27.5, Jonas, Writes("Is order 20817 on its way yet?")),
    (
        27.1,
        Jonas,
        WeWrite("Order 20817 left our warehouse today.", Undelivered(30003)),
    ),
    (26.0, Maya, Writes("Thanks, the bike runs like new 🎉")),
    (25.2, Kenji, Calls(CallOutcome::Busy)),
    (
        25.0,
        Kenji,
        WeWrite(
            "Sorry, the line was busy. We'll call you in an hour.",
            Delivered,
        ),
    ),
    (24.8, Kenji, Writes("No hurry, tomorrow is fine too.")),
    (5.5, Ana, Calls(CallOutcome::Completed { seconds: 131 })),
    (5.0, Tom, Writes("I'm running ten minutes late, sorry!")),
    (4.9, Tom, WeWrite("No problem, see you soon.", Delivered)),
    (2.2, Jonas, Calls(CallOutcome::NoAnswer)),
    (1.6, Priya, LeavesVoicemail(41)),
    (
        0.7,
        Maya,
        Writes("Could you move my appointment to Thursday at 3 pm?"),
    ),
    (0.3, Kenji, Calls(CallOutcome::NoAnswer)),
];

/// Records it all.
///
/// # Errors
/// If the database fails.
pub(super) async fn tell(demo: &Demo, now: Timestamp) -> anyhow::Result<()> {
    for (index, (hours, person, event)) in EVENTS.iter().enumerate() {
        let ago = SignedDuration::try_from_secs_f64(hours * 3600.0)?;
        let random = Random::stream(1, index as u64);
        let origin = Origin::new(demo.fake.account_sid(), random, now.checked_sub(ago)?);
        record(demo, origin, *person, event).await?;
    }
    Ok(())
}

async fn record(
    demo: &Demo,
    mut origin: Origin,
    person: Person,
    event: &Event,
) -> anyhow::Result<()> {
    let (at, number) = (origin.now(), person.number());
    let mut names = Vec::new();
    let mut lasts = 0;
    let scenario = match *event {
        Writes(body) => {
            let sid = demo.fake.add_incoming_message(&*number, LINE, body);
            names.push(("SM", sid.to_string()));
            Scenario::incoming_sms(&mut origin, &number, LINE, body)
        }
        SendsPhoto(body) => {
            let sid = demo.fake.add_incoming_message(&*number, LINE, body);
            let file = demo.fake.add_media(&sid, "image/png", picture());
            names.extend([("MM", sid.to_string()), ("ME", file.to_string())]);
            Scenario::incoming_mms(&mut origin, &number, LINE, body, 1)
        }
        WeWrite(body, outcome) => Scenario::outgoing_sms(&mut origin, LINE, &number, body, outcome),
        Calls(outcome) => {
            let fate = match outcome {
                CallOutcome::Completed { seconds } => {
                    lasts = seconds;
                    CallFate::Completed(Duration::from_secs(seconds.into()))
                }
                CallOutcome::Busy => CallFate::Busy,
                CallOutcome::NoAnswer | CallOutcome::Canceled => CallFate::NoAnswer,
                CallOutcome::Failed => CallFate::Failed,
            };
            let sid = demo.fake.add_incoming_call(&*number, LINE, fate);
            names.push(("CA", sid.to_string()));
            Scenario::incoming_call(&mut origin, &number, LINE, outcome)
        }
        LeavesVoicemail(seconds) => {
            lasts = seconds;
            let time = Duration::from_secs(seconds.into());
            let fate = CallFate::Completed(time);
            let call = demo.fake.add_incoming_call(&*number, LINE, fate);
            let recording = demo.fake.add_recording(&call, time);
            names.extend([("CA", call.to_string()), ("RE", recording.to_string())]);
            Scenario::recorded_call(&mut origin, &number, LINE, seconds)
        }
    };
    let mut call = None;
    for (index, step) in scenario.steps.iter().enumerate() {
        let params = as_the_fake_says(&step.params, &names, &demo.fake.base_url());
        // The scenario ends now; it began when the phone rang.
        let after = if step.path == VOICE_INCOMING {
            -SignedDuration::from_secs(lasts.into())
        } else {
            SignedDuration::from_millis(400 * index as i64)
        };
        let mut change = change(step, &params, at.checked_add(after)?)?;
        change.notification = None;
        if let Some(contact) = &mut change.contact {
            contact.name = Some(person.name().to_owned());
        }
        let recorded = demo.state.database.store.record(&change).await?;
        if let (InteractionId::Call(id), Some(line)) = (recorded.id, recorded.line) {
            call = Some((id, line.id));
        }
    }
    match call {
        Some(call) => came_of(demo, call, event, at).await,
        None => Ok(()),
    }
}

/// Notes what came of a call. It has no plan, because it is over.
async fn came_of(
    demo: &Demo,
    (call, line): (CallId, LineId),
    event: &Event,
    at: Timestamp,
) -> anyhow::Result<()> {
    let talked = matches!(event, Calls(CallOutcome::Completed { .. }));
    let voicemail = match event {
        LeavesVoicemail(seconds) => Some(*seconds),
        _ => None,
    };
    let sql = "insert into call_flows (call_id, company_id, line_id, direction, account_sid, plan,
                   state, step, handled_by, missed, voicemail, voicemail_seconds, ended_at,
                   settle_at, settled_at, created_at)
               values ($1, $2, $3, 'INBOUND', $4, '{}', '{}', 1, $5, $6, $7, $8, $9, $9, $9, $9)";
    let args = args![
        call,
        demo.company,
        line,
        demo.fake.account_sid().as_str(),
        talked.then_some(demo.owner),
        !talked,
        voicemail.is_some(),
        voicemail,
        at,
    ];
    demo.state.database.db.execute(sql, args).await?;
    Ok(())
}

/// The SIDs of the scenario become those that the fake has given, wherever they stand.
fn as_the_fake_says(params: &Params, names: &[(&str, String)], twilio: &str) -> Params {
    let is_sid = |word: &str| word.len() == 34 && word.bytes().all(|b| b.is_ascii_alphanumeric());
    let value = |value: &str| {
        let words = value.split('/').map(|word| {
            let name = names.iter().find(|(kind, _)| word.starts_with(kind));
            name.filter(|_| is_sid(word)).map_or(word, |(_, sid)| sid)
        });
        let value = words.collect::<Vec<_>>().join("/");
        value.replace("https://api.twilio.com", twilio)
    };
    let pairs = params.iter();
    Params::from_pairs(pairs.map(|(name, text)| (name.into_owned(), value(&text))))
}

fn change(step: &Step, params: &Params, at: Timestamp) -> anyhow::Result<Change> {
    fn read<W: Hooked + Webhook>(params: &Params, at: Timestamp) -> anyhow::Result<Change> {
        Ok(W::from_params(params)?.change(params, at))
    }
    match step.path {
        SMS_INCOMING => read::<IncomingMessage>(params, at),
        SMS_STATUS => read::<MessageStatusUpdate>(params, at),
        VOICE_INCOMING => read::<IncomingCall>(params, at),
        VOICE_RECORDING => read::<RecordingStatusUpdate>(params, at),
        _ => read::<CallStatusUpdate>(params, at),
    }
}
