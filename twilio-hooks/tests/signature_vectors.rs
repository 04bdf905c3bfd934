//! Every vector, through the check alone.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use twilio_hooks::signature::{RequestView, SignatureError, SignatureScheme, Verified};

use self::signature_support::{Differences, SETTINGS, SIGNATURE, Vector, vectors};

mod signature_support;

/// What is answered to the vectors on which official validators or readers of the documentation
/// disagree. The answers are those that signature checks should give to be strict where strictness
/// costs no genuine request.
const CONTESTED: [(&str, bool); 24] = [
    // Header values are compared exactly; HTTP parsers have removed outer blanks before.
    ("sig-trailing-space", false),
    ("sig-leading-space", false),
    // Forms are decoded as browsers do, on bytes.
    ("empty-name", true),
    ("semicolon-is-data", true),
    ("bad-percent-kept", true),
    ("unicode-lossy", false),
    ("unicode-invalid-utf8-raw", true),
    // URLs are text: as they are, or not at all.
    ("legacy-percent20-for-plus", false),
    ("raw-unicode-url", true),
    ("unicode-host-raw", true),
    ("unicode-host-vs-punycode", false),
    ("host-case-differs", false),
    ("fragment-signed", false),
    // A hash in the URL is checked whenever it is there, and must be one.
    ("json-hash-dup-right-last", false),
    ("json-hash-dup-right-first", false),
    ("json-hash-name-encoded", true),
    ("get-hash-bypass", false),
    ("form-with-hash-params-signed", true),
    ("form-with-hash-url-signed", true),
    // The method is not signed.
    ("put-form-params-signed", true),
    // The settings header chooses one configured key.
    ("sk-algorithm-lower-case", true),
    ("sk-header-empty", true),
    ("sk-key-named-twice", false),
    ("get-query-reencoded", false),
];

fn check(vector: &Vector, scheme: SignatureScheme) -> Result<Verified, SignatureError> {
    let body = vector.body();
    let signature = vector.header(SIGNATURE).unwrap_or_default();
    let content_type = vector.optional("content_type").map(str::as_bytes);
    let url = vector.text("url");
    let mut request = RequestView::with_body(url, content_type, &body, signature.as_bytes())
        .with_upgrade(vector.is_upgrade());
    if let Some(settings) = vector.header(SETTINGS) {
        request = request.with_settings(settings.as_bytes());
    }
    scheme.verify(&request, &vector.auth_tokens())
}

fn tier(name: &str) -> Vec<Vector> {
    let mut vectors = vectors();
    vectors.retain(|vector| vector.text("tier") == name);
    vectors
}

#[test]
fn core_vectors_hold_with_and_without_compatibility() {
    let core = tier("core");
    assert_eq!(core.len(), 438);
    let mut differences = Differences::default();
    for vector in &core {
        for compat in [true, false] {
            let result = check(vector, SignatureScheme::new().with_compat(compat));
            differences.compare(vector.text("name"), result.is_ok(), vector.valid());
            let status = result.map_or_else(|error| error.status().as_u16(), |_| 200);
            differences.compare(vector.text("name"), status, vector.status());
        }
    }
    differences.assert_none();
}

#[test]
fn compatibility_vectors_hold_by_default() {
    let compat = tier("compat");
    assert_eq!(compat.len(), 18);
    let mut differences = Differences::default();
    for vector in &compat {
        let result = check(vector, SignatureScheme::new());
        differences.compare(vector.text("name"), result.is_ok(), vector.valid());
    }
    differences.assert_none();
}

#[test]
fn contested_vectors_get_the_answers_written_down_above() {
    let contested = tier("contested");
    assert_eq!(contested.len(), CONTESTED.len());
    let mut differences = Differences::default();
    for vector in &contested {
        let name = vector.text("name");
        let answer = CONTESTED.iter().find(|(wanted, _)| *wanted == name);
        let result = check(vector, SignatureScheme::new());
        differences.compare(name, Some(result.is_ok()), answer.map(|(_, valid)| *valid));
    }
    differences.assert_none();
}

#[test]
fn the_url_that_was_signed_is_told() {
    let mut differences = Differences::default();
    for vector in vectors() {
        let Ok(verified) = check(&vector, SignatureScheme::new()) else {
            continue;
        };
        // What the vector of a request cut in another place tells is another request's URL.
        if vector.text("category") != "boundary" {
            let signed = vector.optional("signed_url").unwrap_or(vector.text("url"));
            differences.compare(vector.text("name"), verified.url(), signed);
        }
    }
    differences.assert_none();
}
