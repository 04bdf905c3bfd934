//! A voice response of five verbs, `<Say>`, `<Gather>` with a `<Say>`, `<Play>`, `<Redirect>` and
//! `<Hangup>`, and what building it is measured against; the comparison with other libraries uses
//! both too.

use serde::Serialize;
use twilio_hooks::twiml::{Gather, Hangup, HttpMethod, Play, Redirect, Say, VoiceResponse};

/// The values of the document. Hide them from the compiler, so that neither side is computed at
/// compile time.
#[derive(Debug, Serialize)]
pub(crate) struct Values {
    pub(crate) greeting: &'static str,
    pub(crate) voice: &'static str,
    pub(crate) action: &'static str,
    pub(crate) prompt: &'static str,
    pub(crate) music: &'static str,
    pub(crate) next: &'static str,
}

pub(crate) const VALUES: Values = Values {
    greeting: "Thank you for calling Example Incorporated.",
    voice: "Polly.Joanna-Neural",
    action: "https://example.com/api/webhooks/twilio/voice/menu",
    prompt: "For sales, press 1. For support, press 2. To leave a message, press 3.",
    music: "https://example.com/audio/goodbye.mp3",
    next: "https://example.com/api/webhooks/twilio/voice/incoming",
};

/// The document by the types of this crate.
pub(crate) fn twiml(values: &Values) -> String {
    VoiceResponse::new()
        .with(Say::new(values.greeting).voice(values.voice))
        .with(
            Gather::new()
                .action(values.action)
                .method(HttpMethod::Post)
                .num_digits(1)
                .timeout(10)
                .with(Say::new(values.prompt).voice(values.voice)),
        )
        .with(Play::new(values.music))
        .with(Redirect::new(values.next))
        .with(Hangup::new())
        .to_xml()
}

/// A push for each literal and each value, as one would write it by hand.
pub(crate) fn string_push(mut xml: String, values: &Values) -> String {
    xml.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say voice=\"");
    xml.push_str(values.voice);
    xml.push_str("\">");
    xml.push_str(values.greeting);
    xml.push_str("</Say><Gather action=\"");
    xml.push_str(values.action);
    xml.push_str("\" method=\"POST\" numDigits=\"1\" timeout=\"10\"><Say voice=\"");
    xml.push_str(values.voice);
    xml.push_str("\">");
    xml.push_str(values.prompt);
    xml.push_str("</Say></Gather><Play>");
    xml.push_str(values.music);
    xml.push_str("</Play><Redirect>");
    xml.push_str(values.next);
    xml.push_str("</Redirect><Hangup/></Response>");
    xml
}
