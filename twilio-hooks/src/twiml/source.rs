//! TwiML as it was written: a tree of names, values and texts with their places, before anything is
//! known about their meaning.

#![allow(dead_code, reason = "read by the parser that is to come")]

use std::borrow::Cow;

/// An element as it was written.
#[derive(Debug, Clone)]
pub(crate) struct Element<'x> {
    pub(crate) name: &'x str,
    /// The byte at which its start tag begins.
    pub(crate) offset: usize,
    pub(crate) attributes: Vec<Attribute<'x>>,
    /// What is inside; neighbouring texts are one, and no text is empty.
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
}
