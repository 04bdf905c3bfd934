//! The values of attributes, and those enumerations that several elements share.

use super::Text;
use super::xml::{AttributeValue, ValueWriter};

impl AttributeValue for Text {
    fn write_value(&self, value: &mut ValueWriter<'_>) {
        value.text(self);
    }
}

impl AttributeValue for bool {
    fn write_value(&self, value: &mut ValueWriter<'_>) {
        value.keyword(if *self { "true" } else { "false" });
    }
}

impl AttributeValue for u32 {
    fn write_value(&self, value: &mut ValueWriter<'_>) {
        value.integer(*self);
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

impl<T: ListItem> AttributeValue for Vec<T> {
    fn write_value(&self, value: &mut ValueWriter<'_>) {
        for (index, item) in self.iter().enumerate() {
            if index > 0 {
                value.keyword(T::SEPARATOR);
            }
            item.write_value(value);
        }
    }
}

/// Defines an enumeration of an attribute's values that keeps values it doesn't know; lists of it
/// have spaces.
macro_rules! attribute_enum {
    (
        $(#[$doc:meta])*
        pub enum $Enum:ident {
            $($(#[$value_doc:meta])* $Variant:ident = $value:literal,)*
        }
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
            fn write_value(&self, value: &mut $crate::twiml::xml::ValueWriter<'_>) {
                match self {
                    $(Self::$Variant => value.keyword($value),)*
                    Self::Other(other) => value.text(other),
                }
            }
        }

        impl $crate::twiml::values::ListItem for $Enum {
            const SEPARATOR: &str = " ";
        }
    };
}

pub(crate) use attribute_enum;

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
    fn write_value(&self, value: &mut ValueWriter<'_>) {
        value.keyword(self.as_str());
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
    fn unknown_values_are_kept() {
        let event = RecordingEvent::from("paused".to_owned());
        assert_eq!(event, RecordingEvent::Other("paused".into()));
        assert_eq!(event.to_string(), "paused");
    }
}
