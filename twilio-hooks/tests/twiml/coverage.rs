//! The types are those of Twilio's libraries and documentation: nothing is missing, nothing is more.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twilio_hooks::twiml::schema::{self, AttributeSchema, ElementSchema, TextRule, ValueKind};

use crate::document::parse;
use crate::elements::{Typed, elements, known, plain};
use crate::facts::{Facts, pair};

#[test]
fn every_element_has_a_type() {
    let facts = Facts::read();
    let ours: Vec<_> = schema::elements().map(|element| element.name).collect();
    assert_eq!(ours.len(), 65);
    assert_eq!(
        BTreeSet::from_iter(ours.into_iter().map(ToOwned::to_owned)),
        facts.elements().into_keys().collect()
    );
    for element in schema::elements() {
        let fact = facts.element(element.name);
        assert_eq!(fact["xml_name"], element.tag, "{}", element.name);
        assert_eq!(fact["mixed"], element.mixed, "{}", element.name);
        let text = match element.text {
            TextRule::None => "none",
            TextRule::Optional => "optional",
            TextRule::Required => "required",
            other => panic!("no word for {other:?} in the fixture"),
        };
        assert_eq!(fact["text"], text, "{}", element.name);
    }
}

#[test]
fn the_schema_has_the_pairs_of_the_types() {
    let facts = Facts::read();
    let ours: BTreeSet<_> = schema::elements()
        .flat_map(|child| child.parents.iter().map(|parent| pair(parent, child.name)))
        .collect();
    let theirs = &facts.pairs() | &facts.pairs_of_the_documentation();
    assert_eq!(ours, theirs);
}

#[test]
fn every_attribute_has_a_field_of_its_name_and_type() {
    let facts = Facts::read();
    let (mut in_libraries, mut all) = (0, 0);
    for element in schema::elements() {
        let theirs = facts.attributes(element.name);
        let names: Vec<_> = element.attributes.iter().map(|a| a.name).collect();
        assert_eq!(
            names,
            Vec::from_iter(theirs.keys().copied()),
            "{}",
            element.name
        );
        let fact = facts.element(element.name);
        in_libraries += fact["attributes"].as_object().unwrap().len();
        all += names.len();
        for attribute in element.attributes {
            check(element, attribute, theirs[attribute.name]);
        }
    }
    assert_eq!((in_libraries, all), (308, 314));
}

fn check(element: &ElementSchema, attribute: &AttributeSchema, fact: &Value) {
    let context = format!("{} {}", element.name, attribute.name);
    assert_eq!(attribute.field, rust_name(attribute.name), "{context}");

    // Twilio's lists of voices and languages are long, differ from place to place, and grow.
    let long_list = matches!(attribute.name, "language" | "voice" | "xml:lang");
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
    assert_eq!(describe(&attribute.kind), kind, "{context}");

    let range = fact["range"].as_array();
    let range = range.map(|range| (range[0].as_f64().unwrap(), range[1].as_f64().unwrap()));
    assert_eq!(attribute.range, range, "{context}");

    // Only a stream that is started needs a URL, not one that is stopped.
    let required = fact["required_by_docs"] == true && context != "Stream url";
    assert_eq!(attribute.required, required, "{context}");
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

/// Each type with its setters in the table, and a function that sets one.
macro_rules! setters {
    ($($Element:ident: $text:tt { $($field:ident)* } [$($Child:ident)*] $($mixed:ident)?;)*) => {
        [$((
            stringify!($Element),
            &[$(stringify!($field)),*] as &[&str],
            set_one::<$Element> as fn(&str, &Value) -> String,
        )),*]
    };
}

/// The element with one attribute, given by its setter.
fn set_one<T: Typed + ToString>(name: &str, value: &Value) -> String {
    let text = match known::<T>().text {
        TextRule::Required => json!("text"),
        _ => Value::Null,
    };
    let tree = json!({ "attrs": { name: value }, "text": text, "children": [] });
    T::build(&tree).unwrap().to_string()
}

#[test]
fn every_setter_writes_its_attribute_and_no_other() {
    use twilio_hooks::twiml::{ssml::*, *};

    let (mut elements, mut setters) = (0, 0);
    for (name, fields, set_one) in elements!(setters) {
        let element = schema::element(name).unwrap();
        let expected: Vec<_> = element.attributes.iter().map(|a| a.field).collect();
        assert_eq!(fields, expected, "{name}");
        elements += 1;
        for attribute in element.attributes {
            let (value, written) = sample(&attribute.kind);
            let read = parse(&set_one(attribute.name, &value)).root.attributes;
            let expected = [(attribute.name.to_owned(), written)];
            assert_eq!(Vec::from_iter(read), expected, "{name}");
            setters += 1;
        }
    }
    assert_eq!((elements, setters), (65, 314));
}

/// A value of the kind, and what is written for it.
fn sample(kind: &ValueKind) -> (Value, String) {
    match kind {
        ValueKind::Text | ValueKind::BooleanOrText => (json!("a & b"), "a & b".to_owned()),
        ValueKind::Integer | ValueKind::IntegerOr(_) => (json!(8), "8".to_owned()),
        ValueKind::Decimal => (json!("0.70"), "0.70".to_owned()),
        ValueKind::Boolean => (json!(false), "false".to_owned()),
        ValueKind::Enum { values, .. } => (json!(values[0]), values[0].to_owned()),
        ValueKind::List { separator, item } => {
            let (value, written) = sample(item);
            (
                json!([value, value]),
                format!("{written}{separator}{written}"),
            )
        }
        other => panic!("no sample of {other:?}"),
    }
}
