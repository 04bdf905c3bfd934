//! How the values of attributes are written and read back, and the macros that define their types.

use super::Text;
use super::schema::ValueKind;
use super::xml::{AttributeValue, ValueWriter};

impl AttributeValue for Text {
    const KIND: ValueKind = ValueKind::Text;

    fn write_value(&self, value: &mut ValueWriter<'_>) {
        value.text(self);
    }

    fn parse_value(text: &str) -> Option<Self> {
        Some(Self::Owned(text.to_owned()))
    }
}

impl AttributeValue for bool {
    const KIND: ValueKind = ValueKind::Boolean;

    fn write_value(&self, value: &mut ValueWriter<'_>) {
        value.keyword(if *self { "true" } else { "false" });
    }

    fn parse_value(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl AttributeValue for u32 {
    const KIND: ValueKind = ValueKind::Integer;

    fn write_value(&self, value: &mut ValueWriter<'_>) {
        value.integer(*self);
    }

    fn parse_value(text: &str) -> Option<Self> {
        // Neither a sign nor leading zeros, which would not be written again.
        let canonical = text == "0" || matches!(text.as_bytes(), [b'1'..=b'9', ..]);
        if canonical { text.parse().ok() } else { None }
    }
}

/// An item of a list in one attribute.
pub(crate) trait ListItem: AttributeValue {
    /// What Twilio wants between two items.
    const SEPARATOR: &str;
}

/// Phrases contain spaces, so lists of free text have commas.
impl ListItem for Text {
    const SEPARATOR: &str = ",";
}

impl ListItem for u32 {
    const SEPARATOR: &str = " ";
}

impl<T: ListItem> AttributeValue for Vec<T> {
    const KIND: ValueKind = ValueKind::List {
        separator: T::SEPARATOR,
        item: &T::KIND,
    };

    fn write_value(&self, value: &mut ValueWriter<'_>) {
        for (index, item) in self.iter().enumerate() {
            if index > 0 {
                value.keyword(T::SEPARATOR);
            }
            item.write_value(value);
        }
    }

    fn parse_value(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::new());
        }
        text.split(T::SEPARATOR).map(T::parse_value).collect()
    }
}

