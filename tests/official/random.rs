//! Random requests, good ones and others. What the packages are known to disagree about does not
//! come up here; see `disagreements`.

use std::fmt::Write as _;

use proptest::{
    prelude::*,
    sample::{Index, select},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use twilio_hooks::signature::{Algorithm, with_body_hash};

use crate::cases::{self, Case, FORM, JSON};

const NUMBER: usize = 1200;

/// What is done to a request after it was signed.
#[derive(Debug, Clone)]
enum Tampering {
    Nothing,
    Url(Index, char),
    Body(Index, char),
    Appended(String),
    Signature(Index, char),
    OtherToken,
    BodyDropped,
}

/// With which port in the URL it was signed.
#[derive(Debug, Clone, Copy)]
enum SignedPort {
    AsReceived,
    None,
    Standard,
}

/// What no package decodes, encodes or resolves when it stands in a path or query.
fn path() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-zA-Z0-9_~-]{1,6}(\\.[a-z]{1,3})?|%[2-7][0-9A-F]", 1..4)
        .prop_map(|segments| format!("/{}", segments.join("/")))
}

/// Odd characters included; never just a question mark.
fn query() -> impl Strategy<Value = String> {
    let pair = "[a-zA-Z_.]{1,6}(=[a-zA-Z0-9'!*(),;:@/?$+~._-]{0,10}(%2[0-9A-F]|%C3%A9)?)?";
    prop_oneof![
        1 => Just(String::new()),
        2 => prop::collection::vec(pair, 1..4).prop_map(|pairs| format!("?{}", pairs.join("&"))),
    ]
}

fn url() -> impl Strategy<Value = String> {
    let host = "[a-z][a-z0-9]{0,6}\\.example(\\.com)?";
    let port = prop_oneof![
        3 => Just(String::new()),
        1 => "443|80|8443|3000|[1-9][0-9]{3}".prop_map(|port| format!(":{port}")),
    ];
    (select(&["https", "http"][..]), host, port, path(), query()).prop_map(
        |(scheme, host, port, path, query)| format!("{scheme}://{host}{port}{path}{query}"),
    )
}

/// A form as it comes over the wire: names that repeat, values that are empty, letters of many
/// languages, and encodings that are not the usual ones.
fn form() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        4 => "[A-Z][a-zA-Z]{1,8}",
        1 => select(&["MediaUrl0", "a.b", "a[b]", "10", "9", "a", "A", "_", "__proto__"][..])
            .prop_map(str::to_owned),
        1 => "[a-zé ü😀]{0,4}",
    ];
    // From U+E000 on the languages sort differently.
    let value = prop_oneof![
        2 => "[ -~]{0,20}",
        1 => "[ -~é-ퟻ😀-😎\n\t]{0,8}",
        1 => Just(String::new()),
        1 => "\\+1[0-9]{10}",
    ];
    let pair = (name, value, any::<bool>(), any::<bool>());
    prop::collection::vec(pair, 1..20).prop_map(|pairs| {
        let mut body = String::new();
        for (index, (name, value, raw, again)) in pairs.iter().enumerate() {
            if index > 0 {
                body.push('&');
            }
            encode_into(&mut body, name, *raw);
            if !value.is_empty() || *raw || name.is_empty() {
                body.push('=');
            }
            encode_into(&mut body, value, *raw);
            if *again {
                body.push('&');
                encode_into(&mut body, name, false);
                body.push_str("=again");
            }
        }
        body
    })
}

fn encode_into(text: &mut String, decoded: &str, raw: bool) {
    for byte in decoded.bytes() {
        match byte {
            b' ' => text.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                text.push(char::from(byte));
            }
            b'!' | b'\'' | b'(' | b')' | b'*' | b'@' | b':' | b'/' | b'?' if raw => {
                text.push(char::from(byte));
            }
            _ if raw => write!(text, "%{byte:02x}").unwrap(),
            _ => write!(text, "%{byte:02X}").unwrap(),
        }
    }
}

fn tampering() -> impl Strategy<Value = Tampering> {
    let letter = || select(('a'..='z').chain('0'..='9').collect::<Vec<_>>());
    prop_oneof![
        5 => Just(Tampering::Nothing),
        2 => (any::<Index>(), letter()).prop_map(|(place, to)| Tampering::Url(place, to)),
        2 => (any::<Index>(), letter()).prop_map(|(place, to)| Tampering::Body(place, to)),
        1 => "[A-Z][a-z]{1,6}=[a-z]{0,5}".prop_map(Tampering::Appended),
        1 => (any::<Index>(), letter()).prop_map(|(place, to)| Tampering::Signature(place, to)),
        1 => Just(Tampering::OtherToken),
        1 => Just(Tampering::BodyDropped),
    ]
}

fn changed(text: &mut String, place: Index, to: char) {
    let mut characters: Vec<char> = text.chars().collect();
    if !characters.is_empty() {
        let place = place.index(characters.len());
        // What separates the parts stays, so that it is the same kind of request.
        if characters[place].is_ascii_alphanumeric() {
            characters[place] = to;
        }
    }
    *text = characters.into_iter().collect();
}

