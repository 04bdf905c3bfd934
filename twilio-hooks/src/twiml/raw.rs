use super::Text;
use super::comment::Comment;
use super::element::{ChildOf, keep};
use super::name::XmlName;
use super::source;
use super::verbs::Node;
use super::xml::{WriteXml, XmlWriter};

/// An element that this crate has no type for, which may stand anywhere and hold anything.
///
/// It is the way to use what Twilio offers before this crate knows it. Whatever is put in, the
/// result is well-formed XML; whether Twilio understands it is up to the caller. Twilio skips verbs
/// that it doesn't know and logs warning 12200.
///
/// # Examples
///
/// ```
/// use twilio_hooks::twiml::{RawElement, VoiceResponse, XmlName};
///
/// let sparkle = RawElement::new(XmlName::from_static("Sparkle"))
///     .attribute(XmlName::from_static("level"), "9")
///     .with("bright & shiny");
/// let reply = VoiceResponse::new().with(sparkle);
/// assert!(reply.to_xml().ends_with(r#"<Response><Sparkle level="9">bright &amp; shiny</Sparkle></Response>"#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawElement {
    name: XmlName,
    attributes: RawAttributes,
    children: Vec<Node>,
}

impl RawElement {
    /// An empty element.
    #[must_use]
    pub const fn new(name: XmlName) -> Self {
        Self {
            name,
            attributes: RawAttributes::new(),
            children: Vec::new(),
        }
    }

    /// Sets an attribute, replacing an earlier one of the same name.
    #[must_use]
    pub fn attribute(mut self, name: XmlName, value: impl Into<Text>) -> Self {
        self.attributes.set(name, value.into());
        self
    }

    /// Adds an element or text after what is inside already.
    #[must_use]
    pub fn with(mut self, child: impl Into<Node>) -> Self {
        self.children.push(child.into());
        self
    }

    /// Reads an element that has no type, or not in the place where it is.
    pub(super) fn from_source(source: &source::Element<'_>) -> Self {
        let mut element = Self::new(XmlName::from_source(source.name));
        for attribute in &source.attributes {
            keep(&mut element.attributes, attribute);
        }
        let children = source.content.iter().map(|content| match content {
            source::Content::Text(text, _) => Node::Text(text.to_string().into()),
            source::Content::Element(child) => Self::from_source(child).into(),
            source::Content::Comment(text) => Comment::from_source(text).into(),
        });
        element.children = children.collect();
        element
    }

    /// The name of the element.
    #[must_use]
    pub const fn name(&self) -> &XmlName {
        &self.name
    }

    /// The attributes, in order.
    pub fn attributes(&self) -> impl Iterator<Item = (&XmlName, &str)> {
        self.attributes.iter()
    }

    /// What is inside, in order.
    #[must_use]
    pub fn children(&self) -> &[Node] {
        &self.children
    }
}

impl<Parent> ChildOf<Parent> for RawElement {}

impl WriteXml for RawElement {
    fn write_xml(&self, xml: &mut XmlWriter) {
        xml.raw_element(&self.name, &self.attributes, &self.children);
    }
}

/// Attributes given by name, each name once, in the order they came.
///
/// Few elements have any, so they take the space of a pointer until there is one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RawAttributes(Option<Box<List>>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct List(Vec<(XmlName, Text)>);

impl RawAttributes {
    pub(crate) const fn new() -> Self {
        Self(None)
    }

    pub(crate) fn set(&mut self, name: XmlName, value: Text) {
        let List(attributes) = self.0.get_or_insert_default().as_mut();
        match attributes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => attributes.push((name, value)),
        }
    }

    /// Adds an attribute of a new name.
    pub(crate) fn add(&mut self, name: XmlName, value: Text) {
        let List(attributes) = self.0.get_or_insert_default().as_mut();
        attributes.push((name, value));
    }

    #[inline]
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|list| list.contains(name))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&XmlName, &str)> {
        self.as_slice()
            .iter()
            .map(|(name, value)| (name, value.as_ref()))
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[(XmlName, Text)] {
        self.0.as_ref().map_or(&[], |list| &list.0)
    }
}

impl List {
    #[cold]
    fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &'static str) -> XmlName {
        XmlName::new(name).unwrap()
    }

    #[test]
    fn elements_nest_with_text_between() {
        let element = RawElement::new(name("a"))
            .with("1 < 2")
            .with(RawElement::new(name("b")).attribute(name("c"), "\"d\""))
            .with("3");
        assert_eq!(
            element.to_string(),
            r#"<a>1 &lt; 2<b c="&quot;d&quot;"/>3</a>"#
        );
    }

    #[test]
    fn an_attribute_is_written_once() {
        let element = RawElement::new(name("a"))
            .attribute(name("x"), "1")
            .attribute(name("y"), "2")
            .attribute(name("x"), "3");
        assert_eq!(element.to_string(), r#"<a x="3" y="2"/>"#);
    }
}
