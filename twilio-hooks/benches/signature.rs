//! What the check of a typical text message costs, next to the hash it cannot do without.
//!
//! `cargo bench -p twilio-hooks --bench signature`

use std::{
    convert::Infallible,
    future::{Future, ready},
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use sha1::Sha1;
use tower::{Layer, Service, service_fn};
use twilio_hooks::{
    Params,
    signature::{AuthTokens, PublicUrl, RequestView, SignatureScheme, ValidateSignatureLayer},
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

fn check(criterion: &mut Criterion) {
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

/// The layer around a service that does nothing, building the request included.
fn through_the_layer(criterion: &mut Criterion) {
    let request = || {
        Request::post("/twilio/sms")
            .header("content-type", FORM)
            .header("x-twilio-signature", SIGNATURE)
            .body(Full::new(Bytes::from_static(BODY)))
            .expect("a request")
    };
    criterion.bench_function("request_alone", |bencher| {
        bencher.iter(|| black_box(request()));
    });
    let url = PublicUrl::fixed("https://hooks.example.com").expect("a URL");
    let layer = ValidateSignatureLayer::new(url, AuthTokens::single(ACCOUNT, TOKEN));
    let mut service = layer.layer(service_fn(|request: Request<Full<Bytes>>| {
        black_box(&request);
        ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())))
    }));
    let mut context = Context::from_waker(Waker::noop());
    criterion.bench_function("layer", |bencher| {
        bencher.iter(|| {
            let mut response = pin!(service.call(request()));
            let Poll::Ready(Ok(response)) = response.as_mut().poll(&mut context) else {
                panic!("there is nothing to wait for");
            };
            assert_eq!(response.status(), StatusCode::OK);
        });
    });
}

criterion_group!(signature, check, through_the_layer);
criterion_main!(signature);
