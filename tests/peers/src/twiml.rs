//! Who builds and writes a voice response of five verbs: `<Say>`, `<Gather>` with a `<Say>`,
//! `<Play>`, `<Redirect>`, `<Hangup>`.

use std::hint::black_box;

use twilio_hooks::twiml::{Gather, Hangup, HttpMethod, Play, Redirect, Say, VoiceResponse};
use twiml::Twiml as _;

use crate::{
    Contestant, Role, Task,
    inputs::{VALUES, Values},
    repeat,
};

/// Those written in Rust.
///
/// # Panics
/// If ours writes other bytes than the yardstick, or a peer leaves a verb out.
#[must_use]
pub fn contestants() -> Vec<Contestant> {
    assert_eq!(ours(&VALUES), string_push(&VALUES));
    assert_complete(&twiml_crate(&VALUES));
    let contestant = |role, name: &str, note, write: fn(&Values) -> String| Contestant {
        task: Task::Twiml,
        role,
        name: name.to_owned(),
        note,
        work: repeat(move || write(black_box(&VALUES))),
    };
    vec![
        contestant(
            Role::Yardstick,
            "pushing into a String",
            "the text is known in advance, nothing is escaped",
            string_push,
        ),
        contestant(Role::Ours, "twilio-hooks", "", ours),
        contestant(
            Role::Peer,
            "twiml 0.3.0",
            "the five verbs in an order of its own; without action, numDigits and the voice by name, \
             which it doesn't offer",
            twiml_crate,
        ),
    ]
}

/// That a document has all of the verbs.
///
/// # Panics
/// If it has not.
pub fn assert_complete(document: &str) {
    for part in [
        "<Response>",
        "<Gather",
        VALUES.greeting,
        VALUES.prompt,
        VALUES.music,
        VALUES.next,
        "<Hangup",
    ] {
        assert!(document.contains(part), "{part} is not in {document}");
    }
}

fn ours(values: &Values) -> String {
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
fn string_push(values: &Values) -> String {
    let mut xml = String::new();
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

fn twiml_crate(values: &Values) -> String {
    twiml::Response::new()
        .say(twiml::Say::new(values.greeting).voice(twiml::Voice::alice))
        .gather(
            twiml::Gather::default()
                .method(twiml::Method::Post)
                .timeout(10)
                .say(twiml::Say::new(values.prompt).voice(twiml::Voice::alice)),
        )
        .play(values.music)
        .redirect(values.next)
        .hangup()
        .build()
        .expect("writing into memory succeeds")
}
