//! What the packages are known to decide otherwise than this crate, or than each other, and why
//! this crate decides as it does. A new version of a package that changes its mind shows up here.

use twilio_hooks::signature::{Algorithm, with_body_hash};

use crate::cases::{self, Answer, Case, FORM, JSON};

/// What a package does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Accepts,
    Refuses,
    /// It throws an exception.
    Throws,
}
use Verdict::{Accepts, Refuses, Throws};

struct Disagreement {
    why: &'static str,
    case: Case,
    ours: Verdict,
    python: Verdict,
    node: Verdict,
}

const SMS: &str = "https://h.example/sms";

/// A request that arrives at `url` and was signed for `signed_url`.
fn get(url: &str, signed_url: &str) -> Case {
    request(url, signed_url, None, "")
}

fn request(url: &str, signed_url: &str, content_type: Option<&'static str>, body: &str) -> Case {
    let algorithm = Algorithm::HmacSha1;
    let mut case = Case::signed(signed_url, "token", algorithm, content_type, body);
    url.clone_into(&mut case.url);
    case
}

/// The signature of the URL alone, for a body that it does not cover.
fn url_alone(url: &str, content_type: &'static str, body: &str) -> Case {
    let mut case = get(url, url);
    case.content_type = Some(content_type);
    body.clone_into(&mut case.body);
    case
}

fn disagreements() -> Vec<Disagreement> {
    let mut all = Vec::new();
    let mut add = |why, case, [ours, python, node]: [Verdict; 3]| {
        all.push(Disagreement {
            why,
            case,
            ours,
            python,
            node,
        });
    };

    add(
        "a question mark at the end is a part of the URL",
        get("https://h.example/sms?", "https://h.example/sms?"),
        [Accepts, Refuses, Accepts],
    );
    add(
        "and so is a semicolon",
        get("https://h.example/sms;", "https://h.example/sms;"),
        [Accepts, Refuses, Accepts],
    );
    add(
        "the port of an IPv6 address begins behind its bracket",
        get("https://[2001:db8::7]:8443/", "https://[2001:db8::7]/"),
        [Accepts, Refuses, Accepts],
    );
    add(
        "the colon of a password is none of a port",
        get("https://u:p@h.example:8443/", "https://u:p@h.example/"),
        [Accepts, Refuses, Accepts],
    );
    add(
        "Twilio takes credentials out before it signs",
        get("https://u:p@h.example/sms", SMS),
        [Accepts, Refuses, Refuses],
    );
    add(
        "a fragment is neither sent nor signed",
        get("https://h.example/sms#rc=2", SMS),
        [Accepts, Refuses, Refuses],
    );
    add(
        "with or without its slash, the root is one request",
        get("https://h.example", "https://h.example/"),
        [Accepts, Refuses, Accepts],
    );
    add(
        "in the other direction too",
        get("https://h.example/", "https://h.example"),
        [Accepts, Refuses, Refuses],
    );
    add(
        "an older encoder of Twilio's leaves apostrophes as they are",
        get("https://h.example/sms?n=%27", "https://h.example/sms?n='"),
        [Accepts, Refuses, Accepts],
    );
    add(
        "none of them is known to encode more than came over the wire",
        get("https://h.example/sms?n='", "https://h.example/sms?n=%27"),
        [Refuses, Refuses, Accepts],
    );
    add(
        "a path is not resolved, for another endpoint may hide behind it",
        get("https://h.example/admin/../sms", SMS),
        [Refuses, Refuses, Accepts],
    );

    // By code points U+FF5E comes first, by UTF-16 units U+1F600 does.
    let form = "%EF%BD%9E=1&%F0%9F%98%80=2";
    add(
        "languages sort rare characters in two ways: by code points",
        request(SMS, SMS, Some(FORM), form),
        [Accepts, Accepts, Refuses],
    );
    let mut by_units = request(SMS, SMS, Some(FORM), form);
    by_units.signature = "dzjhQbbDNQiepv/f0BKg0uQ5nac=".to_owned();
    add("and by UTF-16 units", by_units, [Accepts, Refuses, Accepts]);
    add(
        "bytes that are no text are signed as they are",
        request(SMS, SMS, Some(FORM), "Body=%FF"),
        [Accepts, Refuses, Refuses],
    );

    let json = r#"{"a":"b"}"#;
    let hashed = with_body_hash(SMS, json.as_bytes());
    add(
        "a body that nothing covers may be anybody's: JSON",
        url_alone(SMS, JSON, json),
        [Refuses, Throws, Refuses],
    );
    add(
        "text",
        url_alone(SMS, "text/plain", "hello"),
        [Refuses, Throws, Accepts],
    );
    add(
        "the hash in the URL is that of the body, also if there is none",
        get(&hashed, &hashed),
        [Refuses, Accepts, Refuses],
    );
    let of_nothing = with_body_hash(SMS, b"");
    add(
        "nothing has a hash as well",
        request(&of_nothing, &of_nothing, Some(JSON), ""),
        [Accepts, Accepts, Refuses],
    );
    let two = format!("{hashed}&bodySHA256={}", "0".repeat(64));
    add(
        "two hashes, one of them of another body",
        request(&two, &two, Some(JSON), json),
        [Refuses, Accepts, Accepts],
    );
    let word = "https://h.example/bodySHA256";
    add(
        "the word alone is no hash",
        request(word, word, Some(FORM), "Body=hi"),
        [Accepts, Accepts, Refuses],
    );
    let form_hashed = with_body_hash(SMS, b"Body=hi");
    add(
        "a form is covered by its pairs, whatever else the URL has",
        request(&form_hashed, &form_hashed, Some(FORM), "Body=hi"),
        [Accepts, Accepts, Refuses],
    );
    add(
        "and as well by its hash",
        url_alone(&form_hashed, FORM, "Body=hi"),
        [Accepts, Refuses, Accepts],
    );

    let mut nobodys = request(
        "https://h.example/x",
        "https://h.example/x",
        Some(FORM),
        "Body=hi",
    );
    nobodys.token = String::new();
    // HMAC-SHA1 with an empty key.
    nobodys.signature = "N24ptVaOsmOsvCcJUUMYRsiXRoI=".to_owned();
    add(
        "an empty token is known to everybody",
        nobodys,
        [Refuses, Accepts, Accepts],
    );
    all
}

fn verdict(answer: &Result<Answer, String>) -> Verdict {
    match answer {
        Ok(answer) if answer.valid => Accepts,
        Ok(_) => Refuses,
        Err(_) => Throws,
    }
}

#[test]
fn what_the_packages_disagree_about_is_known() {
    let disagreements = disagreements();
    let cases: Vec<Case> = disagreements.iter().map(|one| one.case.clone()).collect();
    let (python, node) = (cases::python(&cases), cases::node(&cases));
    let mut surprises = Vec::new();
    for (index, expected) in disagreements.iter().enumerate() {
        let ours = verdict(&Ok(expected.case.ours()));
        let got = [ours, verdict(&python[index]), verdict(&node[index])];
        let wanted = [expected.ours, expected.python, expected.node];
        if got != wanted {
            surprises.push(format!(
                "{}: {got:?} instead of {wanted:?} (ours, Python, Node)",
                expected.why
            ));
        }
        assert!(
            wanted[1] != wanted[0] || wanted[2] != wanted[0],
            "{} is no disagreement",
            expected.why
        );
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
}
