//! The XML writer, the only place that writes markup.
//!
//! What leaves it is well-formed whatever the input: names are checked before they get here (those of known elements at
//! compile time, those of users by [`XmlName`](super::XmlName)), an attribute is written once per element, tags are closed
//! by the function that opened them, and text is escaped. Characters that XML 1.0 can't carry even as references (control
//! characters other than tab, line feed and carriage return; U+FFFE and U+FFFF) become U+FFFD, the replacement character.

use super::raw::RawAttributes;
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
        let mut xml = Self { out: String::with_capacity(TYPICAL_SIZE) };
        xml.out.push_str(DECLARATION);
        root.write_xml(&mut xml);
        xml.out
    }

    /// One node without a declaration.
    pub(crate) fn fragment(node: &impl WriteXml) -> String {
        let mut xml = Self { out: String::new() };
        node.write_xml(&mut xml);
        xml.out
    }

    /// An element: its start tag, the leading text, the children in order, its end tag.
    ///
    /// `typed` writes the attributes the element knows; those in `raw` follow and win over typed ones of the same name.
    #[inline]
    pub(crate) fn element(
        &mut self,
        name: &str,
        typed: impl FnOnce(&mut StartTag<'_>),
        raw: &RawAttributes,
        text: Option<&str>,
        children: &[Node],
    ) {
        self.out.push('<');
        self.out.push_str(name);
        let mut tag = StartTag { out: &mut self.out, raw };
        typed(&mut tag);
        tag.raw_attributes();
        self.content(name, text, children);
    }

    /// The rest of an element, after its attributes.
    fn content(&mut self, name: &str, text: Option<&str>, children: &[Node]) {
        if text.is_none() && children.is_empty() {
            self.out.push_str("/>");
            return;
        }
        self.out.push('>');
        if let Some(text) = text {
            self.text(text);
        }
        for child in children {
            child.write_xml(self);
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Character data.
    pub(crate) fn text(&mut self, text: &str) {
        escape(&mut self.out, text, Place::Text);
    }
}

/// A start tag that takes attributes.
#[derive(Debug)]
pub(crate) struct StartTag<'x> {
    out: &'x mut String,
    raw: &'x RawAttributes,
}

impl StartTag<'_> {
    /// Writes an attribute if it has a value and is not overridden by a raw one.
    #[inline]
    pub(crate) fn attribute(&mut self, name: &'static str, value: Option<&impl AttributeValue>) {
        if let Some(value) = value
            && !self.raw.contains(name)
        {
            self.write(name, value);
        }
    }

    fn raw_attributes(&mut self) {
        for (name, value) in self.raw.iter() {
            self.write(name.as_str(), value);
        }
    }

    fn write(&mut self, name: &str, value: &impl AttributeValue) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        value.write_value(&mut ValueWriter { out: self.out });
        self.out.push('"');
    }
}

/// A value that an attribute can have.
pub(crate) trait AttributeValue {
    fn write_value(&self, value: &mut ValueWriter<'_>);
}

/// The inside of an attribute's quotes.
#[derive(Debug)]
pub(crate) struct ValueWriter<'x> {
    out: &'x mut String,
}

impl ValueWriter<'_> {
    pub(crate) fn text(&mut self, text: &str) {
        escape(self.out, text, Place::Attribute);
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
    let bytes = text.as_bytes();
    let (mut copied, mut at) = (0, 0);
    while let Some(offset) = find_suspect(&bytes[at..]) {
        at += offset;
        if let Some((replacement, length)) = replace(&bytes[at..], place) {
            // Suspects are ASCII or the first byte of a character, so both ends are character boundaries.
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

/// What to write for the character that `bytes` start with, and its length; `None` if it stays as it is.
fn replace(bytes: &[u8], place: Place) -> Option<(&'static str, usize)> {
    let in_attribute = place == Place::Attribute;
    match bytes {
        [b'&', ..] => Some(("&amp;", 1)),
        [b'<', ..] => Some(("&lt;", 1)),
        // Only `]]>` must be escaped in text, but nobody minds the shorter rule.
        [b'>', ..] => Some(("&gt;", 1)),
        [b'"', ..] if in_attribute => Some(("&quot;", 1)),
        // A parser turns these into spaces inside attributes, and a bare carriage return into a line feed everywhere.
        [b'\t', ..] if in_attribute => Some(("&#9;", 1)),
        [b'\n', ..] if in_attribute => Some(("&#10;", 1)),
        [b'\r', ..] => Some(("&#13;", 1)),
        [b'\t' | b'\n', ..] => None,
        [0..=0x1F, ..] => Some(("\u{FFFD}", 1)),
        [0xEF, 0xBF, 0xBE | 0xBF, ..] => Some(("\u{FFFD}", 3)),
        _ => None,
    }
}

/// The position of the first byte that [`replace`] has to look at.
fn find_suspect(bytes: &[u8]) -> Option<usize> {
    // Blocks of fixed size without an early exit are compared with vector instructions.
    let (blocks, rest) = bytes.as_chunks::<16>();
    for (index, block) in blocks.iter().enumerate() {
        if block.iter().fold(false, |found, &byte| found | is_suspect(byte)) {
            let offset = block.iter().position(|&byte| is_suspect(byte));
            return offset.map(|offset| index * 16 + offset);
        }
    }
    let offset = rest.iter().position(|&byte| is_suspect(byte));
    offset.map(|offset| blocks.len() * 16 + offset)
}

/// Whether a byte may need replacing; 0xEF starts U+FFFE and U+FFFF, and harmless characters too.
const fn is_suspect(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"') | (byte == 0xEF)
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
        assert_eq!(escaped("<a> & \"b\"", Place::Attribute), "&lt;a&gt; &amp; &quot;b&quot;");
    }

    #[test]
    fn white_space_survives_attribute_normalisation() {
        assert_eq!(escaped("a\tb\nc\rd", Place::Attribute), "a&#9;b&#10;c&#13;d");
        assert_eq!(escaped("a\tb\nc\rd", Place::Text), "a\tb\nc&#13;d");
    }

    #[test]
    fn forbidden_characters_are_replaced() {
        for forbidden in ["\0", "\x07", "\x0B", "\x1F", "\u{FFFE}", "\u{FFFF}"] {
            assert_eq!(escaped(&format!("a{forbidden}b"), Place::Text), "a\u{FFFD}b");
            assert_eq!(escaped(&format!("a{forbidden}b"), Place::Attribute), "a\u{FFFD}b");
        }
    }

    #[test]
    fn characters_that_share_a_byte_with_forbidden_ones_stay() {
        let text = "\u{FFFD} \u{FF01} \u{FEFF} \u{7F} \u{10FFFF} é 🎉";
        assert_eq!(escaped(text, Place::Text), text);
        assert_eq!(escaped(text, Place::Attribute), text);
    }

    #[test]
    fn a_suspect_is_found_at_every_position() {
        for length in 1..70 {
            for position in 0..length {
                let mut bytes = vec![b'a'; length];
                bytes[position] = b'&';
                assert_eq!(find_suspect(&bytes), Some(position), "length {length}");
            }
            assert_eq!(find_suspect(&vec![b'a'; length]), None);
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
