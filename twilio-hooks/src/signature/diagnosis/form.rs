//! What may have happened to a form.

use std::{borrow::Cow, collections::HashSet};

use super::Cause;
use crate::Params;

type Pair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// Forms above this size are left alone.
const MAX_FORM: usize = 16 * 1024;

/// How many pairs are tried with blanks.
const MAX_PAIRS: usize = 32;

/// The forms that may have become this one, each by a change to the whole form.
pub(super) fn before_a_change(params: &Params, query: &Params) -> Vec<(Cause, Params)> {
    if size(params) > MAX_FORM {
        return Vec::new();
    }
    let mut forms = vec![(Cause::FormNotSigned, Params::default())];
    let mut add = |cause, pairs: Vec<Pair<'_>>| {
        let changed = Params::from_pairs(pairs);
        if changed != *params {
            forms.push((cause, changed));
        }
    };
    let keep = |keep: &dyn Fn(&[u8], &[u8]) -> bool| {
        let kept = params
            .iter_bytes()
            .filter(|(name, value)| keep(name, value));
        kept.map(borrowed).collect()
    };
    let of_query: HashSet<_> = query.iter_bytes().collect();
    add(
        Cause::QueryInForm,
        keep(&|name, value| !of_query.contains(&(name, value))),
    );
    add(Cause::EmptyValues, keep(&|_, value| !value.is_empty()));

    let with_values = |change: &dyn Fn(&[u8]) -> Option<Vec<u8>>| {
        let pairs = params.iter_bytes();
        pairs
            .map(|(name, value)| match change(value) {
                Some(changed) => (Cow::Borrowed(name), Cow::Owned(changed)),
                None => borrowed((name, value)),
            })
            .collect()
    };
    let plus = |value: &[u8]| {
        value
            .iter()
            .map(|&b| if b == b' ' { b'+' } else { b })
            .collect()
    };
    // A decoded plus sign decodes to a blank.
    add(
        Cause::FormEncoding,
        with_values(&|value| {
            let number = matches!(value, [b' ', digit, ..] if digit.is_ascii_digit());
            number.then(|| plus(value))
        }),
    );
    add(Cause::FormEncoding, with_values(&|value| Some(plus(value))));
    add(
        Cause::FormEncoding,
        with_values(&|value| {
            let again = Params::from_form(&[b"=", value].concat());
            let encoded = !value.contains(&b'&') && again.len() == 1;
            encoded.then(|| again.pair(0).1.to_vec())
        }),
    );
    add(Cause::FormEncoding, with_values(&read_as_latin1));

    let split = params.iter_bytes().flat_map(|(name, value)| {
        let values = value.split(|&byte| byte == b',').take(MAX_PAIRS);
        values.map(move |value| borrowed((name, value)))
    });
    add(Cause::RepeatedNames, split.collect());
    forms
}

/// The forms that may have become this one by a change to single values. Many, so they come last.
pub(super) fn before_a_loss(params: &Params) -> impl Iterator<Item = (Cause, Params)> {
    let number = match size(params) {
        size if size > MAX_FORM => 0,
        _ => params.len().min(MAX_PAIRS),
    };
    let untrimmed = (0..number).flat_map(|index| {
        [("", " "), (" ", ""), ("", "\n")].map(|(before, after)| {
            let pairs = params.iter_bytes().enumerate().map(|(place, pair)| {
                let (name, value) = borrowed(pair);
                let whole = [before.as_bytes(), &value, after.as_bytes()].concat();
                (name, if place == index { whole.into() } else { value })
            });
            (Cause::TrimmedValues, Params::from_pairs(pairs))
        })
    });
    let missing = if number == 0 {
        Vec::new()
    } else {
        missing(params)
    };
    let sets = (1..1_usize << missing.len()).map(move |set| {
        let chosen = missing.iter().enumerate();
        let chosen = chosen.filter(|(place, _)| set >> place & 1 == 1);
        let empty = chosen.flat_map(|(_, names)| names).map(|name| {
            let name: Cow<'_, [u8]> = Cow::Owned(name.as_bytes().to_vec());
            (name, Cow::Borrowed(&[][..]))
        });
        let pairs = params.iter_bytes().map(borrowed).chain(empty);
        (Cause::EmptyValues, Params::from_pairs(pairs))
    });
    untrimmed.chain(sets)
}

/// Names that often have empty values and are not there, those together that go together.
fn missing(params: &Params) -> Vec<Vec<String>> {
    let is_call = params.get_bytes("CallSid").is_some();
    let sides: [&[&str]; 2] = match is_call {
        true => [&["From", "Caller"], &["To", "Called"]],
        false => [&["From"], &["To"]],
    };
    let mut names = vec![vec!["Body".to_owned()]];
    for sides in sides {
        for part in ["City", "State", "Zip"] {
            names.push(sides.iter().map(|side| format!("{side}{part}")).collect());
        }
    }
    for group in &mut names {
        group.retain(|name| params.get_bytes(name).is_none());
    }
    names.retain(|group| !group.is_empty());
    names
}

fn borrowed<'a>((name, value): (&'a [u8], &'a [u8])) -> Pair<'a> {
    (name.into(), value.into())
}

/// What it takes to hash a form, in bytes; a pair by itself takes a little, however short it is.
pub(super) fn size(params: &Params) -> usize {
    let pairs = params.iter_bytes();
    pairs
        .map(|(name, value)| name.len() + value.len() + 8)
        .sum()
}

/// The bytes that become this text if they are taken for ISO 8859-1.
fn read_as_latin1(value: &[u8]) -> Option<Vec<u8>> {
    let text = str::from_utf8(value).ok().filter(|text| !text.is_ascii())?;
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).ok())
        .collect()
}
