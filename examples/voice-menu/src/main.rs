//! A telephone menu: the caller presses a key or says a word, is connected, and may leave a message
//! if nobody answers. Each step is a route of its own, named as `action` by the step before, and
//! whatever goes wrong in one, the caller hears an answer.
//!
//! Give Twilio `PUBLIC_URL` with `/voice` as "A call comes in" of a number, and run it with the two
//! facts from Twilio's console and the numbers to connect to:
//!
//! ```sh
//! TWILIO_ACCOUNT_SID=AC… TWILIO_AUTH_TOKEN=… PUBLIC_URL=https://hooks.example.com \
//!     SALES=+12025550101 SUPPORT=+12025550102 cargo run -p voice-menu
//! ```

use std::{env::var, error::Error};

use axum::{Router, extract::State, routing::post};
use twilio_hooks::{
    signature::{AuthTokens, PublicUrl, ValidateSignatureLayer},
    twiml::{Dial, Gather, GatherInput, Hangup, Record, Redirect, Say, VoiceResponse},
    webhook::{DialAction, GatherAction, IncomingCall, RecordAction},
};
use twilio_hooks_axum::{Protect, Signed, Twiml};

/// Who is connected by which choice.
#[derive(Clone)]
struct Team {
    sales: String,
    support: String,
}

impl Team {
    fn chosen(&self, gather: &GatherAction) -> Option<&str> {
        let words = gather.speech_result.as_deref().map(str::to_lowercase);
        let said = |word| words.as_deref().is_some_and(|words| words.contains(word));
        match gather.digits.as_deref() {
            Some("1") => Some(&self.sales),
            Some("2") => Some(&self.support),
            _ if said("sales") => Some(&self.sales),
            _ if said("support") => Some(&self.support),
            _ => None,
        }
    }
}

async fn welcome(_call: Signed<IncomingCall>) -> Twiml<VoiceResponse> {
    let menu = Gather::new()
        .input([GatherInput::Dtmf, GatherInput::Speech])
        .num_digits(1)
        .hints(["sales", "support"])
        .action("/voice/menu")
        .with(Say::new(
            "For sales, press 1. For support, press 2. Or say it.",
        ));
    // Twilio gets past the menu only if the caller neither presses nor says anything.
    let farewell = Say::new("We did not hear you. Please call again.");
    Twiml(VoiceResponse::new().with(menu).with(farewell))
}

async fn menu(State(team): State<Team>, gather: Signed<GatherAction>) -> Twiml<VoiceResponse> {
    let reply = VoiceResponse::new();
    Twiml(match team.chosen(&gather.webhook) {
        Some(number) => reply.with(
            Dial::new(number.to_owned())
                .timeout(20)
                .action("/voice/dialled"),
        ),
        None => reply
            .with(Say::new("I did not understand."))
            .with(Redirect::new("/voice")),
    })
}

async fn dialled(dial: Signed<DialAction>) -> Twiml<VoiceResponse> {
    let reply = VoiceResponse::new();
    Twiml(if dial.webhook.is_bridged() {
        reply.with(Hangup::new())
    } else {
        reply
            .with(Say::new("Nobody is there. Please leave a message."))
            .with(Record::new().max_length(120).action("/voice/recorded"))
    })
}

async fn recorded(record: Signed<RecordAction>) -> Twiml<VoiceResponse> {
    // The audio is at `record.webhook.recording_url`, perhaps a few seconds later.
    let reply = VoiceResponse::new();
    Twiml(if record.webhook.is_hangup() {
        reply
    } else {
        reply.with(Say::new("Thank you. We will call you back."))
    })
}

fn app(url: &str, account: &str, token: &str, team: Team) -> Result<Router, Box<dyn Error>> {
    let tokens = AuthTokens::single(account, token);
    let protect = Protect::new(ValidateSignatureLayer::new(PublicUrl::fixed(url)?, tokens));
    Ok(Router::new()
        .route("/voice", protect.call(post(welcome)))
        .route("/voice/menu", protect.call(post(menu)))
        .route("/voice/dialled", protect.call(post(dialled)))
        .route("/voice/recorded", protect.call(post(recorded)))
        .with_state(team))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = app(
        &var("PUBLIC_URL")?,
        &var("TWILIO_ACCOUNT_SID")?,
        &var("TWILIO_AUTH_TOKEN")?,
        Team {
            sales: var("SALES")?,
            support: var("SUPPORT")?,
        },
    )?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app).await?)
}

#[cfg(test)]
mod tests;
