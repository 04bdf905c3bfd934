//! What a caller hears in a [`State`]: the TwiML, made from the plan alone.
//!
//! URLs carry the id of the call and the number of the step, nothing else. Whatever happens, the last
//! thing is something spoken.

use twilio_hooks::{
    CallId,
    twiml::{
        CallEvent, Dial, DialRecord, Gather, Hangup, Number, Record, Redirect, Reject, Say,
        VoiceResponse,
    },
};

use super::{
    flow::{Ending, Position, State, Words, ringing},
    plan::{Plan, Target},
};

/// How long a message may be, in seconds.
const LONGEST_MESSAGE: u32 = 120;

/// How many seconds of silence end a message.
const SILENCE: u32 = 5;

/// What callers hear on a line that nobody has set a greeting for.
pub const DEFAULT_GREETING: &str =
    "Thank you for calling. We have noted your call and will get back to you.";

/// What callers hear when something is broken.
pub const CALL_FALLBACK: &str =
    "We are sorry, we can't take your call right now. Please call again later.";

/// What is said if talks are recorded and nobody has set another sentence.
pub(super) const ANNOUNCEMENT: &str = "This call may be recorded.";

const NOBODY: &str = "We are sorry, nobody can take your call right now.";
const LEAVE_A_MESSAGE: &str =
    "Please leave a message after the tone, and press the hash key when you are done.";
const INVALID_KEY: &str = "That is not one of the choices.";
const NO_INPUT: &str = "We did not hear a key.";
const GOODBYE: &str = "Thank you for calling. Goodbye.";
const MESSAGE_TAKEN: &str = "Thank you. We have your message and will get back to you. Goodbye.";
const NO_MESSAGE: &str = "We did not get a message. Please call again. Goodbye.";

/// Where Twilio goes on with a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Urls<'u> {
    /// The address of this server, without a slash at the end.
    pub public_url: &'u str,
    /// The call.
    pub call: CallId,
    /// The step that the next answer is for.
    pub step: i64,
}

impl Urls<'_> {
    /// The URL of a step.
    fn step(&self, name: &str) -> String {
        let Self {
            public_url,
            call,
            step,
        } = self;
        format!("{public_url}/api/webhooks/twilio/voice/{name}/{call}/{step}")
    }

    /// The URL of something about one of the phones that ring.
    fn target(&self, name: &str, target: usize) -> String {
        let Self {
            public_url, call, ..
        } = self;
        format!("{public_url}/api/webhooks/twilio/voice/{name}/{call}/{target}")
    }

    fn recording(&self) -> String {
        let Self { public_url, .. } = self;
        format!("{public_url}/api/webhooks/twilio/voice/recording")
    }
}

/// What the caller hears.
#[must_use]
pub(super) fn document(plan: &Plan, state: &State, urls: &Urls<'_>) -> VoiceResponse {
    if state.at == Position::Over(Ending::Rejected) {
        return VoiceResponse::new().with(Reject::new());
    }
    let mut reply = VoiceResponse::new();
    for say in words(plan, state) {
        reply = reply.with(say);
    }
    match &state.at {
        Position::Ringing { seconds, .. } => reply.with(dial(plan, state, *seconds, urls)),
        Position::Menu { menu, .. } => match plan.menus.get(menu) {
            Some(menu) => reply.with(
                Gather::new()
                    .num_digits(1)
                    .finish_on_key("")
                    .timeout(menu.timeout)
                    .action(urls.step("menu"))
                    .action_on_empty_result(true)
                    .with(menu.prompt.say()),
            ),
            None => reply.with(Say::new(CALL_FALLBACK)).with(Hangup::new()),
        },
        Position::Voicemail => {
            let say = match &plan.voicemail {
                Some(speech) => speech.say(),
                None => Say::new(LEAVE_A_MESSAGE),
            };
            let url = urls.step("voicemail");
            let record = Record::new()
                .max_length(LONGEST_MESSAGE)
                .timeout(SILENCE)
                .play_beep(true)
                .finish_on_key("#")
                .action(url.clone())
                .recording_status_callback(urls.recording());
            // Twilio gets past the recording if nothing is said.
            reply.with(say).with(record).with(Redirect::new(url))
        }
        Position::Over(ending) => {
            let last = match ending {
                Ending::Talked | Ending::Gone | Ending::Rejected => Some(GOODBYE),
                Ending::LeftMessage => Some(MESSAGE_TAKEN),
                Ending::NoMessage => Some(NO_MESSAGE),
                // That is among the words; if it is asked for again, good-bye will do.
                Ending::Told if state.say.is_empty() => Some(GOODBYE),
                Ending::Told => None,
            };
            let reply = match last {
                Some(words) => reply.with(Say::new(words)),
                None => reply,
            };
            reply.with(Hangup::new())
        }
    }
}

