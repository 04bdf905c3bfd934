//! The types are those of Twilio's libraries and documentation: nothing is missing, nothing is more.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twilio_hooks::twiml::schema::{self, TextRule, ValueKind};

use crate::comparison::{described, described_attribute, expected, expected_attribute, pairs};
use crate::document::parse;
use crate::elements::{Typed, elements, known};
use crate::facts::Facts;

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
        assert_eq!(described(element), expected(fact), "{}", element.name);
    }
}

#[test]
fn the_schema_has_the_pairs_of_the_types() {
    let facts = Facts::read();
    let theirs = &facts.pairs() | &facts.pairs_of_the_documentation();
    assert_eq!(pairs(), theirs);
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
            let context = format!("{} {}", element.name, attribute.name);
            let theirs = expected_attribute(element.name, attribute.name, theirs[attribute.name]);
            assert_eq!(described_attribute(attribute), theirs, "{context}");
        }
    }
    assert_eq!((in_libraries, all), (308, 314));
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
