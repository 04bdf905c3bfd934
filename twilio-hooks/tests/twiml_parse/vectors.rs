//! The documents of Twilio's own libraries are read into types, and checked without complaint.

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use twilio_hooks::twiml::lint::{Finding, FindingCode, Product, Severity};
use twilio_hooks::twiml::{FaxResponse, MessagingResponse, ParseError, VoiceResponse, lint};

use crate::document::parse;
use crate::is_typed;

/// Documents that Twilio's libraries write, which `twiml/vectors.rs` tells about.
const VECTORS: &str = include_str!("../fixtures/twiml-vectors.jsonl");

/// Those with names that TwiML doesn't know, or numbers that are fractions, negative or too great.
const NOT_TYPED: [&str; 19] = [
    "format/float",
    "format/float-exp",
    "format/float-small",
    "format/float-whole",
    "format/int-2-53",
    "format/int-beyond-2-53",
    "format/int-negative",
    "mixed/generic/deep",
    "name/unknown-attr",
    "name/unknown-attr-dash",
    "name/unknown-attr-leading-underscore",
    "name/unknown-attr-underscore",
    "name/unknown-element",
    "name/unknown-element-dash",
    "name/unknown-element-name-attr",
    "name/unknown-element-utf8",
    "name/unknown-under-known",
    "order/mixed-case",
    "order/xml-lang",
];

/// Reads and writes a document; whether it is typed, and what the linter says.
fn read<Response>(text: &str, product: Product) -> Result<(bool, Vec<Finding>), ParseError>
where
    Response: FromStr<Err = ParseError> + Display + Debug + PartialEq,
{
    let response: Response = text.parse()?;
    let written = response.to_string();
    assert_eq!(written.parse().as_ref(), Ok(&response), "{text}");
    // One has a blank at the end of its root, which is dropped.
    let significant = text.replace(">\n</Response>", "></Response>");
    assert_eq!(parse(&written).root, parse(&significant).root, "{text}");
    Ok((is_typed(&response), lint(text, product)))
}

#[test]
fn documents_of_the_official_libraries_are_read_and_checked() {
    let (mut typed, mut kept, mut refused) = (0, 0, 0);
    let mut names = BTreeSet::new();
    for line in VECTORS.lines() {
        let vector: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = vector["name"].as_str().unwrap();
        for text in [&vector["xml"], &vector["node_xml"]] {
            let Some(text) = text.as_str() else { continue };
            let read = match vector["product"].as_str().unwrap() {
                "voice" => read::<VoiceResponse>(text, Product::Voice),
                "messaging" => read::<MessagingResponse>(text, Product::Messaging),
                "fax" => read::<FaxResponse>(text, Product::Fax),
                other => panic!("{other}"),
            };
            let Ok((typed_whole, findings)) = read else {
                // What can't be XML is not XML when the libraries write it nevertheless.
                let invalid = vector["invalid_char"] == true || vector["invalid_name"] == true;
                assert!(invalid, "{name}: {read:?}");
                refused += 1;
                continue;
            };
            if typed_whole {
                typed += 1;
                assert_eq!(errors(name, &findings), [] as [&Finding; 0], "{name}");
            } else {
                kept += 1;
                names.insert(name.to_owned());
            }
        }
    }
    println!("{typed} documents typed, {kept} partly by name, {refused} refused");
    assert_eq!(names.into_iter().collect::<Vec<_>>(), NOT_TYPED);
    assert_eq!((typed, kept, refused), (1525, 37, 21));
}

/// The errors that a vector shouldn't have. Those about single elements and attributes leave out
/// all else that the element needs.
fn errors<'f>(name: &str, findings: &'f [Finding]) -> Vec<&'f Finding> {
    let mut ignored = match name {
        "escape/text/long" => vec![FindingCode::TextTooLong],
        "mixed/root/text-around" | "mixed/root-two-strings" => vec![FindingCode::UnexpectedText],
        _ => vec![],
    };
    let group = name.split_once('/').map(|(group, _)| group);
    if let Some("all-attrs" | "attr" | "escape" | "pair" | "values") = group {
        ignored.extend([FindingCode::MissingText, FindingCode::MissingAttribute]);
    }
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    errors
        .filter(|finding| !ignored.contains(&finding.code))
        .collect()
}
