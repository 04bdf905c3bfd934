//! The XML writer, the only place that writes markup.
//!
//! What leaves it is well-formed whatever the input: names are checked before they get here (those
//! of known elements at compile time, those of users by [`XmlName`](super::XmlName)), an attribute
//! is written once per element, tags are closed by the function that opened them, and text is
//! escaped. Characters that XML 1.0 can't carry even as references (control characters other than
//! tab, line feed and carriage return; U+FFFE and U+FFFF) become U+FFFD, the replacement character.

use super::name::XmlName;
use super::raw::RawAttributes;
use super::schema::ValueKind;
use super::verbs::Node;

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// Room for nearly every reply, so that the buffer seldom grows.
const TYPICAL_SIZE: usize = 1000;

/// Something that can be written as XML.
pub(crate) trait WriteXml {
    fn write_xml(&self, xml: &mut XmlWriter);
}

/// One growing buffer of XML.
#[derive(Debug)]
pub(crate) struct XmlWriter {
    out: String,
}

impl XmlWriter {
    /// A whole document, with the XML declaration.
    pub(crate) fn document(root: &impl WriteXml) -> String {
        let mut xml = Self::with_room();
        xml.declaration();
        root.write_xml(&mut xml);
        xml.out
    }

    /// A document that is put together piece by piece.
    pub(crate) fn with_room() -> Self {
        Self {
            out: String::with_capacity(TYPICAL_SIZE),
        }
    }

    pub(crate) fn declaration(&mut self) {
        self.out.push_str(DECLARATION);
    }

    /// What was written.
    pub(crate) fn into_string(self) -> String {
        self.out
    }

    /// One node without a declaration.
    pub(crate) fn fragment(node: &impl WriteXml) -> String {
        let mut xml = Self { out: String::new() };
        node.write_xml(&mut xml);
        xml.out
    }

    /// An element: its start tag, the leading text, the children in order, its end tag.
    ///
    /// `typed` writes the attributes the element knows; those in `raw` follow and win over typed
    /// ones of the same name.
    #[inline]
    pub(crate) fn element(
        &mut self,
        name: ElementName,
        typed: impl FnOnce(&mut StartTag<'_>),
        raw: &RawAttributes,
        text: Option<&str>,
        children: &[Node],
    ) {
        self.out.push_str(name.start);
        let mut tag = StartTag {
            out: &mut self.out,
            raw,
        };
        typed(&mut tag);
        tag.raw_attributes();
        if self.content(text, children) {
            self.out.push_str(name.end);
        }
    }

    /// An element whose name was made at run time.
    pub(crate) fn raw_element(&mut self, name: &XmlName, raw: &RawAttributes, children: &[Node]) {
        self.out.push('<');
        self.out.push_str(name.as_str());
        StartTag {
            out: &mut self.out,
            raw,
        }
        .raw_attributes();
        if self.content(None, children) {
            self.out.push_str("</");
            self.out.push_str(name.as_str());
            self.out.push('>');
        }
    }

    /// Ends the start tag and writes what is inside; `false` if there is nothing, and the element
    /// is closed.
    #[inline]
    fn content(&mut self, text: Option<&str>, children: &[Node]) -> bool {
        if text.is_none() && children.is_empty() {
            self.out.push_str("/>");
            return false;
        }
        self.out.push('>');
        if let Some(text) = text {
            self.text(text);
        }
        for child in children {
            child.write_xml(self);
        }
        true
    }

    /// A comment, which nothing in it ends early: [`Comment`](super::Comment) sees to that.
    pub(crate) fn comment(&mut self, comment: &super::Comment) {
        self.out.push_str("<!--");
        self.out.push_str(comment.as_str());
        self.out.push_str("-->");
    }

    /// Character data.
    pub(crate) fn text(&mut self, text: &str) {
        escape(&mut self.out, text, Place::Text);
    }
}

/// The name of a known element, with the markup around it, so that each tag is copied in one piece.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ElementName {
    pub(crate) start: &'static str,
    pub(crate) end: &'static str,
}

/// The name of a known attribute, with the markup around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttributeName {
    pub(crate) start: &'static str,
    pub(crate) name: &'static str,
}

/// Makes an [`ElementName`]; a wrong name doesn't compile.
macro_rules! element_name {
    ($name:literal) => {
        const {
            assert!($crate::twiml::name::is_plain_name($name.as_bytes()));
            $crate::twiml::xml::ElementName {
                start: concat!("<", $name),
                end: concat!("</", $name, ">"),
            }
        }
    };
}