/// Defines an enumeration of an attribute's values that keeps values it doesn't know; lists of it
/// have spaces.
///
/// After the values follows what the linter needs to know about others: `also ["x"]` for those that
/// Twilio understands but that need no variant, `and others` if Twilio takes more than can be
/// listed.
macro_rules! attribute_enum {
    (
        $(#[$doc:meta])*
        pub enum $Enum:ident {
            $($(#[$value_doc:meta])* $Variant:ident = $value:literal,)*
        }
        $(also [$($also:literal),+ $(,)?])?
        $(and $others:ident)?
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Enum {
            $($(#[$value_doc])* $Variant,)*
            /// A value that this crate doesn't know, written as it is.
            Other($crate::twiml::Text),
        }

        impl $Enum {
            /// The value as Twilio spells it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$Variant => $value,)*
                    Self::Other(value) => value,
                }
            }
        }

        impl From<$crate::twiml::Text> for $Enum {
            fn from(value: $crate::twiml::Text) -> Self {
                match value.as_ref() {
                    $($value => Self::$Variant,)*
                    _ => Self::Other(value),
                }
            }
        }

        impl From<&'static str> for $Enum {
            fn from(value: &'static str) -> Self {
                Self::from($crate::twiml::Text::Borrowed(value))
            }
        }

        impl From<String> for $Enum {
            fn from(value: String) -> Self {
                Self::from($crate::twiml::Text::Owned(value))
            }
        }

        impl std::fmt::Display for $Enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::twiml::xml::AttributeValue for $Enum {
            const KIND: $crate::twiml::schema::ValueKind = $crate::twiml::schema::ValueKind::Enum {
                values: &[$($value),*],
                also: &[$($($also),+)?],
                open: $crate::twiml::values::attribute_enum!(@open $($others)?),
            };

            fn write_value(&self, value: &mut $crate::twiml::xml::ValueWriter<'_>) {
                match self {
                    $(Self::$Variant => value.keyword($value),)*
                    Self::Other(other) => value.text(other),
                }
            }

            fn parse_value(text: &str) -> Option<Self> {
                Some(match text {
                    $($value => Self::$Variant,)*
                    _ => Self::Other(text.to_owned().into()),
                })
            }
        }

        impl $crate::twiml::values::ListItem for $Enum {
            const SEPARATOR: &str = " ";
        }
    };

    (@open) => { false };
    (@open others) => { true };
}

/// Defines a value that is a text of a certain form, which is not checked. After the name stands
/// the kind of its [`schema`](crate::twiml::schema); `Debug` is left to the caller.
macro_rules! text_value {
    (
        $(#[$doc:meta])*
        pub struct $Value:ident: $kind:ident;
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $Value($crate::twiml::Text);

        impl $Value {
            /// The value as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<$crate::twiml::Text> for $Value {
            fn from(value: $crate::twiml::Text) -> Self {
                Self(value)
            }
        }

        impl From<&'static str> for $Value {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }

        impl From<String> for $Value {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }

        impl std::fmt::Display for $Value {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::twiml::xml::AttributeValue for $Value {
            const KIND: $crate::twiml::schema::ValueKind = $crate::twiml::schema::ValueKind::$kind;

            fn write_value(&self, value: &mut $crate::twiml::xml::ValueWriter<'_>) {
                value.text(&self.0);
            }

            fn parse_value(text: &str) -> Option<Self> {
                Some(Self(text.to_owned().into()))
            }
        }
    };
}

/// Defines a value that is either the word `auto` or a number of some unit.
macro_rules! auto_or_number {
    (
        $(#[$doc:meta])*
        pub enum $Value:ident {
            $(#[$auto_doc:meta])*
            Auto,
            $(#[$number_doc:meta])*
            $Number:ident(u32),
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $Value {
            $(#[$auto_doc])*
            Auto,
            $(#[$number_doc])*
            $Number(u32),
        }

        impl From<u32> for $Value {
            fn from(number: u32) -> Self {
                Self::$Number(number)
            }
        }

        impl $crate::twiml::xml::AttributeValue for $Value {
            const KIND: $crate::twiml::schema::ValueKind =
                $crate::twiml::schema::ValueKind::IntegerOr(&["auto"]);

            fn write_value(&self, value: &mut $crate::twiml::xml::ValueWriter<'_>) {
                match self {
                    Self::Auto => value.keyword("auto"),
                    Self::$Number(number) => value.integer(*number),
                }
            }

            fn parse_value(text: &str) -> Option<Self> {
                match text {
                    "auto" => Some(Self::Auto),
                    number => u32::parse_value(number).map(Self::$Number),
                }
            }
        }
    };
}

pub(crate) use {attribute_enum, auto_or_number, text_value};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::ssml::SpeechTime;
    use crate::twiml::{
        ConversationRelaySpeechTimeout, Decimal, HttpMethod, LanguageTag, Password, PostalCode,
        RecordingEvent, SpeechTimeout,
    };

    #[test]
    fn known_values_round_trip() {
        for value in ["in-progress", "completed", "absent"] {
            let event = RecordingEvent::from(value);
            assert!(!matches!(event, RecordingEvent::Other(_)), "{value}");
            assert_eq!(event.as_str(), value);
        }
    }

    #[test]
    fn only_what_is_written_alike_has_a_value() {
        assert_eq!(u32::parse_value("0"), Some(0));
        assert_eq!(u32::parse_value("4294967295"), Some(u32::MAX));
        for odd in ["", "007", "+1", "-1", " 1", "1.0", "4294967296", "one"] {
            assert_eq!(u32::parse_value(odd), None, "{odd:?}");
        }
        assert_eq!(bool::parse_value("true"), Some(true));
        assert_eq!(bool::parse_value("TRUE"), None);
        assert_eq!(HttpMethod::parse_value("GET"), Some(HttpMethod::Get));
        assert_eq!(HttpMethod::parse_value("get"), None);
    }

    #[test]
    fn lists_are_read_by_their_separator() {
        assert_eq!(Vec::<Text>::parse_value(""), Some(vec![]));
        assert_eq!(
            Vec::<Text>::parse_value("a b, c"),
            Some(vec!["a b".into(), " c".into()])
        );
        assert_eq!(
            Vec::<RecordingEvent>::parse_value("completed paused"),
            Some(vec![
                RecordingEvent::Completed,
                RecordingEvent::Other("paused".into())
            ])
        );
    }

    #[test]
    fn unknown_values_are_kept() {
        let event = RecordingEvent::from("paused".to_owned());
        assert_eq!(event, RecordingEvent::Other("paused".into()));
        assert_eq!(event.to_string(), "paused");
    }

    /// Reads a value of this type and writes it again.
    fn written<Value: AttributeValue>(text: &'static str) -> Option<String> {
        let value = Value::parse_value(text)?;
        let mut out = String::new();
        value.write_value(&mut ValueWriter::new(&mut out));
        Some(out)
    }

    #[test]
    fn what_is_read_is_written_alike() {
        for text in [
            "", "true", "false", "auto", "0", "007", "1e-7", "20.50", "a b", " de ",
        ] {
            let same = Some(text.to_owned());
            assert_eq!(written::<LanguageTag>(text), same);
            assert_eq!(written::<Decimal>(text), same);
            assert_eq!(written::<Password>(text), same);
            assert_eq!(written::<PostalCode>(text), same);
            assert_eq!(written::<SpeechTime>(text), same);
            assert_eq!(written::<RecordingEvent>(text), same);
            let number = ["auto", "0"].contains(&text).then(|| text.to_owned());
            assert_eq!(written::<SpeechTimeout>(text), number);
            assert_eq!(written::<ConversationRelaySpeechTimeout>(text), number);
        }
        assert_eq!(written::<Vec<u32>>("1 2 10"), Some("1 2 10".to_owned()));
        assert_eq!(written::<Vec<u32>>("1,2"), None);
    }
}
