//! Reads XML into a tree in which documents that mean the same are equal.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// A root, and the comments around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) before: Vec<String>,
    pub(crate) root: Element,
    pub(crate) after: Vec<String>,
}

/// An element; attributes have no order, neighbouring texts are one, and empty text is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) content: Vec<Content>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Text(String),
    Comment(String),
    Element(Element),
}

impl Element {
    pub(crate) fn push_text(&mut self, text: &str) {
        match self.content.last_mut() {
            Some(Content::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.content.push(Content::Text(text.to_owned())),
        }
    }

    /// All the text directly inside.
    pub(crate) fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|content| match content {
            Content::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    pub(crate) fn child(&self, name: &str) -> &Self {
        let found = self.content.iter().find_map(|content| match content {
            Content::Element(element) if element.name == name => Some(element),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }
}

/// Reads a document; panics if it isn't well-formed.
pub(crate) fn parse(xml: &str) -> Document {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut open = vec![Element::default()];
    loop {
        match reader
            .read_event()
            .unwrap_or_else(|error| panic!("{error}: {xml}"))
        {
            Event::Start(tag) => open.push(start(&tag)),
            Event::Empty(tag) => close(&mut open, start(&tag)),
            Event::End(_) => {
                let element = open.pop().unwrap();
                close(&mut open, element);
            }
            Event::Text(text) => open.last_mut().unwrap().push_text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let text = match reference.resolve_char_ref().unwrap() {
                    Some(character) => character.to_string(),
                    None => match &*reference.xml10_content() {
                        "lt" => "<",
                        "gt" => ">",
                        "amp" => "&",
                        "quot" => "\"",
                        "apos" => "'",
                        other => panic!("entity {other}"),
                    }
                    .to_owned(),
                };
                open.last_mut().unwrap().push_text(&text);
            }
            Event::Comment(comment) => {
                let comment = comment.xml10_content().into_owned();
                open.last_mut()
                    .unwrap()
                    .content
                    .push(Content::Comment(comment));
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            event => panic!("{event:?} in TwiML"),
        }
    }
    assert_eq!(open.len(), 1, "unclosed element in {xml}");
    let mut document = Document::default();
    let mut root = None;
    for content in open.remove(0).content {
        match content {
            Content::Comment(comment) if root.is_none() => document.before.push(comment),
            Content::Comment(comment) => document.after.push(comment),
            Content::Element(element) if root.is_none() => root = Some(element),
            content => panic!("{content:?} beside the root of {xml}"),
        }
    }
    document.root = root.unwrap_or_else(|| panic!("no root in {xml}"));
    document
}

fn start(tag: &BytesStart<'_>) -> Element {
    let name = text(tag.name().as_ref());
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let value = attribute
            .normalized_value(XmlVersion::Explicit1_0)
            .unwrap()
            .into_owned();
        (text(attribute.key.as_ref()), value)
    });
    Element {
        name,
        attributes: attributes.collect(),
        content: Vec::new(),
    }
}

fn close(open: &mut [Element], element: Element) {
    open.last_mut()
        .unwrap()
        .content
        .push(Content::Element(element));
}

fn text(name: impl AsRef<[u8]>) -> String {
    String::from_utf8(name.as_ref().to_vec()).unwrap()
}
