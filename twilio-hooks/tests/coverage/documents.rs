//! TwiML documents, built through types, setters and `push`, beside what Twilio's libraries write.

use std::sync::LazyLock;

use crate::{
    line::Line,
    tally::Tally,
    vectors::{Counts, counts},
};

static COUNTS: LazyLock<Counts> = LazyLock::new(counts);

/// Equal as XML; what a library writes unfaithfully to its own input is not compared.
pub(crate) fn python() -> Line {
    Line::new(
        "TwiML: documents as the library for Python",
        COUNTS.python.clone(),
    )
}

/// The same for Node.
pub(crate) fn node() -> Line {
    Line::new(
        "TwiML: documents as the library for Node",
        COUNTS.node.clone(),
    )
}

/// Read back, a document is the tree it was built from, with each character.
pub(crate) fn trees() -> Line {
    let untyped = COUNTS.untyped;
    Line::new(
        "TwiML: documents as the tree asked for",
        COUNTS.trees.clone(),
    )
    .remark(format!("{untyped} by name, having text in the root"))
}

/// The rest: what XML can't express.
pub(crate) fn unwritable() -> Line {
    let Counts {
        names_refused: names,
        comments_refused: comments,
        characters_replaced,
        ..
    } = &*COUNTS;
    let mut all = Tally::default();
    for part in [names, comments, characters_replaced] {
        all.held += part.held;
        all.of += part.of;
        all.amiss.extend_from_slice(&part.amiss);
    }
    let refused = names.of + comments.of;
    Line::new("TwiML: the others, which are no XML", all).remark(format!(
        "{refused} refused, {} with U+FFFD instead",
        characters_replaced.of
    ))
}