fn words(plan: &Plan, state: &State) -> Vec<Say> {
    let mut says = Vec::new();
    for words in &state.say {
        match words {
            Words::Greeting => says.extend(plan.greeting.iter().map(super::Speech::say)),
            // A voicemail greeting of one's own says that already.
            Words::Nobody if plan.voicemail.is_some() => {}
            Words::Nobody => says.push(Say::new(NOBODY)),
            Words::Invalid(menu) => {
                let own = plan.menus.get(menu).and_then(|menu| menu.invalid.as_ref());
                says.push(own.map_or_else(|| Say::new(INVALID_KEY), super::Speech::say));
            }
            Words::NoInput(menu) => {
                let own = plan.menus.get(menu).and_then(|menu| menu.no_input.as_ref());
                says.push(own.map_or_else(|| Say::new(NO_INPUT), super::Speech::say));
            }
            Words::Told(speech) => says.push(speech.say()),
        }
    }
    says
}

fn dial(plan: &Plan, state: &State, seconds: u32, urls: &Urls<'_>) -> Dial {
    let mut dial = Dial::default()
        .action(urls.step("dial"))
        .timeout(seconds)
        .answer_on_bridge(true);
    if let Some(number) = &plan.caller_id {
        dial = dial.caller_id(number.clone());
    }
    if plan.record {
        dial = dial
            .record(DialRecord::RecordFromAnswerDual)
            .recording_status_callback(urls.recording());
    }
    for index in ringing(plan, state) {
        if let Some(target) = plan.targets.get(*index) {
            dial = dial.with(number(target, *index, urls));
        }
    }
    dial
}

fn number(target: &Target, index: usize, urls: &Urls<'_>) -> Number {
    let number = Number::new(target.number.clone())
        .status_callback(urls.target("leg", index))
        .status_callback_event([
            CallEvent::Ringing,
            CallEvent::Answered,
            CallEvent::Completed,
        ]);
    if target.accept_key {
        number.url(urls.target("screen", index))
    } else {
        number
    }
}

/// What the one who answers hears before taking a call; `caller` is how to speak of who calls.
#[must_use]
pub(super) fn screen(caller: &str, target: usize, urls: &Urls<'_>) -> VoiceResponse {
    let ask = || {
        Gather::new()
            .num_digits(1)
            .finish_on_key("")
            .timeout(6)
            .action(urls.target("accept", target))
            .with(Say::new(format!(
                "You have a call from {caller}. Press 1 to take it."
            )))
    };
    VoiceResponse::new()
        .with(ask())
        .with(ask())
        .with(Say::new("Goodbye."))
        .with(Hangup::new())
}

/// What the one who answers hears after pressing a key: nothing, and then the caller, if it is 1.
#[must_use]
pub(super) fn accept(accepted: bool) -> VoiceResponse {
    if accepted {
        VoiceResponse::new()
    } else {
        VoiceResponse::new()
            .with(Say::new("Goodbye."))
            .with(Hangup::new())
    }
}

/// An apology, and the end.
#[must_use]
pub(super) fn apology() -> VoiceResponse {
    VoiceResponse::new()
        .with(Say::new(CALL_FALLBACK))
        .with(Hangup::new())
}
