//! What all elements have in common, and the macro that defines one.

use super::Text;
use super::verbs::Node;

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
    fn as_text(&self) -> Option<&str>;
}

impl Content for Text {
    fn as_text(&self) -> Option<&str> {
        Some(self)
    }
}

impl Content for Option<Text> {
    fn as_text(&self) -> Option<&str> {
        self.as_deref()
    }
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
/// convention.
macro_rules! element {
    // Text required: `new(text)`, and no `Default`, because the element means nothing without it.
    (
        $(#[$doc:meta])*
        pub struct $Element:ident = $tag:literal inside [$($Parent:ident),* $(,)?] {
            $(#[$text_doc:meta])*
            text $text:ident,
            $($(#[$attribute_doc:meta])* $field:ident: $kind:tt = $name:literal,)*
        }
    ) => {
        element! { @define
            [$(#[$doc])*] $Element $tag [$($Parent)*]
            [$(#[$text_doc])* $text: $crate::twiml::Text]
            $($(#[$attribute_doc])* $field: $kind = $name,)*
        }
        element! { @new $Element $tag { $($field)* } $text = (|text| text) }
    };

    // Text optional: `new(text)` for the usual case, `default()` without.
    (
        $(#[$doc:meta])*
        pub struct $Element:ident = $tag:literal inside [$($Parent:ident),* $(,)?] {
            $(#[$text_doc:meta])*
            optional text $text:ident,
            $($(#[$attribute_doc:meta])* $field:ident: $kind:tt = $name:literal,)*
        }
    ) => {
        element! { @define
            [$(#[$doc])* #[derive(Default)]] $Element $tag [$($Parent)*]
            [$(#[$text_doc])* $text: Option<$crate::twiml::Text>]
            $($(#[$attribute_doc])* $field: $kind = $name,)*
        }
        element! { @new $Element $tag { $($field)* } $text = Some }
    };

    // No text: `new()`.
    (
        $(#[$doc:meta])*
        pub struct $Element:ident = $tag:literal inside [$($Parent:ident),* $(,)?] {
            $($(#[$attribute_doc:meta])* $field:ident: $kind:tt = $name:literal,)*
        }
    ) => {
        element! { @define
            [$(#[$doc])* #[derive(Default)]] $Element $tag [$($Parent)*] []
            $($(#[$attribute_doc])* $field: $kind = $name,)*
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
        $($(#[$attribute_doc:meta])* $field:ident: $kind:tt = $name:literal,)*
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
    };

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
