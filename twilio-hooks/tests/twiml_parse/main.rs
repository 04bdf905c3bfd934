//! TwiML text becomes a typed tree and the same text again.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test by it")]

#[path = "../twiml/document.rs"]
#[allow(dead_code, reason = "the tests that write TwiML need more of it")]
mod document;
mod errors;
mod kept;
mod schema;
mod trees;
mod vectors;

use std::fmt::Debug;

use twilio_hooks::twiml::{RawElement, XmlName};

pub(crate) fn raw(name: &'static str) -> RawElement {
    RawElement::new(XmlName::from_static(name))
}

/// Whether nothing is kept by name alone.
pub(crate) fn is_typed(response: &impl Debug) -> bool {
    let response = format!("{response:?}");
    !response.contains("RawElement(") && !response.contains("RawAttributes(Some")
}
