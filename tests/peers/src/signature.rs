//! Who checks signatures: from the raw body to the verdict, the decoding of the form included.

use std::{
    collections::BTreeMap,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method, Uri};
use sha1::Sha1;
use twilio_hooks::{
    Params,
    signature::{AuthTokens, RequestView, SignatureScheme},
};
use webhook_verify::{Provider, Secret, VerifyOptions};

use crate::{
    Contestant, Role, Task, Work,
    inputs::{ACCOUNT, BODY, FORM, HOST, PATH, SIGNATURE, TOKEN, URL, WRONG_SIGNATURE},
    repeat,
};

/// Those written in Rust.
///
/// # Panics
/// If one of them takes a wrong signature, or refuses the right one.
#[must_use]
pub fn contestants() -> Vec<Contestant> {
    let contestant = |role, name: &str, note, work| Contestant {
        task: Task::Signature,
        role,
        name: name.to_owned(),
        note,
        work,
    };
    vec![
        contestant(
            Role::Yardstick,
            "raw HMAC-SHA1 of the signed bytes",
            "key set-up included; no decoding, no sorting, no comparison",
            raw_hmac(),
        ),
        contestant(Role::Ours, "twilio-hooks", "", ours()),
        contestant(
            Role::Peer,
            "webhook-verify 0.1.0",
            "the form is decoded by form_urlencoded",
            checked(webhook_verify),
        ),
        contestant(
            Role::Peer,
            "rusty_twilio 0.1.1",
            "the form is decoded by form_urlencoded; the comparison is not in constant time",
            checked(rusty_twilio),
        ),
        contestant(
            Role::Peer,
            "twilio 1.1.0 (crate)",
            "takes a whole request; building that is not counted",
            twilio_crate(),
        ),
    ]
}

/// URL, names and values in the order in which they are signed.
fn signed_bytes() -> Vec<u8> {
    let params = Params::from_form(BODY.as_bytes());
    let mut pairs: Vec<_> = params.iter_bytes().collect();
    pairs.sort_unstable();
    let mut text = URL.as_bytes().to_vec();
    for (name, value) in pairs {
        text.extend_from_slice(name);
        text.extend_from_slice(value);
    }
    text
}

fn raw_hmac() -> Work {
    let signed = signed_bytes();
    repeat(move || {
        let token = black_box(TOKEN.as_bytes());
        let mut mac = Hmac::<Sha1>::new_from_slice(token).expect("any length");
        mac.update(black_box(&signed));
        mac.finalize()
    })
}

fn ours() -> Work {
    let tokens = AuthTokens::single(ACCOUNT, TOKEN);
    let scheme = SignatureScheme::new();
    let verify = move |signature: &str| {
        let body = black_box(BODY.as_bytes());
        let form = Some(FORM.as_bytes());
        let request = RequestView::with_body(black_box(URL), form, body, signature.as_bytes());
        scheme.verify(&request, &tokens)
    };
    assert!(verify(&SIGNATURE).is_ok() && verify(WRONG_SIGNATURE).is_err());
    repeat(move || verify(black_box(&SIGNATURE)))
}

/// A check made with a signature, after it was shown to tell right from wrong.
fn checked<F: FnMut() -> bool + 'static>(check: fn(&'static str) -> F) -> Work {
    assert!(check(&SIGNATURE)() && !check(WRONG_SIGNATURE)());
    repeat(check(&SIGNATURE))
}

fn webhook_verify(signature: &'static str) -> impl FnMut() -> bool + 'static {
    let headers = vec![("X-Twilio-Signature".to_owned(), signature.to_owned())];
    let secret = Secret::new(TOKEN);
    move || {
        let body = black_box(BODY.as_bytes());
        let options = VerifyOptions::default()
            .with_request_url(black_box(URL))
            .with_form_params(form_urlencoded::parse(body).into_owned());
        webhook_verify::verify(Provider::Twilio, &headers, body, &secret, options).is_ok()
    }
}

fn rusty_twilio(signature: &'static str) -> impl FnMut() -> bool + 'static {
    let mut headers = HeaderMap::new();
    headers.insert("Host", HeaderValue::from_static(HOST));
    headers.insert("Content-Type", HeaderValue::from_static(FORM));
    headers.insert("X-Twilio-Signature", HeaderValue::from_static(signature));
    let uri = Uri::from_static(PATH);
    move || {
        let body = black_box(BODY.as_bytes());
        let params: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        rusty_twilio::validation::validate_twilio_signature(
            black_box(TOKEN),
            &Method::POST,
            &uri,
            &headers,
            Some(&params),
        )
        .is_ok()
    }
}

/// What remains of a request if nothing is read from it.
struct Nothing;

impl twilio::FromMap for Nothing {
    fn from_map(_: BTreeMap<String, String>) -> Result<Box<Self>, twilio::TwilioError> {
        Ok(Box::new(Self))
    }
}

fn twilio_crate() -> Work {
    let client = twilio::Client::new(ACCOUNT, TOKEN);
    let request = |signature: &str| {
        hyper::Request::post(PATH)
            .header("Host", HOST)
            .header("Content-Type", FORM)
            .header("X-Twilio-Signature", signature)
            .body(hyper::Body::from(BODY))
            .expect("a request")
    };
    let verdict = move |request| {
        let mut context = Context::from_waker(Waker::noop());
        match pin!(client.parse_request::<Nothing>(request)).poll(&mut context) {
            Poll::Ready(result) => result.is_ok(),
            Poll::Pending => panic!("the body is there, so there is nothing to wait for"),
        }
    };
    assert!(verdict(request(&SIGNATURE)) && !verdict(request(WRONG_SIGNATURE)));
    Box::new(move |times, meter| {
        let mut requests: Vec<_> = (0..times).map(|_| request(&SIGNATURE)).collect();
        meter.measure(&mut || {
            for request in requests.drain(..) {
                black_box(verdict(request));
            }
        });
    })
}
