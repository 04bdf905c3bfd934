//! How long a message takes from form body to typed payload, beside plain `serde_urlencoded`.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use serde::Deserialize;
use twilio_hooks::{
    Params,
    webhook::{IncomingMessage, Webhook},
};

const BODY: &[u8] = include_bytes!("../tests/fixtures/payloads/msg-sms-basic.form");

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

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sms");
    group.measurement_time(Duration::from_secs(3));
    group.bench_function("serde_urlencoded", |bencher| {
        bencher.iter(|| serde_urlencoded::from_bytes::<Plain>(black_box(BODY)).expect("a form"));
    });
    group.bench_function("twilio-hooks", |bencher| {
        bencher.iter(|| {
            let params = Params::from_form(black_box(BODY));
            let message = IncomingMessage::from_params(&params).expect("a message");
            (params, message)
        });
    });
    group.bench_function("twilio-hooks, form only", |bencher| {
        bencher.iter(|| Params::from_form(black_box(BODY)));
    });
    let params = Params::from_form(BODY);
    group.bench_function("twilio-hooks, payload only", |bencher| {
        bencher.iter(|| IncomingMessage::from_params(black_box(&params)).expect("a message"));
    });
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
