//! The markup of a document, and how it nests.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::SyntaxError;
use quick_xml::events::{BytesDecl, Event};

use super::{BLANKS, Content, Element, Refused, is_allowed, tag};
use crate::twiml::name::is_source_name;
use crate::twiml::parse::{MAX_DEPTH, ParseErrorKind, shorten};

const BYTE_ORDER_MARK: char = '\u{FEFF}';
const OUTSIDE: &str = "text outside of the root element";

/// Reads the root element of a document.
pub(crate) fn document(text: &str) -> Result<Element<'_>, Refused> {
    if let Some((offset, _)) = text.char_indices().find(|&(_, c)| !is_allowed(c)) {
        return Err(Refused::syntax(
            offset,
            "a character that XML doesn't allow",
        ));
    }
    let xml = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let start = text.len() - xml.len();
    if xml.starts_with(BYTE_ORDER_MARK) {
        // The reader would drop it without counting it.
        return Err(Refused::syntax(start, OUTSIDE));
    }
    let mut document = Document {
        text,
        open: Vec::new(),
        root: None,
    };
    let mut reader = Reader::from_str(xml);
    // Both are checked here, with better places.
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut from = start;
    loop {
        let event = reader.read_event().map_err(|error| {
            let offset = start + to_offset(reader.error_position());
            Refused::syntax(offset, reason(&error))
        })?;
        let to = start + to_offset(reader.buffer_position());
        if matches!(event, Event::Eof) {
            return document.finish();
        }
        document.event(event, from, to)?;
        from = to;
    }
}

/// The reader counts bytes of a text that is in memory.
fn to_offset(position: u64) -> usize {
    usize::try_from(position).expect("a position inside a text fits")
}

struct Document<'x> {
    text: &'x str,
    /// The elements that are not closed yet, the outermost first.
    open: Vec<Element<'x>>,
    root: Option<Element<'x>>,
}

impl<'x> Document<'x> {
    /// Takes what stands in the bytes `from..to`.
    fn event(&mut self, event: Event<'x>, from: usize, to: usize) -> Result<(), Refused> {
        match event {
            Event::Start(_) => {
                let element = tag::element(self.text, from, from + 1..to - 1)?;
                self.open(element)
            }
            Event::Empty(_) => {
                let mut element = tag::element(self.text, from, from + 1..to - 2)?;
                element.self_closing = true;
                self.open(element)?;
                self.close();
                Ok(())
            }
            Event::End(_) => self.end(self.text[from + 2..to - 1].trim_end_matches(BLANKS), from),
            Event::Text(text) => {
                if let Some(index) = self.text[from..to].find("]]>") {
                    return Err(Refused::syntax(from + index, "`]]>` in text"));
                }
                self.add_text(text.xml10_content(), from)
            }
            Event::CData(text) => match self.open.last() {
                Some(_) => self.add_text(text.xml10_content(), from),
                None => Err(Refused::syntax(from, OUTSIDE)),
            },
            Event::GeneralRef(_) => {
                let character = tag::reference(&self.text[from + 1..to - 1], from)?;
                self.add_text(character.to_string().into(), from)
            }
            Event::Comment(comment) => self.comment(comment.xml10_content(), from),
            Event::Decl(declaration) => self.declaration(&declaration, from),
            Event::PI(instruction) => {
                let name = instruction.target();
                if is_source_name(name) && !name.eq_ignore_ascii_case("xml") {
                    return Ok(());
                }
                let reason = "a processing instruction without a proper name";
                Err(Refused::syntax(from, reason))
            }
            Event::DocType(_) => Err(Refused::new(from, ParseErrorKind::DocumentType)),
            Event::Eof => Ok(()),
        }
    }

    fn declaration(&self, declaration: &BytesDecl<'_>, offset: usize) -> Result<(), Refused> {
        let before = &self.text[..offset];
        if !before.trim_start_matches(BYTE_ORDER_MARK).is_empty() {
            let reason = "an XML declaration after the start of the document";
            return Err(Refused::syntax(offset, reason));
        }
        match declaration.xml_version() {
            Ok(_) => Ok(()),
            Err(_) => Err(Refused::syntax(offset, "an XML version that doesn't exist")),
        }
    }

    fn open(&mut self, element: Element<'x>) -> Result<(), Refused> {
        if self.root.is_some() {
            return Err(Refused::syntax(element.offset, "a second root element"));
        }
        if self.open.len() == MAX_DEPTH {
            return Err(Refused::new(element.offset, ParseErrorKind::TooDeep));
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self, name: &str, offset: usize) -> Result<(), Refused> {
        match self.open.last() {
            Some(open) if open.name == name => {
                self.close();
                Ok(())
            }
            Some(open) => {
                let (expected, found) = (shorten(open.name), shorten(name));
                let kind = ParseErrorKind::MismatchedEnd { expected, found };
                Err(Refused::new(offset, kind))
            }
            None => Err(Refused::syntax(offset, "an end tag that closes nothing")),
        }
    }

    fn close(&mut self) {
        let element = self.open.pop();
        match self.open.last_mut() {
            Some(parent) => parent.content.extend(element.map(Content::Element)),
            None => self.root = element,
        }
    }

    fn add_text(&mut self, text: Cow<'x, str>, offset: usize) -> Result<(), Refused> {
        let Some(parent) = self.open.last_mut() else {
            return match text.find(|c| !BLANKS.contains(&c)) {
                Some(index) => Err(Refused::syntax(offset + index, OUTSIDE)),
                None => Ok(()),
            };
        };
        match parent.content.last_mut() {
            Some(Content::Text(before, _)) => before.to_mut().push_str(&text),
            _ if text.is_empty() => {}
            _ => parent.content.push(Content::Text(text, offset)),
        }
        Ok(())
    }

    fn comment(&mut self, comment: Cow<'x, str>, offset: usize) -> Result<(), Refused> {
        if comment.contains("--") || comment.ends_with('-') {
            return Err(Refused::syntax(offset, "`--` in a comment"));
        }
        if let Some(parent) = self.open.last_mut() {
            parent.content.push(Content::Comment(comment));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Element<'x>, Refused> {
        match (self.open.pop(), self.root) {
            (Some(open), _) => {
                let name = shorten(open.name);
                Err(Refused::new(open.offset, ParseErrorKind::Unclosed { name }))
            }
            (None, Some(root)) => Ok(root),
            (None, None) => Err(Refused::new(self.text.len(), ParseErrorKind::Empty)),
        }
    }
}

fn reason(error: &quick_xml::Error) -> &'static str {
    match error {
        quick_xml::Error::Syntax(SyntaxError::UnclosedComment) => "a comment that isn't closed",
        quick_xml::Error::Syntax(SyntaxError::UnclosedCData) => "a CDATA section that isn't closed",
        quick_xml::Error::Syntax(SyntaxError::UnclosedDoctype | SyntaxError::InvalidBangMarkup) => {
            "unknown markup"
        }
        quick_xml::Error::Syntax(_) => "a tag that isn't closed",
        quick_xml::Error::IllFormed(_) => "`&` that is not written as `&amp;`",
        _ => "not XML",
    }
}
