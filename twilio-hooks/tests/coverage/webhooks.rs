//! Kinds of webhooks and recorded bodies, of all transports.

use std::collections::BTreeSet;

use serde_json::Value;
use twilio_hooks::webhook::EventKind;

use crate::{
    catalogue_support::{fixture_json, form, index, json, socket},
    line::Line,
    sockets,
    tally::Tally,
};

/// A kind has a type if there is one of its name; of a socket, each type of message has a variant.
pub(crate) fn kinds() -> Line {
    let typed: BTreeSet<_> = EventKind::ALL
        .iter()
        .map(|kind| kind.as_str())
        .chain(json::KINDS.iter().map(|kind| kind.name))
        .chain(socket::SOCKETS.iter().map(|socket| socket.kind))
        .collect();
    let catalogue = fixture_json("webhooks.json");
    let kinds = catalogue["kinds"].as_object().unwrap();
    let (mut tally, mut by_transport) = (Tally::default(), [0; 3]);
    for (kind, entry) in kinds {
        let (place, has_type) = match entry["transport"].as_str().unwrap() {
            "form" => (0, form::kind_named(kind).is_some()),
            "json" => (1, json::kind_named(kind).is_some()),
            "websocket" => (2, sockets::has_all_types(kind)),
            other => panic!("{kind} comes as {other}"),
        };
        by_transport[place] += 1;
        tally.note(has_type, || format!("{kind} has no type"));
    }
    for kind in typed {
        if !kinds.contains_key(kind) {
            tally.amiss.push(format!("{kind} is in no fixture"));
        }
    }
    let [forms, json, sockets] = by_transport;
    Line::new("kinds of webhooks with a type", tally).remark(format!(
        "{forms} forms, {json} in JSON, {sockets} over sockets"
    ))
}

/// A body is read as its kind, and what the catalogue names in it has a field.
pub(crate) fn bodies() -> Line {
    let mut tally = Tally::default();
    for (file, kind) in index() {
        let read = match file.split_once('.') {
            Some((name, "form")) => form::kind_named(&kind)
                .ok_or_else(|| format!("no kind {kind}"))
                .and_then(|kind| form::read_body(kind, &form::params(name)).map(drop)),
            Some((_, "json")) => match json::kind_named(&kind) {
                Some(_) => json::read_body(&kind, &file),
                None => Err(format!("no kind {kind}")),
            },
            _ => sockets::read_conversation(&kind, &file),
        };
        tally.note(read.is_ok(), || format!("{file}: {read:?}"));
    }
    Line::new("bodies and conversations read as their kind", tally)
}

/// The parameters or members of a kind, as the catalogue names them.
pub(crate) fn names(entry: &Value) -> impl Iterator<Item = &str> {
    entry["params"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
}
