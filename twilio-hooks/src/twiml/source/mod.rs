//! TwiML as it was written: a tree of names, values and texts with their places, before anything is
//! known about their meaning.
//!
//! quick-xml finds the tags, texts and references. It leaves to its users much of what makes XML
//! well-formed, so that is checked here: names, characters, attributes, what stands outside the
//! root. Nothing is fetched or expanded, the depth is bounded, and the time grows with the length
//! of the text and no faster.

mod document;
mod tag;

use std::borrow::Cow;

use super::parse::ParseErrorKind;

pub(crate) use document::document;

/// White space, as XML means it.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// An element as it was written.
#[derive(Debug, Clone)]
pub(crate) struct Element<'x> {
    pub(crate) name: &'x str,
    /// The byte at which its start tag begins.
    pub(crate) offset: usize,
    pub(crate) attributes: Vec<Attribute<'x>>,
    /// What is inside; texts beside each other are one, and none is empty.
    pub(crate) content: Vec<Content<'x>>,
    /// Whether it is one tag, `<a/>`, and not two, `<a></a>`.
    pub(crate) self_closing: bool,
}

/// An attribute as it was written; an element has no two of the same name.
#[derive(Debug, Clone)]
pub(crate) struct Attribute<'x> {
    pub(crate) name: &'x str,
    /// The value with its references resolved.
    pub(crate) value: Cow<'x, str>,
    /// The byte at which its name begins.
    pub(crate) offset: usize,
}

/// What stands inside an element.
#[derive(Debug, Clone)]
pub(crate) enum Content<'x> {
    /// Text with its references resolved, and the byte at which it begins.
    Text(Cow<'x, str>, usize),
    Element(Element<'x>),
    Comment(Cow<'x, str>),
}

/// What is wrong at a byte.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) offset: usize,
    pub(crate) kind: ParseErrorKind,
}

impl Refused {
    pub(crate) fn new(offset: usize, kind: ParseErrorKind) -> Self {
        Self { offset, kind }
    }

    fn syntax(offset: usize, reason: &'static str) -> Self {
        Self::new(offset, ParseErrorKind::Syntax { reason })
    }
}

/// `Char` of <https://www.w3.org/TR/xml/#NT-Char>.
const fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}
