//! What all elements have in common, and the macro that defines one.

use std::marker::PhantomData;

use super::Text;
use super::comment::Comment;
use super::raw::RawAttributes;
use super::schema::{ElementSchema, TextRule};
use super::source;
use super::verbs::{Break, Node};
use super::xml::AttributeValue;

/// `Self` may stand inside a `Parent` element.
///
/// This is how nesting is limited: [`VoiceResponse::with`](super::VoiceResponse::with) takes a
/// `ChildOf<VoiceResponse>`, [`Gather::with`](super::Gather::with) a `ChildOf<Gather>`, and so on,
/// so that TwiML which Twilio would refuse doesn't compile. [`RawElement`](super::RawElement) fits
/// everywhere. The trait is sealed: the elements of this crate implement it.
///
/// # Examples
///
/// A prompt belongs into `<Gather>`:
///
/// ```
/// use twilio_hooks::twiml::{Gather, Say, VoiceResponse};
///
/// let reply = VoiceResponse::new().with(Gather::new().with(Say::new("Press a key")));
/// # assert!(reply.to_xml().contains("<Gather><Say>"));
/// ```
///
/// `<Dial>` doesn't:
///
/// ```compile_fail,E0277
/// use twilio_hooks::twiml::{Dial, Gather, VoiceResponse};
///
/// let reply = VoiceResponse::new().with(Gather::new().with(Dial::new("+15005550100")));
/// ```
///
/// and a text message can't be sent by a voice response:
///
/// ```compile_fail,E0277
/// use twilio_hooks::twiml::{Message, VoiceResponse};
///
/// let reply = VoiceResponse::new().with(Message::new("Hello"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't stand inside `{Parent}`",
    label = "not allowed inside `{Parent}` by TwiML",
    note = "Twilio's page about the verb lists what it may contain; a `RawElement` may stand anywhere"
)]
pub trait ChildOf<Parent>: Into<Node> + Sealed {}

/// Keeps [`ChildOf`] to the types of this crate.
pub trait Sealed {}

impl Sealed for Text {}
impl Sealed for String {}
impl Sealed for &'static str {}

/// The text inside an element: always there, or optional.
pub(crate) trait Content {
    const RULE: TextRule;

    fn as_text(&self) -> Option<&str>;

    fn from_source(text: Option<Text>) -> Self;
}

impl Content for Text {
    const RULE: TextRule = TextRule::Required;

    fn as_text(&self) -> Option<&str> {
        Some(self)
    }

    fn from_source(text: Option<Text>) -> Self {
        text.unwrap_or_default()
    }
}

impl Content for Option<Text> {
    const RULE: TextRule = TextRule::Optional;

    fn as_text(&self) -> Option<&str> {
        self.as_deref()
    }

    fn from_source(text: Option<Text>) -> Self {
        text
    }
}

/// An element with a type of its own: what is known about it, and how it is read.
pub(crate) trait Known: Sized {
    const SCHEMA: &'static ElementSchema;

