//! [`Progress`]: the status of one resource, however its reports arrive.

use super::{CallStatus, ConferenceStatus, MessageStatus, RecordingStatus};

/// What a report is to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// It is news: act on it.
    Advanced,
    /// It has been there before: a repetition.
    Repeated,
    /// It has been overtaken by a later one: keep it as history at most.
    Late,
}

impl Order {
    /// Whether it is news.
    #[must_use]
    pub fn is_advanced(self) -> bool {
        self == Self::Advanced
    }
}

/// A status that only goes forward: [`MessageStatus`], [`CallStatus`], [`RecordingStatus`],
/// [`ConferenceStatus`].
///
/// It can't be implemented elsewhere.
pub trait Status: sealed::Sealed + Clone + PartialEq {
    /// How far along this status is; unknown ones are 0.
    fn rank(&self) -> i16;

    /// Whether it is the end.
    fn is_terminal(&self) -> bool;
}

/// The status of one message, call, recording or conference, however its reports arrive.
///
/// - A final status is only replaced by one of a higher rank, as `delivered` by `read`.
/// - Otherwise the report with the higher sequence number counts, if both have one;
/// - else the one with the higher rank.
///
/// If all reports of a resource have a number, or none has, the outcome does not depend on the order
/// in which they come. Of two final statuses with the same rank and no numbers, which Twilio does not
/// send, the first stays.
///
/// It is plain data: keep [`status`](Self::status) and [`number`](Self::number) with your resource,
/// and go on with [`resume`](Self::resume).
///
/// # Examples
/// ```
/// use twilio_hooks::{MessageStatus, status::{Order, Progress}};
///
/// let mut message = Progress::new();
/// assert_eq!(message.report(MessageStatus::Delivered, None), Order::Advanced);
/// assert_eq!(message.report(MessageStatus::Sent, None), Order::Late);
/// assert_eq!(message.report(MessageStatus::Read, None), Order::Advanced);
/// assert!(message.is_over());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Progress<S> {
    current: Option<(S, Option<u32>)>,
}

impl<S: Status> Progress<S> {
    /// Nothing has been reported yet.
    #[must_use]
    pub fn new() -> Self {
        Self { current: None }
    }

    /// Goes on from a status that was kept, with the number of its report if it had one.
    #[must_use]
    pub fn resume(status: S, number: Option<u32>) -> Self {
        Self {
            current: Some((status, number)),
        }
    }

    /// Takes a report, with its sequence number if it has one, and says what it is to those before.
    ///
    /// Only [`Order::Advanced`] changes anything.
    pub fn report(&mut self, status: S, number: Option<u32>) -> Order {
        let order = match &self.current {
            None => Order::Advanced,
            Some(current) => order(&(&status, number), &(&current.0, current.1)),
        };
        if order.is_advanced() {
            self.current = Some((status, number));
        }
        order
    }

    /// Where the resource stands; `None` before the first report.
    #[must_use]
    pub fn status(&self) -> Option<&S> {
        self.current.as_ref().map(|(status, _)| status)
    }

    /// The sequence number of the report that counts, if it had one.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        self.current.as_ref().and_then(|(_, number)| *number)
    }

    /// Whether a final status has been reported. `read` may still follow `delivered`.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.status().is_some_and(S::is_terminal)
    }
}

impl<S: Status> Default for Progress<S> {
    fn default() -> Self {
        Self::new()
    }
}

/// What a report is to the one that counts.
fn order<S: Status>(new: &(&S, Option<u32>), current: &(&S, Option<u32>)) -> Order {
    let finality = |status: &S| {
        if status.is_terminal() {
            status.rank()
        } else {
            0
        }
    };
    let by_number = match (new.1, current.1) {
        (Some(new), Some(current)) => new.cmp(&current),
        _ => new.0.rank().cmp(&current.0.rank()),
    };
    match finality(new.0).cmp(&finality(current.0)).then(by_number) {
        std::cmp::Ordering::Greater => Order::Advanced,
        std::cmp::Ordering::Equal if new.0 == current.0 => Order::Repeated,
        _ => Order::Late,
    }
}

macro_rules! statuses {
    ($($Type:ty),+) => {$(
        impl sealed::Sealed for $Type {}

        impl Status for $Type {
            fn rank(&self) -> i16 {
                Self::rank(self)
            }

            fn is_terminal(&self) -> bool {
                Self::is_terminal(self)
            }
        }
    )+};
}

statuses!(MessageStatus, CallStatus, RecordingStatus, ConferenceStatus);

mod sealed {
    /// Keeps [`Status`](super::Status) to this crate.
    pub trait Sealed {}
}