/// Makes an [`AttributeName`]; a wrong name doesn't compile.
macro_rules! attribute_name {
    ($name:literal) => {
        const {
            assert!($crate::twiml::name::is_plain_name($name.as_bytes()));
            $crate::twiml::xml::AttributeName {
                start: concat!(" ", $name, "=\""),
                name: $name,
            }
        }
    };
}

pub(crate) use {attribute_name, element_name};

/// A start tag that takes attributes.
#[derive(Debug)]
pub(crate) struct StartTag<'x> {
    out: &'x mut String,
    raw: &'x RawAttributes,
}

impl StartTag<'_> {
    /// Writes an attribute if it has a value and is not overridden by a raw one.
    #[inline]
    pub(crate) fn attribute(&mut self, name: AttributeName, value: Option<&impl AttributeValue>) {
        if let Some(value) = value
            && !self.raw.contains(name.name)
        {
            self.out.push_str(name.start);
            value.write_value(&mut ValueWriter { out: self.out });
            self.out.push('"');
        }
    }

    #[inline]
    fn raw_attributes(&mut self) {
        for (name, value) in self.raw.as_slice() {
            self.out.push(' ');
            self.out.push_str(name.as_str());
            self.out.push_str("=\"");
            value.write_value(&mut ValueWriter { out: self.out });
            self.out.push('"');
        }
    }
}

/// A value that an attribute can have.
pub(crate) trait AttributeValue: Sized {
    /// What the values are, for tools and the linter.
    const KIND: ValueKind;

    fn write_value(&self, value: &mut ValueWriter<'_>);

    /// The value that is written as exactly `text`; `None` if there is none, and the text has to be
    /// kept as it is.
    fn parse_value(text: &str) -> Option<Self>;
}

/// The inside of an attribute's quotes.
#[derive(Debug)]
pub(crate) struct ValueWriter<'x> {
    out: &'x mut String,
}

#[cfg(test)]
impl<'x> ValueWriter<'x> {
    pub(crate) const fn new(out: &'x mut String) -> Self {
        Self { out }
    }
}

impl ValueWriter<'_> {
    pub(crate) fn text(&mut self, text: &str) {
        escape(self.out, text, Place::Attribute);
    }

    /// Text of this crate, which needs no escaping.
    #[inline]
    pub(crate) fn keyword(&mut self, keyword: &'static str) {
        debug_assert!(is_plain(keyword.as_bytes()), "{keyword:?} needs escaping");
        self.out.push_str(keyword);
    }

    pub(crate) fn integer(&mut self, number: u32) {
        if number >= 10 {
            self.integer(number / 10);
        }
        // The remainder is below ten, so nothing is cut off.
        self.out.push(char::from(b'0' + (number % 10) as u8));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Attribute,
}

/// Copies `text`, replacing what can't stand in that place.
fn escape(out: &mut String, text: &str, place: Place) {
    // Nearly all texts are plain, and finding that out takes a fraction of the time that a look at
    // each byte takes.
    if is_plain(text.as_bytes()) {
        out.push_str(text);
    } else {
        escape_each(out, text, place);
    }
}

#[cold]
fn escape_each(out: &mut String, text: &str, place: Place) {
    let bytes = text.as_bytes();
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        if let Some((replacement, length)) = replace(&bytes[at..], place) {
            // What is replaced starts and ends at a character boundary, see `replace`.
            out.push_str(&text[copied..at]);
            out.push_str(replacement);
            at += length;
            copied = at;
        } else {
            at += 1;
        }
    }
    out.push_str(&text[copied..]);
}

/// What to write for the character that `bytes` start with, and its length; `None` if it stays as
/// it is.
fn replace(bytes: &[u8], place: Place) -> Option<(&'static str, usize)> {
    let in_attribute = place == Place::Attribute;
    match bytes {
        [b'&', ..] => Some(("&amp;", 1)),
        [b'<', ..] => Some(("&lt;", 1)),
        // Only `]]>` must be escaped in text, but nobody minds the shorter rule.
        [b'>', ..] => Some(("&gt;", 1)),
        [b'"', ..] if in_attribute => Some(("&quot;", 1)),
        // A parser turns these into spaces inside attributes, and a bare carriage return into a
        // line feed everywhere.
        [b'\t', ..] if in_attribute => Some(("&#9;", 1)),
        [b'\n', ..] if in_attribute => Some(("&#10;", 1)),
        [b'\r', ..] => Some(("&#13;", 1)),
        [b'\t' | b'\n', ..] => None,
        [0..=0x1F, ..] => Some(("\u{FFFD}", 1)),
        [0xEF, 0xBF, 0xBE | 0xBF, ..] => Some(("\u{FFFD}", 3)),
        _ => None,
    }
}

