//! Forms that are made to be slow to read. Everything that happens to one before its signature is
//! known to be good, and all that comes after, takes time in proportion to its length.
//!
//! The forms have a hundred thousand parts and more. What takes linear time is done with them in
//! tenths of a second, even without optimisation; what takes quadratic time needs minutes. The bound
//! lies between the two, so it tells them apart on a slow and busy machine as well.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use twilio_hooks::{
    Params,
    signature::{AuthTokens, RequestView, SignatureError, SignatureScheme},
    webhook::{Event, EventKind},
};

const BOUND: Duration = Duration::from_secs(10);
const LENGTH: usize = 256 * 1024;
const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// Does one thing and looks at the clock.
fn quick<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    let time = start.elapsed();
    assert!(time < BOUND, "{what} took {time:?}");
    result
}

/// The parameters without which some kind of webhook is refused before the rest is looked at.
fn identifiers() -> String {
    let mut names: Vec<_> = EventKind::ALL
        .iter()
        .flat_map(|kind| kind.required())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .iter()
        .map(|name| format!("{name}={ACCOUNT}&"))
        .collect()
}

/// Takes a form through all that happens to one, and gives its parameters.
fn take(form: &str) -> Params {
    let form = identifiers() + form;
    let params = quick("decoding", || Params::from_form(form.as_bytes()));
    quick("encoding", || params.to_form());
    quick("listing the names", || format!("{params:?}"));

    let tokens = AuthTokens::single(ACCOUNT, "0123456789abcdef0123456789abcdef");
    let verdict = quick("checking the signature", || {
        let request = RequestView::with_body(
            "https://hooks.example.com/sms",
            Some(b"application/x-www-form-urlencoded"),
            form.as_bytes(),
            b"AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        );
        SignatureScheme::new().verify(&request, &tokens).map(drop)
    });
    assert_eq!(verdict, Err(SignatureError::Mismatch));

    quick("telling the kind", || Event::detect(&params));
    for &kind in EventKind::ALL {
        let event = quick(kind.as_str(), || Event::read(kind, &params)).unwrap();
        quick(kind.as_str(), || format!("{event:?}"));
        quick(kind.as_str(), || drop(event));
    }
    params
}

/// Parts that depend on their number, up to the length.
fn numbered(part: impl Fn(usize) -> String) -> String {
    let mut form = String::new();
    for number in 0.. {
        form += &part(number);
        if form.len() >= LENGTH {
            break;
        }
    }
    form
}

#[test]
fn separators_alone_make_no_pairs() {
    let none = take("");
    assert_eq!(take(&"&".repeat(LENGTH)), none);
}

#[test]
fn empty_pairs_are_read_in_linear_time() {
    assert!(take(&"=&".repeat(LENGTH / 2)).len() > LENGTH / 2);
}

#[test]
fn names_of_one_letter_are_read_in_linear_time() {
    assert!(take(&"a&".repeat(LENGTH / 2)).len() > LENGTH / 2);
}

#[test]
fn repeated_names_are_read_in_linear_time() {
    let repeated = "Body=x&";
    let params = take(&repeated.repeat(4 * LENGTH / repeated.len()));
    assert!(params.get_all("Body").count() > 100_000);
}

#[test]
fn repetitions_with_other_values_are_read_in_linear_time() {
    take(&numbered(|number| format!("Body={number}&")));
}

#[test]
fn names_that_begin_alike_are_sorted_quickly() {
    let beginning = "SpeechResult".repeat(20);
    take(&numbered(|number| format!("{beginning}{number}&")));
}

#[test]
fn a_hundred_thousand_files_are_read_in_linear_time() {
    let form: String = (0..100_000)
        .rev()
        .map(|number| format!("MediaUrl{number}=u&"))
        .collect();
    let params = take(&form);
    let Event::IncomingMessage(message) = Event::read(EventKind::IncomingMessage, &params).unwrap()
    else {
        panic!("that is another kind");
    };
    assert_eq!(message.media.len(), 100_000);
}

#[test]
fn many_sip_headers_are_read_in_linear_time() {
    take(&numbered(|number| format!("SipHeader_X-{number}=x&")));
}

#[test]
fn escapes_are_decoded_in_linear_time() {
    let params = take(&"%41".repeat(LENGTH / 3));
    assert!(params.iter().any(|(name, _)| name.len() == LENGTH / 3));
    take(&"%".repeat(LENGTH));
}

#[test]
fn depth_in_names_and_values_means_nothing() {
    take(&"a[".repeat(LENGTH / 2));
    let deep = "[".repeat(LENGTH);
    for name in [
        "AddOns",
        "ChannelMetadata",
        "TranscriptionData",
        "InteractiveData",
    ] {
        let params = take(&format!("{name}={deep}"));
        assert!(params.get_all(name).any(|value| value.len() == LENGTH));
    }
}
