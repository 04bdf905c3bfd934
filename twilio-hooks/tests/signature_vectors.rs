//! Every vector, through the check alone.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use twilio_hooks::signature::SignatureScheme;

use self::signature_support::{
    Differences, Vector,
    tiers::{CONTESTED, answer, check},
    vectors,
};

mod signature_support;

fn tier(name: &str) -> Vec<Vector> {
    let mut vectors = vectors();
    vectors.retain(|vector| vector.text("tier") == name);
    vectors
}

fn assert_answers(vectors: &[Vector]) {
    let mut differences = Differences::default();
    for vector in vectors {
        answer(vector, &mut differences);
    }
    differences.assert_none();
}

#[test]
fn core_vectors_hold_with_and_without_compatibility() {
    let core = tier("core");
    assert_eq!(core.len(), 438);
    assert_answers(&core);
}

#[test]
fn compatibility_vectors_hold_by_default() {
    let compat = tier("compat");
    assert_eq!(compat.len(), 18);
    assert_answers(&compat);
}

#[test]
fn contested_vectors_get_the_answers_written_down() {
    let contested = tier("contested");
    assert_eq!(contested.len(), CONTESTED.len());
    assert_answers(&contested);
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
