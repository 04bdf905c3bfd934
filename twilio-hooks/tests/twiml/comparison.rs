//! What `twiml::schema` says about elements, and what the fixture says, in the same words.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twilio_hooks::twiml::schema::{self, AttributeSchema, ElementSchema, TextRule, ValueKind};

use crate::elements::plain;
use crate::facts::pair;

pub(crate) fn described(element: &ElementSchema) -> Value {
    let text = match element.text {
        TextRule::None => "none",
        TextRule::Optional => "optional",
        TextRule::Required => "required",
        other => panic!("no word for {other:?} in the fixture"),
    };
    json!({ "xml_name": element.tag, "mixed": element.mixed, "text": text })
}

pub(crate) fn expected(fact: &Value) -> Value {
    json!({ "xml_name": fact["xml_name"], "mixed": fact["mixed"], "text": fact["text"] })
}

/// What may stand inside what.
pub(crate) fn pairs() -> BTreeSet<(String, String)> {
    schema::elements()
        .flat_map(|child| child.parents.iter().map(|parent| pair(parent, child.name)))
        .collect()
}

pub(crate) fn described_attribute(attribute: &AttributeSchema) -> Value {
    json!({
        "field": attribute.field,
        "kind": describe(&attribute.kind),
        "range": attribute.range,
        "required": attribute.required,
    })
}

pub(crate) fn expected_attribute(element: &str, name: &str, fact: &Value) -> Value {
    // Twilio's lists of voices and languages are long, differ from place to place, and grow.
    let long_list = matches!(name, "language" | "voice" | "xml:lang");
    let kind = match fact["type"].as_str().unwrap() {
        "enum" if long_list => json!("text"),
        "string" | "uri" | "language-tag" | "duration" => json!("text"),
        "http-method" => json!([["GET", "POST"], false]),
        "enum" => words_of(fact),
        "enum-list" => json!({ "list": words_of(fact), "separator": fact["list_separator"] }),
        "integer-list" => json!({ "list": "integer", "separator": fact["list_separator"] }),
        "string-list" => json!({ "list": "text", "separator": fact["list_separator"] }),
        "integer-or-keyword" => json!({ "integer or": fact["values"] }),
        other => json!(other),
    };
    let range = fact["range"].as_array();
    let range = range.map(|range| (range[0].as_f64().unwrap(), range[1].as_f64().unwrap()));
    // Only a stream that is started needs a URL, not one that is stopped.
    let required = fact["required_by_docs"] == true && (element, name) != ("Stream", "url");
    json!({ "field": rust_name(name), "kind": kind, "range": range, "required": required })
}

/// The values of an enumeration in alphabetical order, and whether there may be others.
fn words_of(fact: &Value) -> Value {
    let listed = |key: &str| fact[key].as_array().into_iter().flatten();
    let words: BTreeSet<_> = listed("values")
        .chain(listed("also_accepts"))
        .map(plain)
        .collect();
    json!([words, fact["open"] == true])
}

fn describe(kind: &ValueKind) -> Value {
    match kind {
        ValueKind::Text => json!("text"),
        ValueKind::Integer => json!("integer"),
        ValueKind::Decimal => json!("decimal"),
        ValueKind::Boolean => json!("boolean"),
        ValueKind::Enum { values, also, open } => {
            json!([BTreeSet::from_iter(values.iter().chain(*also)), open])
        }
        ValueKind::IntegerOr(words) => json!({ "integer or": words }),
        ValueKind::BooleanOrText => json!("boolean-or-string"),
        ValueKind::List { separator, item } => {
            json!({ "list": describe(item), "separator": separator })
        }
        other => panic!("no type for {other:?} in the fixture"),
    }
}

/// `answerOnBridge` is `answer_on_bridge`, `xml:lang` is `xml_lang`; words that Rust keeps for
/// itself get an underscore.
fn rust_name(name: &str) -> String {
    let mut field = String::new();
    for c in name.chars() {
        match c {
            'A'..='Z' => field.extend(['_', c.to_ascii_lowercase()]),
            ':' | '-' => field.push('_'),
            c => field.push(c),
        }
    }
    if matches!(name, "for" | "loop") {
        field.push('_');
    }
    field
}
