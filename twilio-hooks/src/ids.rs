//! Our own identifiers: one type per kind of row, so that they can't be confused.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($( $(#[$meta:meta])* $Name:ident; )+) => {$(
        $(#[$meta])*
        ///
        /// A UUID of version 7: identifiers made later sort later, so a list ordered by them is a
        /// list ordered by time.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $Name(Uuid);

        impl $Name {
            /// A new identifier for something that happened at `time`.
            #[must_use]
            pub fn at(time: Timestamp) -> Self {
                Self(uuid_at(time))
            }

            /// Takes an identifier that exists already.
            #[must_use]
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The identifier as a UUID.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $Name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$Name> for Uuid {
            fn from(id: $Name) -> Self {
                id.0
            }
        }

        impl FromStr for $Name {
            type Err = uuid::Error;

            fn from_str(id: &str) -> Result<Self, Self::Err> {
                id.parse().map(Self)
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A company: the tenant that lines, contacts and everything with them belong to.
    CompanyId;
    /// A person who works in a company.
    UserId;
    /// A line: one of our numbers in one Twilio account.
    LineId;
    /// A contact of a company.
    ContactId;
    /// A text message, in either direction.
    MessageId;
    /// A call, in either direction.
    CallId;
    /// A recording of a call.
    RecordingId;
    /// A notification to our own people.
    NotificationId;
    /// One webhook as it was received.
    HistoryId;
}

/// Milliseconds, then the fraction of the millisecond, then a counter, then random bits: ids that one
/// process makes for the same instant sort in the order they were made.
///
/// Times before 1970 don't occur in webhooks; they sort first.
fn uuid_at(time: Timestamp) -> Uuid {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let milliseconds = u64::try_from(time.as_millisecond()).unwrap_or(0);
    let nanoseconds = u32::try_from(time.subsec_nanosecond()).unwrap_or(0) % 1_000_000;
    // RFC 9562, 6.2, method 3: twelve bits for the fraction.
    let fraction = (u64::from(nanoseconds) * 4096 / 1_000_000) as u16;
    let counter = COUNTER.fetch_add(1, Ordering::Relaxed);
    let mut tail = [0; 10];
    tail.copy_from_slice(&Uuid::new_v4().as_bytes()[6..]);
    tail[..2].copy_from_slice(&fraction.to_be_bytes());
    // The two highest bits of this part hold the variant, so the counter starts below them.
    tail[2..5].copy_from_slice(&(counter & 0x3f_ffff).to_be_bytes()[1..]);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &tail).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_later() {
        let first = MessageId::at(Timestamp::from_millisecond(1_800_000_000_000).unwrap());
        let second = MessageId::at(Timestamp::from_millisecond(1_800_000_000_001).unwrap());
        assert!(first < second);
    }

    #[test]
    fn ids_of_one_instant_sort_as_they_were_made() {
        for time in [
            Timestamp::from_second(1_800_000_000).unwrap(),
            Timestamp::MIN,
            Timestamp::MAX,
        ] {
            let ids: Vec<_> = (0..1000).map(|_| MessageId::at(time)).collect();
            assert!(ids.is_sorted());
            assert_eq!(ids[0].as_uuid().get_version_num(), 7);
            assert_eq!(ids[0].as_uuid().get_variant(), uuid::Variant::RFC4122);
        }
    }

    #[test]
    fn the_fraction_of_a_millisecond_counts() {
        let first = MessageId::at(Timestamp::from_nanosecond(1_800_000_000_000_100_000).unwrap());
        let second = MessageId::at(Timestamp::from_nanosecond(1_800_000_000_000_900_000).unwrap());
        let reference =
            MessageId::at(Timestamp::from_nanosecond(1_800_000_000_000_100_000).unwrap());
        assert!(first < second && reference < second);
    }
}
