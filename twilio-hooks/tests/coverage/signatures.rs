//! The check of signatures.

use crate::{
    line::Line,
    signature_support::{Differences, tiers::answer, vectors},
    tally::Tally,
};

fn tier(name: &str) -> Tally {
    let mut tally = Tally::default();
    for vector in vectors() {
        if vector.text("tier") == name {
            let mut differences = Differences::default();
            answer(&vector, &mut differences);
            let differences = differences.into_vec();
            tally.note(differences.is_empty(), || differences.join(", "));
        }
    }
    tally
}

/// Answered the same with and without compatibility.
pub(crate) fn core() -> Line {
    Line::new("signatures: core vectors", tier("core"))
}

/// Answered with compatibility, which is the default.
pub(crate) fn compat() -> Line {
    Line::new("signatures: vectors of compatibility", tier("compat"))
}

/// Those on which official validators or readers of the documentation disagree.
pub(crate) fn contested() -> Line {
    Line::new(
        "signatures: contested, answered as documented",
        tier("contested"),
    )
}