prop_compose! {
    fn case(algorithm: Algorithm)(
        url in url(),
        token in "[0-9a-f]{32}|[ -~é]{1,40}",
        kind in prop_oneof![3 => Just(Some(FORM)), 1 => Just(Some(JSON)), 1 => Just(None)],
        form in form(),
        json in "\\{\"[a-z]{1,5}\": ?\"[a-z é😀]{0,20}\"\\}|\\[\\]|\\{\\}",
        port in select(&[SignedPort::AsReceived, SignedPort::None, SignedPort::Standard][..]),
        tampering in tampering(),
    ) -> Case {
        // A blank secret is none.
        let token = format!("t{token}");
        let (url, body) = match kind {
            Some(JSON) => (with_body_hash(&url, json.as_bytes()), json),
            Some(_) => (url, form),
            None => (url, String::new()),
        };
        let mut case = Case::signed(&with_port(&url, port), &token, algorithm, kind, &body);
        case.url = url;
        match tampering {
            Tampering::Nothing => {}
            // Behind the scheme and the first letter of the host, so that it stays a URL.
            Tampering::Url(place, to) => {
                let start = case.url.find("://").unwrap() + 4;
                let mut rest = case.url.split_off(start);
                changed(&mut rest, place, to);
                case.url.push_str(&rest);
            }
            Tampering::Body(place, to) => changed(&mut case.body, place, to),
            Tampering::Appended(pair) if kind == Some(FORM) => {
                case.body.push('&');
                case.body.push_str(&pair);
            }
            Tampering::Appended(text) if kind.is_some() => case.body.push_str(&text),
            Tampering::Appended(_) => {}
            Tampering::Signature(place, to) => changed(&mut case.signature, place, to),
            Tampering::OtherToken => case.token.push('x'),
            Tampering::BodyDropped => {
                case.body.clear();
                case.content_type = None;
            }
        }
        case
    }
}

fn with_port(url: &str, port: SignedPort) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, rest) = rest.split_at(rest.find('/').unwrap());
    let (host, own) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
    let port = match (port, own) {
        (SignedPort::AsReceived, _) => own,
        (SignedPort::None, _) => "",
        (SignedPort::Standard, "") if scheme == "https" => ":443",
        (SignedPort::Standard, "") => ":80",
        // Nobody can know that another port was the standard one.
        (SignedPort::Standard, _) => own,
    };
    format!("{scheme}://{host}{port}{rest}")
}

/// What a run compares: other requests each time.
fn some(algorithm: Algorithm, number: usize) -> Vec<Case> {
    let mut runner = TestRunner::default();
    let cases = prop::collection::vec(known_to_agree(algorithm), number);
    cases.new_tree(&mut runner).unwrap().current()
}

/// A body that nothing covers is read differently, and a changed character may make one: bytes that
/// are no text, a port that is none, another name for the hash.
fn known_to_agree(algorithm: Algorithm) -> impl Strategy<Value = Case> {
    case(algorithm).prop_filter("the packages disagree about it", |case| {
        let is_json = case.content_type == Some(JSON);
        let hashed = case.url.contains("bodySHA256=");
        let dropped = case.content_type.is_none() && hashed;
        let decodes = |text: &str| percent_decoded_is_text(text);
        let port = case.url.split(['/', '?']).nth(2).unwrap();
        let port = port.rsplit_once(':').map_or("1", |(_, port)| port);
        let port_is_one = port.parse::<u16>().is_ok_and(|port| port > 0);
        // The name of the hash must be whole and at its place, or not there at all.
        let hash_name = case.url.matches("bodySHA256").count();
        let hash_is_parameter = hash_name
            == usize::from(case.url.contains("?bodySHA256=") || case.url.contains("&bodySHA256="));
        (is_json == hashed) && !dropped && hash_is_parameter && port_is_one && decodes(&case.body)
    })
}

fn percent_decoded_is_text(body: &str) -> bool {
    let params = twilio_hooks::Params::from_form(body.as_bytes());
    params
        .iter_bytes()
        .all(|(name, value)| str::from_utf8(name).is_ok() && str::from_utf8(value).is_ok())
}

fn compare(
    whose: &str,
    cases: &[Case],
    official: &[Result<cases::Answer, String>],
) -> (usize, usize) {
    let mut verdicts = (0, 0);
    for (case, official) in cases.iter().zip(official) {
        let ours = case.ours();
        assert_eq!(
            official.as_ref(),
            Ok(&ours),
            "{whose} (left) says otherwise than we of {case:#?}"
        );
        match ours.valid {
            true => verdicts.0 += 1,
            false => verdicts.1 += 1,
        }
    }
    verdicts
}

#[test]
fn python_and_node_agree_with_us_on_random_requests() {
    let cases = some(Algorithm::HmacSha1, NUMBER);
    let (good, bad) = compare("Python", &cases, &cases::python(&cases));
    compare("Node", &cases, &cases::node(&cases));
    assert!(
        good > NUMBER / 5 && bad > NUMBER / 5,
        "{good} good, {bad} bad"
    );
}

/// Shared keys are known to the Python package only.
#[test]
fn python_agrees_with_us_on_shared_keys() {
    let cases = some(Algorithm::HmacSha256, NUMBER / 4);
    compare("Python", &cases, &cases::python(&cases));
}
