//! The values of attributes, and those enumerations that several elements share.

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
/// the kind of its [`schema`](crate::twiml::schema).
macro_rules! text_value {
    (
        $(#[$doc:meta])*
        pub struct $Value:ident: $kind:ident;
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// The HTTP method of a request that Twilio makes; Twilio knows no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpMethod {
    /// Parameters in the query.
    Get,
    /// Parameters in a form body, Twilio's default.
    Post,
}

impl HttpMethod {
    /// The method as Twilio spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl AttributeValue for HttpMethod {
    const KIND: ValueKind = ValueKind::Enum {
        values: &["GET", "POST"],
        also: &[],
        open: false,
    };

    fn write_value(&self, value: &mut ValueWriter<'_>) {
        value.keyword(self.as_str());
    }

    fn parse_value(text: &str) -> Option<Self> {
        [Self::Get, Self::Post]
            .into_iter()
            .find(|method| method.as_str() == text)
    }
}

attribute_enum! {
    /// A state of a recording that Twilio reports to `recordingStatusCallback`.
    pub enum RecordingEvent {
        /// The recording started.
        InProgress = "in-progress",
        /// The recording can be downloaded; reported unless the list says otherwise.
        Completed = "completed",
        /// Nothing was recorded.
        Absent = "absent",
    }
}

attribute_enum! {
    /// Whether silence is cut from both ends of a recording.
    pub enum Trim {
        /// Cut it.
        TrimSilence = "trim-silence",
        /// Keep it.
        DoNotTrim = "do-not-trim",
    }
}

attribute_enum! {
    /// A state of a dialled call that Twilio reports to `statusCallback`.
    pub enum CallEvent {
        /// Twilio began to dial.
        Initiated = "initiated",
        /// The phone rings.
        Ringing = "ringing",
        /// The call was answered.
        Answered = "answered",
        /// The call ended, however it went; reported unless the list says otherwise.
        Completed = "completed",
    }
}

attribute_enum! {
    /// How Twilio finds out whether a person or a machine answered.
    pub enum MachineDetection {
        /// Report as soon as it is known.
        Enable = "Enable",
        /// If it is a machine, report at the end of its greeting, when a message can be left.
        DetectMessageEnd = "DetectMessageEnd",
    }
}

attribute_enum! {
    /// Whether and from when a call is recorded.
    pub enum DialRecord {
        /// Not at all.
        DoNotRecord = "do-not-record",
        /// From the answer, both voices in one channel.
        RecordFromAnswer = "record-from-answer",
        /// From the first ringing, both voices in one channel.
        RecordFromRinging = "record-from-ringing",
        /// From the answer, each voice in a channel.
        RecordFromAnswerDual = "record-from-answer-dual",
        /// From the first ringing, each voice in a channel.
        RecordFromRingingDual = "record-from-ringing-dual",
        /// The same as [`RecordFromAnswer`](Self::RecordFromAnswer).
        True = "true",
        /// The same as [`DoNotRecord`](Self::DoNotRecord).
        False = "false",
    }
}

attribute_enum! {
    /// Whose voice is recorded.
    pub enum RecordingTrack {
        /// Everyone's.
        Both = "both",
        /// What Twilio receives.
        Inbound = "inbound",
        /// What Twilio sends.
        Outbound = "outbound",
    }
}

attribute_enum! {
    /// Whose voice is sent to another service while it is spoken.
    pub enum Track {
        /// What Twilio receives: the caller's.
        InboundTrack = "inbound_track",
        /// What Twilio sends: what the caller hears.
        OutboundTrack = "outbound_track",
        /// Both, each by itself.
        BothTracks = "both_tracks",
    }
}

attribute_enum! {
    /// Whether numbers, dates and the like are spelt out before they are spoken.
    pub enum TextNormalization {
        /// Where the provider thinks it right.
        Auto = "auto",
        /// Always.
        On = "on",
        /// Never.
        Off = "off",
    }
}

attribute_enum! {
    /// A kind of payment card.
    pub enum CardType {
        /// Visa.
        Visa = "visa",
        /// Mastercard.
        Mastercard = "mastercard",
        /// American Express.
        Amex = "amex",
        /// Maestro.
        Maestro = "maestro",
        /// Discover.
        Discover = "discover",
        /// Optima.
        Optima = "optima",
        /// JCB.
        Jcb = "jcb",
        /// Diners Club.
        DinersClub = "diners-club",
        /// En Route.
        Enroute = "enroute",
    }
}

text_value! {
    /// A language as a [BCP 47](https://www.rfc-editor.org/info/bcp47) tag, such as `en-GB`.
    ///
    /// Which languages there are depends on where the tag is used and who speaks or listens:
    /// Twilio lists [those of `<Say>`](https://www.twilio.com/docs/voice/twiml/say/text-speech#available-voices-and-languages)
    /// and [those of `<Gather>`](https://www.twilio.com/docs/voice/twiml/gather#languagetags).
    pub struct LanguageTag: Text;
}

text_value! {
    /// A number that may have a fraction.
    ///
    /// Given as text it is written as it is: `"20.50"` keeps its last digit. Numbers are written
    /// with as many digits as it takes to tell them apart, never with an exponent; what is not a
    /// number, such as infinity, is written as Rust shows it and means nothing to Twilio.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Decimal;
    ///
    /// assert_eq!(Decimal::from("20.50").as_str(), "20.50");
    /// assert_eq!(Decimal::from(20).as_str(), "20");
    /// assert_eq!(Decimal::from(0.000_000_1).as_str(), "0.0000001");
    /// ```
    pub struct Decimal: Decimal;
}

macro_rules! decimal_from {
    ($($Number:ty)*) => {$(
        impl From<$Number> for Decimal {
            fn from(number: $Number) -> Self {
                Self(number.to_string().into())
            }
        }
    )*};
}

decimal_from!(i32 u32 i64 u64 f32 f64);

#[cfg(test)]
mod tests {
    use super::*;

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
}
