//! How long a message takes from form body to typed payload, beside plain `serde_urlencoded`.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use twilio_hooks::{
    Params,
    webhook::{IncomingMessage, Webhook},
};

use self::plain_message::PlainMessage;

#[path = "yardsticks/plain_message.rs"]
mod plain_message;

const BODY: &[u8] = include_bytes!("../tests/fixtures/payloads/msg-sms-basic.form");

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sms");
    group.measurement_time(Duration::from_secs(3));
    group.bench_function("serde_urlencoded", |bencher| {
        bencher.iter(|| {
            serde_urlencoded::from_bytes::<PlainMessage>(black_box(BODY)).expect("a form")
        });
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
