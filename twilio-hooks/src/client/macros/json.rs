//! Reading single values of Twilio's JSON.

use jiff::{Timestamp, fmt::rfc2822};
use serde_json::{Map, Value};

use crate::{Address, sid};

/// A type that a field of a response can have.
pub(crate) trait JsonField: Sized {
    /// The values it has variants for, if it is an enumeration.
    #[cfg(test)]
    const KNOWN: fn() -> Option<Vec<&'static str>> = || None;

    /// Reads a value that is not null; `None` if it has another shape than Twilio documents.
    fn from_json(value: &Value) -> Option<Self>;
}

/// Whether Twilio says by this value that there is none.
pub(crate) fn absent(value: &Value) -> bool {
    value.is_null()
}

impl JsonField for String {
    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text.clone()),
            // Prices are numbers in some resources and texts in others.
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl JsonField for Address {
    fn from_json(value: &Value) -> Option<Self> {
        value.as_str().map(Self::from)
    }
}

impl JsonField for bool {
    fn from_json(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl JsonField for u32 {
    /// Counts and durations are numbers in some resources and texts in others.
    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64().and_then(|number| number.try_into().ok()),
        }
    }
}

impl JsonField for Timestamp {
    /// RFC 2822 in the older resources, RFC 3339 in the newer ones.
    fn from_json(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        rfc2822::DateTimeParser::new()
            .parse_timestamp(text)
            .ok()
            .or_else(|| text.parse().ok())
    }
}

impl JsonField for Vec<String> {
    fn from_json(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(String::from_json).collect()
    }
}

impl JsonField for Map<String, Value> {
    fn from_json(value: &Value) -> Option<Self> {
        value.as_object().cloned()
    }
}

macro_rules! text_fields {
    ($($Name:ty),+ $(,)?) => {$(
        impl JsonField for $Name {
            fn from_json(value: &Value) -> Option<Self> {
                value.as_str().map(Self::from)
            }
        }
    )+};
}

text_fields!(
    sid::AccountSid,
    sid::AddressSid,
    sid::ApplicationSid,
    sid::BundleSid,
    sid::CallSid,
    sid::ConferenceSid,
    sid::GroupSid,
    sid::IdentitySid,
    sid::MediaSid,
    sid::MessageSid,
    sid::MessagingServiceSid,
    sid::PhoneNumberSid,
    sid::RecordingSid,
    sid::TrunkSid,
);

macro_rules! enum_fields {
    ($($Name:ty),+ $(,)?) => {$(
        impl JsonField for $Name {
            #[cfg(test)]
            const KNOWN: fn() -> Option<Vec<&'static str>> =
                || Some(<$Name>::KNOWN.iter().map(|value| value.as_str()).collect());

            fn from_json(value: &Value) -> Option<Self> {
                value.as_str().map(Self::from)
            }
        }
    )+};
}

enum_fields!(
    crate::CallDirection,
    crate::CallStatus,
    crate::MessageStatus,
    crate::RecordingStatus,
    crate::webhook::AnsweredBy,
    crate::webhook::RecordingSource,
    crate::webhook::RecordingTrack,
    crate::client::account::AccountStatus,
    crate::client::account::AccountType,
    crate::client::messages::MessageDirection,
    crate::client::messaging_services::ScanMessageContent,
    crate::client::phone_numbers::AddressRequirements,
    crate::client::phone_numbers::EmergencyAddressStatus,
    crate::client::phone_numbers::EmergencyStatus,
    crate::client::phone_numbers::VoiceReceiveMode,
    crate::client::values::WebhookMethod,
);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_of_twilios_date_formats_are_read() {
        let expected: Timestamp = "2026-11-05T09:03:07Z".parse().unwrap();
        for text in [
            "Thu, 05 Nov 2026 09:03:07 +0000",
            "Thu, 5 Nov 2026 09:03:07 +0000",
            "2026-11-05T09:03:07Z",
            "2026-11-05T10:03:07.000+01:00",
        ] {
            assert_eq!(Timestamp::from_json(&json!(text)), Some(expected), "{text}");
        }
        assert_eq!(Timestamp::from_json(&json!("yesterday")), None);
    }

    #[test]
    fn counts_are_read_from_numbers_and_texts() {
        assert_eq!(u32::from_json(&json!("7")), Some(7));
        assert_eq!(u32::from_json(&json!(7)), Some(7));
        assert_eq!(u32::from_json(&json!(-1)), None);
        assert_eq!(u32::from_json(&json!("many")), None);
    }

    #[test]
    fn prices_keep_their_digits() {
        assert_eq!(
            String::from_json(&json!("-0.00750")).as_deref(),
            Some("-0.00750")
        );
        assert_eq!(
            String::from_json(&json!(-0.0075)).as_deref(),
            Some("-0.0075")
        );
    }
}
