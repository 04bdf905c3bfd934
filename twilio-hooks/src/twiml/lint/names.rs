//! Names of elements and attributes, and what may stand inside what.

use crate::twiml::parse::shorten;
use crate::twiml::schema::{self, ElementSchema};
use crate::twiml::source::Element;

use super::finding::{FindingCode, Report, Severity};
use super::suggest::closest;
use super::values;

/// The schema of a child, if it can stand there; a wrong letter case is overlooked after a finding.
pub(super) fn child(
    parent: &ElementSchema,
    child: &Element<'_>,
    report: &mut Report,
) -> Option<&'static ElementSchema> {
    let tag = child.name;
    let allowed = || schema::elements().filter(|schema| schema.parents.contains(&parent.name));
    if let Some(schema) = allowed().find(|schema| schema.tag == tag) {
        return Some(schema);
    }
    if let Some(schema) = allowed().find(|schema| schema.tag.eq_ignore_ascii_case(tag)) {
        report.add(
            FindingCode::WrongCase,
            Severity::Error,
            child.offset,
            format!("Twilio skips `<{tag}>`, because names are case-sensitive."),
            Some(format!("<{}>", schema.tag)),
        );
        return Some(schema);
    }
    if schema::elements().any(|schema| schema.tag == tag) {
        let message = format!(
            "Twilio skips `<{tag}>` inside {}; {}.",
            place(parent),
            places(tag)
        );
        report.error(FindingCode::WrongNesting, child.offset, message);
        return None;
    }
    let suggestion = closest(tag, allowed().map(|schema| schema.tag));
    report.add(
        FindingCode::UnknownElement,
        Severity::Error,
        child.offset,
        format!(
            "Twilio skips `<{}>`, because TwiML has no such element.",
            shorten(tag)
        ),
        suggestion.map(|tag| format!("<{tag}>")),
    );
    None
}

/// Where an element may stand, in words.
fn places(tag: &str) -> String {
    let schemas = schema::elements().filter(|schema| schema.tag == tag);
    let mut places: Vec<_> = schemas
        .flat_map(|schema| schema.parents)
        .filter_map(|parent| schema::element(parent))
        .map(place)
        .collect();
    places.sort();
    places.dedup();
    match &places[..] {
        [] => "it is only the root".to_owned(),
        [place] => format!("it belongs into {place}"),
        [places @ .., last] => format!("it belongs into {} or {last}", places.join(", ")),
    }
}

fn place(parent: &ElementSchema) -> String {
    match parent.name {
        "VoiceResponse" => "the `<Response>` to a call".to_owned(),
        "MessagingResponse" => "the `<Response>` to a message".to_owned(),
        "FaxResponse" => "the `<Response>` to a fax".to_owned(),
        _ => format!("`<{}>`", parent.tag),
    }
}

/// Checks the attributes of an element; here too a wrong letter case is overlooked after a finding.
pub(super) fn attributes(schema: &ElementSchema, source: &Element<'_>, report: &mut Report) {
    let tag = schema.tag;
    for attribute in &source.attributes {
        if report.is_full() {
            return;
        }
        let (name, offset) = (attribute.name, attribute.offset);
        let mut known = schema.attributes.iter();
        if let Some(known) = schema.attribute(name) {
            values::check(schema, known, attribute, report);
        } else if let Some(known) = known.find(|known| known.name.eq_ignore_ascii_case(name)) {
            let message =
                format!("Twilio ignores `{name}` of `<{tag}>`, because names are case-sensitive.");
            let (code, suggestion) = (FindingCode::WrongCase, Some(known.name.to_owned()));
            report.add(code, Severity::Error, offset, message, suggestion);
            values::check(schema, known, attribute, report);
        } else if !declares_namespace(name) {
            let shown = shorten(name);
            let message =
                format!("Twilio ignores `{shown}`, because `<{tag}>` has no such attribute.");
            let suggestion = closest(name, schema.attributes.iter().map(|known| known.name));
            report.add(
                FindingCode::UnknownAttribute,
                Severity::Error,
                offset,
                message,
                suggestion.map(ToOwned::to_owned),
            );
        }
    }
    for required in schema.attributes.iter().filter(|known| known.required) {
        let mut given = source.attributes.iter().map(|attribute| attribute.name);
        if !given.any(|name| name.eq_ignore_ascii_case(required.name)) {
            let message = format!("`<{tag}>` needs the attribute `{}`.", required.name);
            report.error(FindingCode::MissingAttribute, source.offset, message);
        }
    }
}

/// Editors put declarations of namespaces there; they do no harm.
fn declares_namespace(name: &str) -> bool {
    name == "xmlns" || name.starts_with("xmlns:")
}