    /// Reads an element of this type's tag; what has no place in the type is kept by name.
    fn from_source(source: &source::Element<'_>) -> Self;
}

/// `Mixed::<Element>::MIXED` is the inherent constant if `Text` is a [`ChildOf`] the element, and
/// that of [`NotMixed`] otherwise.
pub(crate) struct Mixed<Element>(PhantomData<Element>);

impl<Element> Mixed<Element>
where
    Text: ChildOf<Element>,
{
    pub(crate) const MIXED: bool = true;
}

pub(crate) trait NotMixed {
    const MIXED: bool = false;
}

impl<Element> NotMixed for Mixed<Element> {}

/// Fills an attribute; `false` if its type has no value that is written like this.
pub(crate) fn read<Value: AttributeValue>(field: &mut Option<Value>, text: &str) -> bool {
    *field = Value::parse_value(text);
    field.is_some()
}

/// The text that an element begins with and the children that follow, as its schema has them.
///
/// Comments before or in that text come after it, so that they don't cut it in pieces.
pub(crate) fn read_content(
    schema: &ElementSchema,
    source: &source::Element<'_>,
) -> (Option<Text>, Vec<Node>) {
    let keeps_text = keeps_text(schema, source);
    let mut begins = schema.text != TextRule::None;
    let mut leading = None;
    let mut children = Vec::with_capacity(source.content.len());
    for content in &source.content {
        match content {
            source::Content::Text(..) if !keeps_text => {}
            source::Content::Text(text, _) if begins => {
                leading.get_or_insert_with(String::new).push_str(text);
            }
            source::Content::Text(text, _) => children.push(text.to_string().into()),
            source::Content::Element(element) => {
                begins = false;
                children.push(Node::from_source(schema, element));
            }
            source::Content::Comment(text) => children.push(Comment::from_source(text).into()),
        }
    }
    if source.content.is_empty() && !source.self_closing {
        leading = Some(String::new());
    }
    (leading.map(Into::into), children)
}

/// Whether the texts in an element mean something: not if they only set its children apart.
pub(crate) fn keeps_text(schema: &ElementSchema, source: &source::Element<'_>) -> bool {
    let blank = |content: &source::Content<'_>| match content {
        source::Content::Text(text, _) => text.chars().all(|c| c.is_ascii_whitespace()),
        _ => true,
    };
    let alone = matches!(source.content[..], [source::Content::Text(..)]);
    // In spoken text blanks divide words.
    let spoken = Break::SCHEMA.parents.contains(&schema.name);
    spoken || (alone && schema.text != TextRule::None) || !source.content.iter().all(blank)
}

/// An attribute that no field took.
pub(crate) fn keep(raw: &mut RawAttributes, attribute: &source::Attribute<'_>) {
    raw.add(
        super::XmlName::from_source(attribute.name),
        attribute.value.to_string().into(),
    );
}

/// Adds a child; the first makes room for as many as most elements have, since growing costs more
/// than the room.
#[inline(always)]
pub(crate) fn push(children: &mut Vec<Node>, child: Node) {
    if children.capacity() == 0 {
        children.reserve_exact(8);
    }
    children.push(child);
}

