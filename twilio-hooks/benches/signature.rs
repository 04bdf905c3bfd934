//! What the check of a typical text message costs, next to the hash it cannot do without.
//!
//! `cargo bench -p twilio-hooks --bench signature`

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use twilio_hooks::{
    Params,
    signature::{AuthTokens, RequestView, SignatureScheme},
};

const ACCOUNT: &str = "AC000000000000000000000000000000a1";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const URL: &str = "https://hooks.example.com/twilio/sms";
const FORM: &[u8] = b"application/x-www-form-urlencoded";
const BODY: &[u8] = b"ToCountry=US&ToState=DC&SmsMessageSid=SM00000000000000000000000000000001&\
    NumMedia=0&ToCity=WASHINGTON&FromZip=20001&SmsSid=SM00000000000000000000000000000001&\
    FromState=DC&SmsStatus=received&FromCity=WASHINGTON&Body=Hello+from+the+tests&FromCountry=US&\
    To=%2B12025550187&ToZip=20005&NumSegments=1&MessageSid=SM00000000000000000000000000000001&\
    AccountSid=AC000000000000000000000000000000a1&From=%2B12025550143&ApiVersion=2010-04-01";
const SIGNATURE: &[u8] = b"hgLtrqNl+gVsIJfWaoVudXU0UXs=";

/// URL, names and values in the order in which they are signed.
fn signed_bytes() -> Vec<u8> {
    let params = Params::from_form(BODY);
    let mut pairs: Vec<_> = params.iter_bytes().collect();
    pairs.sort_unstable();
    let mut text = URL.as_bytes().to_vec();
    for (name, value) in pairs {
        text.extend_from_slice(name);
        text.extend_from_slice(value);
    }
    text
}

fn benches(criterion: &mut Criterion) {
    let signed = signed_bytes();
    criterion.bench_function("raw_hmac", |bencher| {
        bencher.iter(|| {
            let mut mac =
                Hmac::<Sha1>::new_from_slice(black_box(TOKEN.as_bytes())).expect("any length");
            mac.update(black_box(&signed));
            mac.finalize()
        });
    });
    let keyed = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).expect("any length");
    criterion.bench_function("raw_hmac_keyed", |bencher| {
        bencher.iter(|| {
            let mut mac = keyed.clone();
            mac.update(black_box(&signed));
            mac.finalize()
        });
    });

    criterion.bench_function("decode", |bencher| {
        bencher.iter(|| Params::from_form(black_box(BODY)));
    });
    let tokens = AuthTokens::single(ACCOUNT, TOKEN);
    let scheme = SignatureScheme::new();
    criterion.bench_function("verify_from_raw_body", |bencher| {
        bencher.iter(|| {
            let request = RequestView::with_body(
                black_box(URL),
                Some(FORM),
                black_box(BODY),
                black_box(SIGNATURE),
            );
            scheme.verify(&request, &tokens).expect("a good signature")
        });
    });
}

criterion_group!(signature, benches);
criterion_main!(signature);
