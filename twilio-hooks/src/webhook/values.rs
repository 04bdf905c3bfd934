//! Values that other products write in ways of their own: times as numbers, JSON inside a parameter,
//! amounts of money.

use std::{
    fmt::{self, Debug},
    ops::Deref,
    str::{self, FromStr},
};

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::field::Value;

/// A time that Twilio wrote as seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochSeconds(pub Timestamp);

/// A time that Twilio wrote as milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochMilliseconds(pub Timestamp);

impl From<EpochSeconds> for Timestamp {
    fn from(time: EpochSeconds) -> Self {
        time.0
    }
}

impl From<EpochMilliseconds> for Timestamp {
    fn from(time: EpochMilliseconds) -> Self {
        time.0
    }
}

impl Value for EpochSeconds {
    fn from_value(value: &[u8]) -> Option<Self> {
        Timestamp::from_second(parse(value)?).ok().map(Self)
    }

    fn shown(&self) -> Option<&dyn Debug> {
        Some(&self.0)
    }
}

impl Value for EpochMilliseconds {
    fn from_value(value: &[u8]) -> Option<Self> {
        Timestamp::from_millisecond(parse(value)?).ok().map(Self)
    }

    fn shown(&self) -> Option<&dyn Debug> {
        Some(&self.0)
    }
}

/// A list that Twilio wrote with blanks between its words; it is used as the slice it holds.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Words<T>(Vec<T>);

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for Words<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Debug> Debug for Words<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Value + Debug> Value for Words<T> {
    fn from_value(value: &[u8]) -> Option<Self> {
        value
            .split(u8::is_ascii_whitespace)
            .filter(|part| !part.is_empty())
            .map(T::from_value)
            .collect::<Option<_>>()
            .map(Self)
    }

    fn shown(&self) -> Option<&dyn Debug> {
        (!self.is_empty()).then_some(self)
    }
}

/// A decimal number as Twilio wrote it, such as `51.200000`.
///
/// It is an amount of money or of usage, so it stays text: no digit is lost or made up.
/// [`parse`](Self::parse) it into the decimal type of your choice.
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     Params,
///     webhook::{Webhook, usage::UsageTriggerFired},
/// };
///
/// let params = Params::from_form(
///     b"AccountSid=AC00000000000000000000000000000001\
///       &UsageTriggerSid=UT00000000000000000000000000000001&CurrentValue=51.200000",
/// );
/// let fired = UsageTriggerFired::from_params(&params)?;
/// assert_eq!(fired.current_value.unwrap().as_str(), "51.200000");
/// # Ok::<_, twilio_hooks::ParamError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DecimalText(Box<str>);

impl DecimalText {
    /// The number as Twilio wrote it: digits, perhaps with a sign before and a point within.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the number.
    ///
    /// # Errors
    /// Those of `T`.
    pub fn parse<T: FromStr>(&self) -> Result<T, T::Err> {
        self.0.parse()
    }
}

impl fmt::Display for DecimalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Debug for DecimalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value for DecimalText {
    fn from_value(value: &[u8]) -> Option<Self> {
        let text = str::from_utf8(value).ok()?;
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        (number(whole) && number(fraction)).then(|| Self(text.into()))
    }

    fn shown(&self) -> Option<&dyn Debug> {
        Some(self)
    }
}

/// JSON inside a parameter, as Twilio wrote it.
///
/// It is nearly always text of one's own or of strangers, so it is not read before it is asked for,
/// and `Debug` leaves it out.
///
/// # Examples
/// ```
/// use serde::Deserialize;
/// use twilio_hooks::{
///     Params,
///     webhook::{Webhook, taskrouter::TaskRouterAssignment},
/// };
///
/// #[derive(Deserialize)]
/// struct Worker {
///     contact_uri: String,
/// }
///
/// let params = Params::from_pairs([
///     ("AccountSid", "AC00000000000000000000000000000001"),
///     ("TaskSid", "WT00000000000000000000000000000001"),
///     ("ReservationSid", "WR00000000000000000000000000000001"),
///     ("WorkerAttributes", r#"{"contact_uri":"client:alice"}"#),
/// ]);
/// let assignment = TaskRouterAssignment::from_params(&params)?;
/// let worker: Worker = assignment.worker_attributes.unwrap().parse()?;
/// assert_eq!(worker.contact_uri, "client:alice");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JsonText(Box<str>);

impl JsonText {
    /// The text as Twilio wrote it. It need not be valid JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the JSON.
    ///
    /// # Errors
    /// If the text is not JSON, or not that of a `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, JsonTextError> {
        serde_json::from_str(&self.0).map_err(|error| JsonTextError {
            line: error.line(),
            column: error.column(),
        })
    }
}

impl Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonText(…)")
    }
}

impl Value for JsonText {
    fn from_value(value: &[u8]) -> Option<Self> {
        str::from_utf8(value).ok().map(|text| Self(text.into()))
    }

    fn shown(&self) -> Option<&dyn Debug> {
        None
    }
}

/// A [`JsonText`] can't be read as what was wanted.
///
/// It says where, but quotes nothing: the text is personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the expected JSON at line {line}, column {column}")]
#[non_exhaustive]
pub struct JsonTextError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1; 0 if that can't be told.
    pub column: usize,
}

fn parse<T: FromStr>(value: &[u8]) -> Option<T> {
    str::from_utf8(value).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_read_in_their_unit() {
        let time: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(
            EpochSeconds::from_value(b"1767225600"),
            Some(EpochSeconds(time))
        );
        assert_eq!(
            EpochMilliseconds::from_value(b"1767225600000").map(Timestamp::from),
            Some(time)
        );
        for text in ["", "x", "1.5", "99999999999999999", "2026-01-01T00:00:00Z"] {
            assert_eq!(EpochSeconds::from_value(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn decimals_keep_every_digit() {
        for text in ["0", "-1", "50.000000", "1234567890123456789012345.10"] {
            let decimal = DecimalText::from_value(text.as_bytes()).unwrap();
            assert_eq!(decimal.to_string(), text);
        }
        for text in ["", "-", ".5", "5.", "1e5", "1,5", "NaN", " 1", "1.2.3"] {
            assert_eq!(DecimalText::from_value(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn errors_about_json_quote_nothing() {
        let text = JsonText::from_value(br#"{"number":"secret"}"#).unwrap();
        assert_eq!(format!("{text:?}"), "JsonText(…)");
        let error = text
            .parse::<std::collections::BTreeMap<String, u32>>()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "not the expected JSON at line 1, column 18"
        );
        assert!(!format!("{error:?}").contains("secret"));
    }
}
