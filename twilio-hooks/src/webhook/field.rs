//! How parameters become fields: one by one ([`Value`]), or a family of them at once ([`Family`]).

use std::{
    fmt::{self, Debug},
    net::IpAddr,
    str,
};

use jiff::{Timestamp, fmt::rfc2822};
use serde::de::DeserializeOwned;

use crate::{Address, ParamError};

/// Name and value of one parameter.
pub(crate) type Pair<'a> = (&'a [u8], &'a [u8]);

/// The first value of a parameter, if it was sent; it may be empty.
pub(crate) type Slot<'a> = Option<&'a [u8]>;

/// The type of a field that one parameter fills.
pub(crate) trait Value: Sized {
    /// Reads a value that is not empty; `None` if this type can't hold it.
    fn from_value(value: &[u8]) -> Option<Self>;

    /// What `Debug` shows; `None` for what is absent or too personal for a log.
    fn shown(&self) -> Option<&dyn Debug>;
}

/// The type of a field that several parameters with a common prefix fill.
pub(crate) trait Family: Sized {
    /// What has been collected so far.
    type Slots<'a>: Default;

    /// Takes a pair whose name goes on with `rest` after the prefix; `false` if it is no member of
    /// the family, or a repeated one.
    fn take<'a>(slots: &mut Self::Slots<'a>, rest: &'a str, pair: Pair<'a>) -> bool;

    /// Makes the field of what was collected; pairs that turn out to be of no use go to `extra`.
    fn finish<'a>(slots: Self::Slots<'a>, extra: &mut Vec<Pair<'a>>) -> Self;

    /// What `Debug` shows; `None` for what is absent or too personal for a log.
    fn shown(&self) -> Option<&dyn Debug>;
}

/// Reads a slot. A value that can't be read goes to `extra` instead.
pub(crate) fn optional<'a, T: Value + Default>(
    slot: Slot<'a>,
    name: &'static str,
    extra: &mut Vec<Pair<'a>>,
) -> T {
    let Some(value) = filled(slot) else {
        return T::default();
    };
    T::from_value(value).unwrap_or_else(|| {
        extra.push((name.as_bytes(), value));
        T::default()
    })
}

/// Reads the first slot that is filled, without which the webhook makes no sense.
pub(crate) fn required<T: Value>(slots: &[Slot<'_>], name: &'static str) -> Result<T, ParamError> {
    let value = slots
        .iter()
        .copied()
        .find_map(filled)
        .ok_or(ParamError::Missing { name })?;
    T::from_value(value).ok_or(ParamError::Invalid { name })
}

/// The text of a slot, `None` if it is absent or empty.
pub(crate) fn text(slot: Slot<'_>) -> Option<String> {
    filled(slot).and_then(String::from_value)
}

fn filled(slot: Slot<'_>) -> Slot<'_> {
    slot.filter(|value| !value.is_empty())
}

/// Puts a value into its slot; `false` if there is one already, because the first counts.
pub(crate) fn fill<T>(slot: &mut Option<T>, value: T) -> bool {
    let first = slot.is_none();
    if first {
        *slot = Some(value);
    }
    first
}

/// Reads JSON that came in a parameter; `None` if it is absent, or is something else.
pub(crate) fn json<T: DeserializeOwned>(text: Option<&str>) -> Option<T> {
    serde_json::from_str(text?).ok()
}

/// Adds a field to what `Debug` shows, if there is something to show.
pub(crate) fn show(
    out: &mut fmt::DebugStruct<'_, '_>,
    name: &'static str,
    field: Option<&dyn Debug>,
) {
    if let Some(field) = field {
        out.field(name, field);
    }
}

impl<T: Value> Value for Option<T> {
    fn from_value(value: &[u8]) -> Option<Self> {
        T::from_value(value).map(Some)
    }

    fn shown(&self) -> Option<&dyn Debug> {
        self.as_ref().and_then(T::shown)
    }
}

/// Bytes that are not UTF-8 become U+FFFD.
impl Value for String {
    fn from_value(value: &[u8]) -> Option<Self> {
        Some(Self::from_utf8_lossy(value).into_owned())
    }

    fn shown(&self) -> Option<&dyn Debug> {
        None
    }
}

impl Value for Address {
    fn from_value(value: &[u8]) -> Option<Self> {
        String::from_value(value).map(Self::from)
    }

    fn shown(&self) -> Option<&dyn Debug> {
        Some(self)
    }
}

/// RFC 2822, as Twilio writes it for calls and recordings, or ISO 8601, as for streams and
/// transcriptions.
impl Value for Timestamp {
    fn from_value(value: &[u8]) -> Option<Self> {
        static RFC_2822: rfc2822::DateTimeParser =
            rfc2822::DateTimeParser::new().relaxed_weekday(true);
        RFC_2822
            .parse_timestamp(value)
            .ok()
            .or_else(|| parse_text(value))
    }

    fn shown(&self) -> Option<&dyn Debug> {
        Some(self)
    }
}

/// Only finite numbers; some are coordinates and hence personal.
impl Value for f64 {
    fn from_value(value: &[u8]) -> Option<Self> {
        parse_text(value).filter(|number: &Self| number.is_finite())
    }

    fn shown(&self) -> Option<&dyn Debug> {
        None
    }
}

impl Value for IpAddr {
    fn from_value(value: &[u8]) -> Option<Self> {
        parse_text(value)
    }

    fn shown(&self) -> Option<&dyn Debug> {
        None
    }
}

macro_rules! parsed_values {
    ($($Type:ty),+) => {$(
        impl Value for $Type {
            fn from_value(value: &[u8]) -> Option<Self> {
                parse_text(value)
            }

            fn shown(&self) -> Option<&dyn Debug> {
                Some(self)
            }
        }
    )+};
}

parsed_values!(bool, u16, u32, u64, i32);

fn parse_text<T: str::FromStr>(value: &[u8]) -> Option<T> {
    str::from_utf8(value).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_of_twilios_time_formats_are_read() {
        let expected: Timestamp = "2026-01-01T09:53:19Z".parse().unwrap();
        for text in [
            "Thu, 01 Jan 2026 09:53:19 +0000",
            "Thu, 1 Jan 2026 09:53:19 +0000",
            "Thu, 01 Jan 2026 09:53:19 GMT",
            "Fri, 01 Jan 2026 10:53:19 +0100",
            "2026-01-01T09:53:19Z",
            "2026-01-01T09:53:19.000000000Z",
        ] {
            assert_eq!(
                Timestamp::from_value(text.as_bytes()),
                Some(expected),
                "{text}"
            );
        }
        assert_eq!(Timestamp::from_value(b"yesterday"), None);
    }

    #[test]
    fn numbers_that_are_none_are_not_read() {
        for text in ["x", "-1", "4294967296", " 1", "1.5", "\u{661}"] {
            assert_eq!(u32::from_value(text.as_bytes()), None, "{text}");
        }
        for text in ["NaN", "inf", "1e999", "north"] {
            assert_eq!(f64::from_value(text.as_bytes()), None, "{text}");
        }
    }
}
