//! How long it takes to build and render a voice response of five verbs, beside pushing the same
//! bytes into a `String`; and to parse and check it.
//!
//! The strings know their text in advance and escape nothing, so they are the least that any
//! builder can cost. `string_push` starts from an empty `String`, as most such code does;
//! `string_push_reserved` never has to grow.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use twilio_hooks::twiml::lint::{Product, lint};
use twilio_hooks::twiml::{Gather, Hangup, HttpMethod, Play, Redirect, Say, VoiceResponse};

/// The values of the document, hidden from the compiler so that neither side is computed at compile
/// time.
struct Values {
    greeting: &'static str,
    voice: &'static str,
    action: &'static str,
    prompt: &'static str,
    music: &'static str,
    next: &'static str,
}

const VALUES: Values = Values {
    greeting: "Thank you for calling Example Incorporated.",
    voice: "Polly.Joanna-Neural",
    action: "https://example.com/api/webhooks/twilio/voice/menu",
    prompt: "For sales, press 1. For support, press 2. To leave a message, press 3.",
    music: "https://example.com/audio/goodbye.mp3",
    next: "https://example.com/api/webhooks/twilio/voice/incoming",
};

fn twiml(values: &Values) -> String {
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
fn string_push(mut xml: String, values: &Values) -> String {
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

fn five_verbs(c: &mut Criterion) {
    let document = twiml(&VALUES);
    assert_eq!(
        document,
        string_push(String::new(), &VALUES),
        "both sides write the same bytes"
    );

    let mut group = c.benchmark_group("five_verbs");
    group.throughput(Throughput::Bytes(document.len() as u64));
    group.bench_function("string_push", |b| {
        b.iter(|| string_push(String::new(), black_box(&VALUES)));
    });
    group.bench_function("string_push_reserved", |b| {
        b.iter(|| string_push(String::with_capacity(1000), black_box(&VALUES)));
    });
    group.bench_function("twiml", |b| b.iter(|| twiml(black_box(&VALUES))));
    group.finish();
}

/// The same document the other way.
fn reading(c: &mut Criterion) {
    let document = twiml(&VALUES);
    let mut group = c.benchmark_group("reading");
    group.throughput(Throughput::Bytes(document.len() as u64));
    group.bench_function("parse", |b| {
        b.iter(|| VoiceResponse::parse(black_box(&document)));
    });
    group.bench_function("lint", |b| {
        b.iter(|| lint(black_box(&document), Product::Voice));
    });
    group.finish();
}

criterion_group!(benches, five_verbs, reading);
criterion_main!(benches);