const BLOCK: usize = 16;

/// Whether nothing in `bytes` needs a look by [`replace`].
///
/// Blocks of fixed size without early exits become vector instructions, and the last one overlaps
/// the one before it.
fn is_plain(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<BLOCK>() else {
        return bytes.iter().all(|&byte| harmless(byte) != 0);
    };
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let mut least = [u8::MAX; BLOCK];
    for block in blocks {
        lower(&mut least, block);
    }
    lower(&mut least, last);
    least.iter().fold(u8::MAX, |least, &lane| least.min(lane)) != 0
}

#[inline]
fn lower(least: &mut [u8; BLOCK], block: &[u8; BLOCK]) {
    for (least, &byte) in least.iter_mut().zip(block) {
        *least = harmless(byte).min(*least);
    }
}

/// Zero for bytes that may need replacing; among them 0xEF, which starts U+FFFE and U+FFFF, and
/// harmless characters too.
///
/// It is the least of several differences, because a vector instruction can compute that.
#[inline]
fn harmless(byte: u8) -> u8 {
    let control = byte & 0xE0;
    control
        .min(byte ^ b'&')
        .min(byte ^ b'<')
        .min(byte ^ b'>')
        .min(byte ^ b'"')
        .min(byte ^ 0xEF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str, place: Place) -> String {
        let mut out = String::new();
        escape(&mut out, text, place);
        out
    }

    #[test]
    fn markup_characters_are_escaped() {
        assert_eq!(escaped("<a> & \"b\"", Place::Text), "&lt;a&gt; &amp; \"b\"");
        assert_eq!(
            escaped("<a> & \"b\"", Place::Attribute),
            "&lt;a&gt; &amp; &quot;b&quot;"
        );
    }

    #[test]
    fn white_space_survives_attribute_normalisation() {
        assert_eq!(
            escaped("a\tb\nc\rd", Place::Attribute),
            "a&#9;b&#10;c&#13;d"
        );
        assert_eq!(escaped("a\tb\nc\rd", Place::Text), "a\tb\nc&#13;d");
    }

    #[test]
    fn forbidden_characters_are_replaced() {
        for forbidden in ["\0", "\x07", "\x0B", "\x1F", "\u{FFFE}", "\u{FFFF}"] {
            assert_eq!(
                escaped(&format!("a{forbidden}b"), Place::Text),
                "a\u{FFFD}b"
            );
            assert_eq!(
                escaped(&format!("a{forbidden}b"), Place::Attribute),
                "a\u{FFFD}b"
            );
        }
    }

    #[test]
    fn characters_that_share_a_byte_with_forbidden_ones_stay() {
        let text = "\u{FFFD} \u{FF01} \u{FEFF} \u{7F} \u{10FFFF} é 🎉";
        assert_eq!(escaped(text, Place::Text), text);
        assert_eq!(escaped(text, Place::Attribute), text);
    }

    #[test]
    fn all_that_is_replaced_is_noticed() {
        for byte in 0..=u8::MAX {
            let replaced = [Place::Text, Place::Attribute]
                .iter()
                .any(|&place| replace(&[byte], place).is_some());
            assert!(harmless(byte) == 0 || !replaced, "{byte}");
        }
    }

    #[test]
    fn a_character_is_escaped_at_every_position() {
        for length in 1..70 {
            assert!(is_plain(&vec![b'a'; length]));
            for position in 0..length {
                let (before, after) = ("a".repeat(position), "a".repeat(length - position - 1));
                assert_eq!(
                    escaped(&format!("{before}&{after}"), Place::Text),
                    format!("{before}&amp;{after}")
                );
            }
        }
    }

    #[test]
    fn integers_are_decimal() {
        for number in [0, 7, 10, 120, 4_294_967_295] {
            let mut out = String::new();
            ValueWriter { out: &mut out }.integer(number);
            assert_eq!(out, number.to_string());
        }
    }
}
