//! Webhooks whose body is JSON.

use crate::{
    catalogue_support::json::{CATALOGUE, kind_named, lands},
    line::Line,
    tally::Tally,
};

/// Each member of each kind, alone with what its kind requires.
pub(crate) fn members() -> Line {
    let mut tally = Tally::default();
    for (kind, members) in &*CATALOGUE {
        for (name, values) in members {
            let result = match kind_named(kind) {
                Some(_) => values.iter().try_for_each(|value| lands(kind, name, value)),
                None => Err("the kind has no type".to_owned()),
            };
            tally.note(result.is_ok(), || format!("{kind}: {name}: {result:?}"));
        }
    }
    Line::new("members of JSON bodies in a typed field", tally)
}
