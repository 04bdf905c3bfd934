//! Who builds and writes a voice response of five verbs: `<Say>`, `<Gather>` with a `<Say>`,
//! `<Play>`, `<Redirect>`, `<Hangup>`.

use std::hint::black_box;

use twiml::Twiml as _;

use self::five_verbs::{VALUES, Values, string_push};
use crate::{Contestant, Role, Task, repeat};

#[path = "../../../twilio-hooks/benches/yardsticks/five_verbs.rs"]
pub(crate) mod five_verbs;

/// Those written in Rust.
///
/// # Panics
/// If ours writes other bytes than the yardstick, or a peer leaves a verb out.
#[must_use]
pub fn contestants() -> Vec<Contestant> {
    assert_eq!(
        five_verbs::twiml(&VALUES),
        string_push(String::new(), &VALUES)
    );
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
            |values| string_push(String::new(), values),
        ),
        contestant(Role::Ours, "twilio-hooks", "", five_verbs::twiml),
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
