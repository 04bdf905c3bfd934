//! Webhooks that come as forms.

use twilio_hooks::{
    Params,
    webhook::{Event, EventKind},
};

use crate::{
    catalogue_support::{
        form::{CATALOGUE, Entry, LOOKALIKES, Parameter, kind_named, params},
        index,
    },
    line::Line,
    tally::Tally,
};

/// Each parameter of each kind; a family counts once.
pub(crate) fn parameters() -> Line {
    let (tally, families) = each_parameter(|parameter| !parameter.sent_as.is_empty(), has_field);
    Line::new("parameters of forms in a typed field", tally).remark(format!(
        "{families} of them families, such as `MediaUrl{{N}}`"
    ))
}

/// Parameters whose names the account chooses have no field, and are kept.
pub(crate) fn free_names() -> Line {
    let (tally, _) = each_parameter(|parameter| parameter.sent_as.is_empty(), is_kept);
    Line::new("parameters of any name, kept in `extra`", tally)
}

/// Also returns how many have braces in their names.
fn each_parameter(
    wanted: fn(&Parameter) -> bool,
    check: fn(EventKind, &Entry, &Parameter) -> Result<(), String>,
) -> (Tally, usize) {
    let (mut tally, mut families) = (Tally::default(), 0);
    for entry in &*CATALOGUE {
        for parameter in entry
            .parameters
            .iter()
            .filter(|parameter| wanted(parameter))
        {
            let kind = kind_named(&entry.name).ok_or_else(|| "the kind has no type".to_owned());
            let result = kind.and_then(|kind| check(kind, entry, parameter));
            families += usize::from(parameter.name.contains('{'));
            tally.note(result.is_ok(), || {
                format!("{}: {}: {result:?}", entry.name, parameter.name)
            });
        }
    }
    (tally, families)
}

/// Parameters, without which others mean nothing; one set of them is enough.
fn required(kind: EventKind) -> Vec<Vec<String>> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    match kind {
        // It is a message or a call.
        EventKind::ProxyOutOfSession => [EventKind::IncomingMessage, EventKind::IncomingCall]
            .map(|kind| owned(kind.required()))
            .into(),
        kind => vec![owned(kind.required())],
    }
}

/// Reads a parameter with those required, or those alone if it has no value.
fn alone(
    entry: &Entry,
    required: &[String],
    name: &str,
    value: Option<&str>,
) -> Result<Event, String> {
    let others = required.iter().filter(|required| *required != name);
    let others = others.map(|required| {
        let mut listed = entry.named().filter(|(name, _)| name == required);
        let value = listed.next().map_or("x", |(_, values)| &values[0]);
        (required.as_str(), value)
    });
    let params = Params::from_pairs(others.chain(value.map(|value| (name, value))));
    Event::read(entry.kind(), &params).map_err(|error| error.to_string())
}

/// Each value changes what is read, leaves no rest, and is one that is known.
fn has_field(kind: EventKind, entry: &Entry, parameter: &Parameter) -> Result<(), String> {
    let pairs = parameter.sent_as.iter().flat_map(|name| {
        let values = parameter.values.iter();
        values.map(move |value| (name.as_str(), value.as_str()))
    });
    for pair in pairs {
        let mut results = required(kind).into_iter().map(|mut required| {
            // A type of content is that of a URL.
            let number = pair.0.strip_prefix("MediaContentType");
            required.extend(number.map(|number| format!("MediaUrl{number}")));
            lands(entry, &required, pair)
        });
        // The first error if there is no success.
        let first = results.next().unwrap_or(Err("it is never sent".to_owned()));
        if first.is_err() && !results.any(|result| result.is_ok()) {
            return first;
        }
    }
    Ok(())
}

fn lands(entry: &Entry, required: &[String], pair: (&str, &str)) -> Result<(), String> {
    let (name, value) = pair;
    // What is required can't be left out, but it can be another.
    let other = required
        .iter()
        .any(|required| required == name)
        .then_some("x");
    let without = alone(entry, required, name, other)?;
    let with = alone(entry, required, name, Some(value))?;
    if !with.extra().is_empty() {
        Err(format!("{name}={value} has no field"))
    } else if with == without {
        Err(format!("{name}={value} is dropped"))
    } else if format!("{with:?}").contains("Unknown(") {
        Err(format!("{name}={value} has no variant"))
    } else {
        Ok(())
    }
}

fn is_kept(kind: EventKind, entry: &Entry, parameter: &Parameter) -> Result<(), String> {
    let pair = ("Zeitgeist", parameter.values[0].as_str());
    for required in required(kind) {
        let event = alone(entry, &required, pair.0, Some(pair.1))?;
        if *event.extra() != Params::from_pairs([pair]) {
            return Err("it is not kept".to_owned());
        }
    }
    Ok(())
}

fn lookalike(file: &str) -> Option<EventKind> {
    let found = LOOKALIKES.iter().find(|(name, _)| *name == file);
    found.map(|(_, kind)| *kind)
}

/// The bodies that `Event::detect` takes for what they are.
pub(crate) fn told_apart() -> Line {
    let mut tally = Tally::default();
    for (file, kind) in index() {
        let Some(name) = file.strip_suffix(".form") else {
            continue;
        };
        if lookalike(name).is_none() {
            let found = Event::detect(&params(name));
            let found = found.map(EventKind::as_str);
            tally.note(found == Some(&*kind), || {
                format!("{name} is a {kind}, taken for {found:?}")
            });
        }
    }
    Line::new("forms told apart by `Event::detect`", tally)
}

/// The documented exceptions.
pub(crate) fn lookalikes() -> Line {
    let mut tally = Tally::default();
    for (name, kind) in LOOKALIKES {
        let found = Event::detect(&params(name));
        tally.note(found == Some(*kind), || {
            format!("{name} is taken for {found:?}, not for {kind}")
        });
    }
    Line::new("forms taken for another kind, as documented", tally)
}
