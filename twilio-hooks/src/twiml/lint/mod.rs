//! What Twilio would object to in a TwiML document, or do otherwise than its author thinks.
//!
//! ```
//! use twilio_hooks::twiml::lint::{FindingCode, Product, Severity, lint};
//!
//! let findings = lint(
//!     r#"<Response>
//!     <Gather numDigits="one" action="/menu"><Say>Press a key.</Say></Gather>
//!     <Redirect>/menu</Redirect>
//!     <say>Goodbye</say>
//! </Response>"#,
//!     Product::Voice,
//! );
//! let found: Vec<_> = findings.iter().map(ToString::to_string).collect();
//! assert_eq!(
//!     found,
//!     [
//!         "2:13: error[not-a-number]: Twilio ignores `numDigits` of `<Gather>`, which takes a whole number.",
//!         "4:5: error[wrong-case]: Twilio skips `<say>`, because names are case-sensitive. Did you mean `<Say>`?",
//!         "4:5: warning[unreachable-verb]: This is never reached, because `<Redirect>` goes on with another document.",
//!     ],
//! );
//! assert_eq!(findings[0].code, FindingCode::NotANumber);
//! assert_eq!(findings[0].severity, Severity::Error);
//! ```
//!
//! Documents are checked as they are written, with all that is misspelt or misplaced in them, against
//! the [`schema`](super::schema) of the elements. For a response that was built there is a
//! method [`VoiceResponse::lint`](super::VoiceResponse::lint).
//!
//! # What is found
//!
//! | Rules | Codes |
//! |---|---|
//! | XML | `not-well-formed`, `wrong-root`, `too-large` |
//! | Names | `unknown-element`, `unknown-attribute`, `wrong-case`, `wrong-nesting`, `missing-attribute` |
//! | Values | `not-a-number`, `out-of-range`, `value-not-allowed` |
//! | Text | `unexpected-text`, `missing-text`, `text-too-long` |
//! | Flow | `missing-action`, `unreachable-verb`, `reject-not-first`, `empty-response` |
//!
//! An [error](Severity::Error) is what Twilio refuses or skips; a [warning](Severity::Warning) works,
//! but perhaps not as intended, or is a value that this crate doesn't know. Whether numbers exist,
//! URLs answer and accounts have a feature is not looked at. Messages show names from the document,
//! cut to a sane length, and never texts or values.

mod content;
mod finding;
mod flow;
mod names;
mod sockets;
mod suggest;
mod values;

pub use finding::{Finding, FindingCode, Severity};

use super::element::Known;
use super::parse::{self, ParseErrorKind};
use super::schema::ElementSchema;
use super::source::{Content, Element};
use super::{FaxResponse, MessagingResponse, VoiceResponse};
use finding::Report;

/// The greatest length of a document in bytes; Twilio's error 11750.
const LARGEST_DOCUMENT: usize = 64 * 1024;

/// What a document is for; each product has its own verbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Product {
    /// Calls: what a [`VoiceResponse`] holds.
    Voice,
    /// Messages: what a [`MessagingResponse`] holds.
    Messaging,
    /// Faxes: what a [`FaxResponse`] holds.
    Fax,
}

/// Checks a TwiML document; the findings come in the order of their places.
///
/// A text that isn't XML has one finding, where it breaks. After the first thousand findings the
/// others are left out. See the [module](self) for an example and the rules.
#[must_use]
pub fn lint(text: &str, product: Product) -> Vec<Finding> {
    let root = match product {
        Product::Voice => VoiceResponse::SCHEMA,
        Product::Messaging => MessagingResponse::SCHEMA,
        Product::Fax => FaxResponse::SCHEMA,
    };
    lint_as(text, root)
}

pub(super) fn lint_as(text: &str, schema: &'static ElementSchema) -> Vec<Finding> {
    let mut report = Report::default();
    if text.len() > LARGEST_DOCUMENT {
        report.error(
            FindingCode::TooLarge,
            0,
            "Twilio refuses documents of more than 64 kB; send less, or go on by `<Redirect>`.",
        );
    }
    match parse::root(text) {
        Ok(root) => {
            element(schema, &root, &mut report);
            flow::root(schema, &root, &mut report);
        }
        Err(error) => {
            let (code, ending) = match error.kind {
                ParseErrorKind::WrongRoot { .. } => (FindingCode::WrongRoot, ""),
                _ => (FindingCode::NotWellFormed, ", which is not well-formed XML"),
            };
            let message = format!("Twilio refuses the document: {}{ending}.", error.kind);
            report.error(code, error.position.offset, message);
        }
    }
    report.finish(text)
}

/// Checks an element that stands in a right place, and all that is inside.
///
/// What is inside an unknown or misplaced element Twilio doesn't see, and neither does the linter.
fn element(schema: &'static ElementSchema, source: &Element<'_>, report: &mut Report) {
    names::attributes(schema, source, report);
    content::texts(schema, source, report);
    for child in elements_in(source) {
        if report.is_full() {
            return;
        }
        if let Some(child_schema) = names::child(schema, child, report) {
            sockets::address(schema, child_schema, child, report);
            element(child_schema, child, report);
        }
    }
}

fn elements_in<'e, 'x>(source: &'e Element<'x>) -> impl Iterator<Item = &'e Element<'x>> {
    source.content.iter().filter_map(|content| match content {
        Content::Element(element) => Some(element),
        Content::Text(..) | Content::Comment(_) => None,
    })
}
