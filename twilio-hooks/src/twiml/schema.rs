//! What is known about TwiML's elements, as data: for tools that write, check or explain TwiML.
//!
//! The tables are made from the definitions of the elements, so they say what the types do.
//!
//! ```
//! use twilio_hooks::twiml::schema::{self, ValueKind};
//!
//! let gather = schema::element("Gather").unwrap();
//! assert_eq!((gather.tag, gather.parents), ("Gather", &["VoiceResponse"][..]));
//!
//! let num_digits = gather.attribute("numDigits").unwrap();
//! assert_eq!(num_digits.field, "num_digits");
//! assert_eq!(num_digits.kind, ValueKind::Integer);
//! ```

use super::verbs::KNOWN_ELEMENTS;
use super::{FaxResponse, MessagingResponse, VoiceResponse, element::Known};

/// The schemas of all elements that have a type: first the roots, then the others by the names of
/// their types.
pub fn elements() -> impl Iterator<Item = &'static ElementSchema> {
    let roots = [
        VoiceResponse::SCHEMA,
        MessagingResponse::SCHEMA,
        FaxResponse::SCHEMA,
    ];
    let others = KNOWN_ELEMENTS.iter().map(|known| known.schema);
    roots.into_iter().chain(others)
}

/// The schema of the element whose type has this name.
#[must_use]
pub fn element(name: &str) -> Option<&'static ElementSchema> {
    elements().find(|schema| schema.name == name)
}

/// What is known about an element.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct ElementSchema {
    /// The name of the type, which no other element has.
    pub name: &'static str,
    /// The name in XML, which some elements share: the type tells the `<Sip>` of a `<Dial>` from
    /// that of a `<Refer>`.
    pub tag: &'static str,
    /// The names of the types that it may stand inside; empty for a root.
    pub parents: &'static [&'static str],
    /// Whether it begins with text.
    pub text: TextRule,
    /// Whether text may also stand between the elements inside.
    pub mixed: bool,
    /// The attributes it has, in the order they are written in.
    pub attributes: &'static [AttributeSchema],
}

impl ElementSchema {
    /// The attribute of this name in XML.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeSchema> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }
}

/// Whether an element begins with text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextRule {
    /// It has no text.
    None,
    /// It may have text.
    Optional,
    /// It means nothing without text.
    Required,
}

/// What is known about an attribute.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct AttributeSchema {
    /// The name of the field and of the setter.
    pub field: &'static str,
    /// The name in XML.
    pub name: &'static str,
    /// What its values are.
    pub kind: ValueKind,
    /// The least and the greatest number that Twilio takes, where that is documented.
    pub range: Option<(f64, f64)>,
    /// Whether the element means nothing without it.
    pub required: bool,
}

/// What the values of an attribute are.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ValueKind {
    /// Any text.
    Text,
    /// A whole number that isn't negative.
    Integer,
    /// A number that may have a fraction.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// One of a set of words.
    Enum {
        /// Those with a variant.
        values: &'static [&'static str],
        /// Those that Twilio understands too.
        also: &'static [&'static str],
        /// Whether Twilio takes more than these.
        open: bool,
    },
    /// A whole number or one of these words.
    IntegerOr(&'static [&'static str]),
    /// `true`, `false`, or any other text.
    BooleanOrText,
    /// Any number of items.
    List {
        /// What stands between two items.
        separator: &'static str,
        /// What the items are.
        item: &'static Self,
    },
}
