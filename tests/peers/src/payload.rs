//! Who makes a typed text message of a raw body.

use std::{collections::BTreeMap, hint::black_box};

use twilio::FromMap;
use twilio_hooks::{
    Params,
    webhook::{IncomingMessage, Webhook},
};

use self::plain_message::PlainMessage;
use crate::{Contestant, Role, Task, inputs::BODY, repeat};

#[path = "../../../twilio-hooks/benches/yardsticks/plain_message.rs"]
mod plain_message;

/// Those written in Rust.
///
/// # Panics
/// If one of them can't read the message.
#[must_use]
pub fn contestants() -> Vec<Contestant> {
    let contestant = |role, name: &str, note, work| Contestant {
        task: Task::Payload,
        role,
        name: name.to_owned(),
        note,
        work,
    };
    vec![
        contestant(
            Role::Yardstick,
            "serde_urlencoded",
            "a plain struct of 52 texts; unknown parameters are lost",
            repeat(|| {
                serde_urlencoded::from_bytes::<PlainMessage>(black_box(BODY.as_bytes()))
                    .expect("a form")
            }),
        ),
        contestant(
            Role::Ours,
            "twilio-hooks",
            "",
            repeat(|| {
                let params = Params::from_form(black_box(BODY.as_bytes()));
                let message = IncomingMessage::from_params(&params).expect("a message");
                (params, message)
            }),
        ),
        contestant(
            Role::Peer,
            "twilio 1.1.0 (crate)",
            "four of the parameters; the form is decoded by form_urlencoded",
            repeat(|| {
                let params: BTreeMap<String, String> =
                    form_urlencoded::parse(black_box(BODY.as_bytes()))
                        .into_owned()
                        .collect();
                twilio::Message::from_map(params).expect("a message")
            }),
        ),
    ]
}
