//! How long it takes to build and render a voice response of five verbs, beside pushing the same
//! bytes into a `String`; and to parse and check it.
//!
//! The strings know their text in advance and escape nothing, so they are the least that any
//! builder can cost. `string_push` starts from an empty `String`, as most such code does;
//! `string_push_reserved` never has to grow.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use twilio_hooks::twiml::VoiceResponse;
use twilio_hooks::twiml::lint::{Product, lint};

use self::five_verbs::{VALUES, string_push, twiml};

#[path = "yardsticks/five_verbs.rs"]
mod five_verbs;

fn building(c: &mut Criterion) {
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

criterion_group!(benches, building, reading);
criterion_main!(benches);