/// Defines an element: its struct with a public field and a setter per attribute, its constructor,
/// where it may stand.
///
/// ```text
/// element! {
///     /// What it does, with a link to Twilio's page.
///     pub struct Redirect = "Redirect" inside [VoiceResponse, MessagingResponse] {
///         /// What the text inside the element is.
///         text url,              // or `optional text url`, or nothing if the element has no text
///         /// What the attribute means, its unit, Twilio's default.
///         method: HttpMethod = "method",
///     }
/// }
/// ```
///
/// Attributes are of type `Text`, `u32`, `bool`, `[Item]` for a list, or any other type that
/// implements `AttributeValue`. They are written in the order given here, which is alphabetical by
/// convention. After its name a row can say what the linter checks:
///
/// ```text
///         machine_detection_timeout: u32 = "machineDetectionTimeout" in 3..=60,
///         url: Text = "url" is required,
/// ```
macro_rules! element {
    // Text required: `new(text)`, and no `Default`, because the element means nothing without it.
    (
        $(#[$doc:meta])*
        pub struct $Element:ident = $tag:literal inside [$($Parent:ident),* $(,)?] {
            $(#[$text_doc:meta])*
            text $text:ident,
            $($(#[$attribute_doc:meta])* $field:ident: $kind:tt = $name:literal $(in $low:literal..=$high:literal)? $(is $required:ident)?,)*
        }
    ) => {
        element! { @define
            [$(#[$doc])*] $Element $tag [$($Parent)*]
            [$(#[$text_doc])* $text: $crate::twiml::Text]
            $($(#[$attribute_doc])* $field: $kind = $name $(in $low..=$high)? $(is $required)?,)*
        }
        element! { @new $Element $tag { $($field)* } $text = (|text| text) }
    };

    // Text optional: `new(text)` for the usual case, `default()` without.
    (
        $(#[$doc:meta])*
        pub struct $Element:ident = $tag:literal inside [$($Parent:ident),* $(,)?] {
            $(#[$text_doc:meta])*
            optional text $text:ident,
            $($(#[$attribute_doc:meta])* $field:ident: $kind:tt = $name:literal $(in $low:literal..=$high:literal)? $(is $required:ident)?,)*
        }
    ) => {
        element! { @define
            [$(#[$doc])* #[derive(Default)]] $Element $tag [$($Parent)*]
            [$(#[$text_doc])* $text: Option<$crate::twiml::Text>]
            $($(#[$attribute_doc])* $field: $kind = $name $(in $low..=$high)? $(is $required)?,)*
        }
        element! { @new $Element $tag { $($field)* } $text = Some }
    };

    // No text: `new()`.
    (
        $(#[$doc:meta])*
        pub struct $Element:ident = $tag:literal inside [$($Parent:ident),* $(,)?] {
            $($(#[$attribute_doc:meta])* $field:ident: $kind:tt = $name:literal $(in $low:literal..=$high:literal)? $(is $required:ident)?,)*
        }
    ) => {
        element! { @define
            [$(#[$doc])* #[derive(Default)]] $Element $tag [$($Parent)*] []
            $($(#[$attribute_doc])* $field: $kind = $name $(in $low..=$high)? $(is $required)?,)*
        }
        impl $Element {
            #[doc = concat!("An empty `<", $tag, ">`.")]
            #[inline]
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }
        }
    };

    (@new $Element:ident $tag:literal { $($field:ident)* } $text:ident = $wrap:expr) => {
        impl $Element {
            #[doc = concat!("A `<", $tag, ">` with this ", stringify!($text), " inside.")]
            #[inline]
            #[must_use]
            pub fn new($text: impl Into<$crate::twiml::Text>) -> Self {
                Self {
                    $text: $wrap($text.into()),
                    $($field: None,)*
                    raw: $crate::twiml::raw::RawAttributes::new(),
                    children: Vec::new(),
                }
            }
        }
    };

    (
        @define
        [$(#[$doc:meta])*] $Element:ident $tag:literal [$($Parent:ident)*]
        [$($(#[$text_doc:meta])* $text:ident: $Text:ty)?]
        $($(#[$attribute_doc:meta])* $field:ident: $kind:tt = $name:literal $(in $low:literal..=$high:literal)? $(is $required:ident)?,)*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $Element {
            $($(#[$text_doc])* pub $text: $Text,)?
            $($(#[$attribute_doc])* pub $field: Option<element!(@type $kind)>,)*
            raw: $crate::twiml::raw::RawAttributes,
            children: Vec<$crate::twiml::Node>,
        }

        impl $Element {
            $(element! { @setter [$(#[$attribute_doc])*] $field $kind })*

            /// Sets an attribute by name; it wins over the setter of the same attribute.
            ///
            /// For what Twilio understands and this crate doesn't know yet.
            #[must_use]
            pub fn attribute(
                mut self,
                name: $crate::twiml::XmlName,
                value: impl Into<$crate::twiml::Text>,
            ) -> Self {
                self.raw.set(name, value.into());
                self
            }

            /// The attributes that were set by name, and those that were read but fit no field.
            pub fn raw_attributes(&self) -> impl Iterator<Item = (&$crate::twiml::XmlName, &str)> {
                self.raw.iter()
            }

            /// Adds what may stand inside this element after what is there already.
            // Always inlined, so that a child is built where it will stay instead of being copied
            // there: a third of the time that building a response takes.
            #[inline(always)]
            #[must_use]
            pub fn with(mut self, child: impl $crate::twiml::ChildOf<Self>) -> Self {
                self.push(child);
                self
            }

            /// The same as `with`, for loops and conditions.
            #[inline(always)]
            pub fn push(&mut self, child: impl $crate::twiml::ChildOf<Self>) {
                $crate::twiml::element::push(&mut self.children, child.into());
            }

            /// What stands inside this element, in order.
            #[must_use]
            pub fn children(&self) -> &[$crate::twiml::Node] {
                &self.children
            }
        }

        $(impl $crate::twiml::ChildOf<$crate::twiml::$Parent> for $Element {})*

        impl $crate::twiml::xml::WriteXml for $Element {
            fn write_xml(&self, xml: &mut $crate::twiml::xml::XmlWriter) {
                #[allow(unused_imports, reason = "only elements with text use it")]
                use $crate::twiml::element::Content as _;

                xml.element(
                    $crate::twiml::xml::element_name!($tag),
                    |_tag| {
                        $(_tag.attribute($crate::twiml::xml::attribute_name!($name), self.$field.as_ref());)*
                    },
                    &self.raw,
                    None$(.or(self.$text.as_text()))?,
                    &self.children,
                );
            }
        }

        impl $crate::twiml::element::Known for $Element {
            const SCHEMA: &'static $crate::twiml::schema::ElementSchema = {
                #[allow(unused_imports, reason = "only elements without text between elements use it")]
                use $crate::twiml::element::NotMixed as _;

                #[allow(unused_mut, unused_assignments, reason = "only elements with text set it")]
                let mut text = $crate::twiml::schema::TextRule::None;
                $(text = <$Text as $crate::twiml::element::Content>::RULE;)?
                &$crate::twiml::schema::ElementSchema {
                    name: stringify!($Element),
                    tag: $tag,
                    parents: &[$(stringify!($Parent)),*],
                    text,
                    mixed: $crate::twiml::element::Mixed::<$Element>::MIXED,
                    attributes: &[$(
                        $crate::twiml::schema::AttributeSchema {
                            field: stringify!($field),
                            name: $name,
                            kind: <element!(@type $kind) as $crate::twiml::xml::AttributeValue>::KIND,
                            range: element!(@range $($low $high)?),
                            required: element!(@required $($required)?),
                        },
                    )*],
                }
            };

            fn from_source(source: &$crate::twiml::source::Element<'_>) -> Self {
                let (_text, children) = $crate::twiml::element::read_content(Self::SCHEMA, source);
                let mut element = Self {
                    $($text: $crate::twiml::element::Content::from_source(_text),)?
                    $($field: None,)*
                    raw: $crate::twiml::raw::RawAttributes::new(),
                    children,
                };
                for attribute in &source.attributes {
                    let taken = match attribute.name {
                        $($name => $crate::twiml::element::read(&mut element.$field, &attribute.value),)*
                        _ => false,
                    };
                    if !taken {
                        $crate::twiml::element::keep(&mut element.raw, attribute);
                    }
                }
                element
            }
        }
    };

    (@required) => { false };
    (@required required) => { true };

    (@range) => { None };
    (@range $low:literal $high:literal) => { Some(($low as f64, $high as f64)) };

    (@type [$Item:ty]) => { Vec<$Item> };
    (@type $Value:ty) => { $Value };

    (@setter [$(#[$doc:meta])*] $field:ident bool) => {
        $(#[$doc])*
        #[inline]
        #[must_use]
        pub const fn $field(mut self, $field: bool) -> Self {
            self.$field = Some($field);
            self
        }
    };
    (@setter [$(#[$doc:meta])*] $field:ident u32) => {
        $(#[$doc])*
        #[inline]
        #[must_use]
        pub const fn $field(mut self, $field: u32) -> Self {
            self.$field = Some($field);
            self
        }
    };
    // An `impl Into<u32>` would refuse plain numbers, which are taken for `i32` then.
    (@setter [$(#[$doc:meta])*] $field:ident [u32]) => {
        $(#[$doc])*
        #[inline]
        #[must_use]
        pub fn $field(mut self, $field: impl IntoIterator<Item = u32>) -> Self {
            self.$field = Some($field.into_iter().collect());
            self
        }
    };
    (@setter [$(#[$doc:meta])*] $field:ident [$Item:ty]) => {
        $(#[$doc])*
        #[inline]
        #[must_use]
        pub fn $field(mut self, $field: impl IntoIterator<Item = impl Into<$Item>>) -> Self {
            self.$field = Some($field.into_iter().map(Into::into).collect());
            self
        }
    };
    (@setter [$(#[$doc:meta])*] $field:ident $Value:ty) => {
        $(#[$doc])*
        #[inline]
        #[must_use]
        pub fn $field(mut self, $field: impl Into<$Value>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
}

pub(crate) use element;
