//! Who makes a typed text message of a raw body.

use std::{collections::BTreeMap, hint::black_box};

use serde::Deserialize;
use twilio::FromMap;
use twilio_hooks::{
    Params,
    webhook::{IncomingMessage, Webhook},
};

use crate::{Contestant, Role, Task, inputs::BODY, repeat};

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
                serde_urlencoded::from_bytes::<Plain>(black_box(BODY.as_bytes())).expect("a form")
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

/// What one would write by hand: the parameters of an incoming message as they are.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Plain {
    message_sid: String,
    account_sid: String,
    from: String,
    to: String,
    body: String,
    num_media: String,
    num_segments: String,
    messaging_service_sid: String,
    opt_out_type: String,
    sms_status: String,
    sms_sid: String,
    sms_message_sid: String,
    message_type: String,
    profile_name: String,
    wa_id: String,
    external_user_id: String,
    forwarded: String,
    frequently_forwarded: String,
    button_text: String,
    button_payload: String,
    button_type: String,
    interactive_data: String,
    flow_data: String,
    channel_metadata: String,
    original_replied_message_sid: String,
    original_replied_message_sender: String,
    latitude: String,
    longitude: String,
    address: String,
    label: String,
    referral_body: String,
    referral_headline: String,
    referral_source_id: String,
    referral_source_type: String,
    referral_source_url: String,
    referral_num_media: String,
    referral_media_id: String,
    referral_media_content_type: String,
    referral_media_url: String,
    referral_ctwa_clid: String,
    add_ons: String,
    api_version: String,
    error_code: String,
    error_url: String,
    from_city: String,
    from_state: String,
    from_zip: String,
    from_country: String,
    to_city: String,
    to_state: String,
    to_zip: String,
    to_country: String,
}
