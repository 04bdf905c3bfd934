//! Directions and statuses as columns.
//!
//! A status is stored in upper case with `_` (`IN_PROGRESS`), its rank beside it. Rank 0 says that
//! the status was not known when it was written: then the text is the very one that was reported.

use std::borrow::Cow;

use twilio_hooks::{CallStatus, MessageStatus, RecordingStatus, store::Direction};

/// A status with an order.
pub(crate) trait Ranked: Clone + for<'a> From<&'a str> + 'static {
    const KNOWN: &'static [Self];

    fn as_str(&self) -> &str;

    fn rank(&self) -> i16;

    /// What to store.
    fn to_column(&self) -> Cow<'_, str> {
        if self.rank() == 0 {
            Cow::Borrowed(self.as_str())
        } else {
            Cow::Owned(upper(self.as_str()))
        }
    }

    /// What was stored.
    fn from_column(text: &str, rank: i16) -> Self {
        let known = Self::KNOWN
            .iter()
            .find(|status| rank != 0 && upper(status.as_str()) == text);
        known.cloned().unwrap_or_else(|| Self::from(text))
    }
}

macro_rules! ranked {
    ($($Status:ident),+) => {$(
        impl Ranked for $Status {
            const KNOWN: &'static [Self] = Self::KNOWN;

            fn as_str(&self) -> &str {
                self.as_str()
            }

            fn rank(&self) -> i16 {
                self.rank()
            }
        }
    )+};
}

ranked!(MessageStatus, CallStatus, RecordingStatus);

pub(crate) fn direction_to_column(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "INBOUND",
        Direction::Outbound => "OUTBOUND",
    }
}

pub(crate) fn direction_from_column(text: &str) -> Option<Direction> {
    match text {
        "INBOUND" => Some(Direction::Inbound),
        "OUTBOUND" => Some(Direction::Outbound),
        _ => None,
    }
}

fn upper(text: &str) -> String {
    text.to_ascii_uppercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survive<S: Ranked + PartialEq + std::fmt::Debug>() {
        for status in S::KNOWN {
            let column = status.to_column();
            assert!(!column.contains('-') && *column == column.to_ascii_uppercase());
            assert_eq!(S::from_column(&column, status.rank()), *status);
        }
    }

    #[test]
    fn every_known_status_survives() {
        survive::<MessageStatus>();
        survive::<CallStatus>();
        survive::<RecordingStatus>();
    }

    #[test]
    fn statuses_are_written_in_upper_case() {
        assert_eq!(CallStatus::InProgress.to_column(), "IN_PROGRESS");
        assert_eq!(CallStatus::NoAnswer.to_column(), "NO_ANSWER");
    }

    #[test]
    fn an_unknown_status_survives_even_if_it_looks_like_a_stored_one() {
        for text in ["beamed-up", "DELIVERED", "IN_PROGRESS", ""] {
            let status = MessageStatus::from(text);
            let read = MessageStatus::from_column(&status.to_column(), status.rank());
            assert_eq!((read.as_str(), read.rank()), (text, 0));
        }
    }
}
