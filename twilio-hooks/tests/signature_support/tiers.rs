//! What the vectors of each tier must be answered by the check alone.

use twilio_hooks::signature::{RequestView, SignatureError, SignatureScheme, Verified};

use super::{Differences, SETTINGS, SIGNATURE, Vector};

/// What is answered to the vectors on which official validators or readers of the documentation
/// disagree. The answers are those that signature checks should give to be strict where strictness
/// costs no genuine request.
pub(crate) const CONTESTED: [(&str, bool); 24] = [
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

/// Compares our answers with those that the tier of the vector asks for: of the core they are the
/// same with and without compatibility.
pub(crate) fn answer(vector: &Vector, differences: &mut Differences) {
    let name = vector.text("name");
    let by_default = || check(vector, SignatureScheme::new()).is_ok();
    match vector.text("tier") {
        "core" => {
            for compat in [true, false] {
                let result = check(vector, SignatureScheme::new().with_compat(compat));
                differences.compare(name, result.is_ok(), vector.valid());
                let status = result.map_or_else(|error| error.status().as_u16(), |_| 200);
                differences.compare(name, status, vector.status());
            }
        }
        "compat" => differences.compare(name, by_default(), vector.valid()),
        "contested" => {
            let answer = CONTESTED.iter().find(|(wanted, _)| *wanted == name);
            let expected = answer.map(|(_, valid)| *valid);
            differences.compare(name, Some(by_default()), expected);
        }
        other => differences.compare(name, Some(other), None),
    }
}

pub(crate) fn check(vector: &Vector, scheme: SignatureScheme) -> Result<Verified, SignatureError> {
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
