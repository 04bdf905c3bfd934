//! [`Sequence`]: which numbers of a numbered series have come.

use std::ops::RangeInclusive;

use super::Order;

/// Which reports of a numbered series have come, and which are still on their way.
///
/// For what has no single status: the events of a conference, the pieces of a real-time
/// transcription (one sequence for each track), the events of a video room. It takes memory for the
/// gaps only.
///
/// # Examples
/// ```
/// use twilio_hooks::status::{Order, Sequence};
///
/// let mut room = Sequence::starting_at(0);
/// assert_eq!(room.report(0), Order::Advanced);
/// assert_eq!(room.report(2), Order::Advanced);
/// assert!(!room.is_complete());
/// assert_eq!(room.report(1), Order::Late);
/// assert_eq!(room.report(1), Order::Repeated);
/// assert!(room.is_complete());
/// assert_eq!(room.last(), Some(2));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sequence {
    first: u32,
    /// What has come: ascending, with gaps between them.
    runs: Vec<RangeInclusive<u32>>,
}

impl Sequence {
    /// A series whose first number is `first`: 0 for calls, video rooms and partial results of a
    /// `<Gather>`, 1 for conferences, transcriptions and media streams.
    #[must_use]
    pub fn starting_at(first: u32) -> Self {
        Self {
            first,
            runs: Vec::new(),
        }
    }

    /// Takes a number. [`Advanced`](Order::Advanced) is one above all others, [`Late`](Order::Late) one
    /// that fills a gap, [`Repeated`](Order::Repeated) one that was there before.
    pub fn report(&mut self, number: u32) -> Order {
        let after = self.runs.partition_point(|run| *run.end() < number);
        if self
            .runs
            .get(after)
            .is_some_and(|run| run.contains(&number))
        {
            return Order::Repeated;
        }
        let order = if after == self.runs.len() {
            Order::Advanced
        } else {
            Order::Late
        };
        let joins_left = after > 0 && self.runs[after - 1].end().checked_add(1) == Some(number);
        let joins_right = self
            .runs
            .get(after)
            .is_some_and(|run| number.checked_add(1) == Some(*run.start()));
        match (joins_left, joins_right) {
            (true, true) => {
                let right = self.runs.remove(after);
                self.runs[after - 1] = *self.runs[after - 1].start()..=*right.end();
            }
            (true, false) => self.runs[after - 1] = *self.runs[after - 1].start()..=number,
            (false, true) => self.runs[after] = number..=*self.runs[after].end(),
            (false, false) => self.runs.insert(after, number..=number),
        }
        order
    }

    /// The highest number so far.
    #[must_use]
    pub fn last(&self) -> Option<u32> {
        self.runs.last().map(|run| *run.end())
    }

    /// The numbers below [`last`](Self::last) that have not come, in ascending order.
    pub fn missing(&self) -> impl Iterator<Item = RangeInclusive<u32>> {
        let mut next = self.first;
        self.runs.iter().filter_map(move |run| {
            let gap = (next < *run.start()).then(|| next..=*run.start() - 1);
            next = next.max(run.end().saturating_add(1));
            gap
        })
    }

    /// Whether nothing is missing between the first number and the highest so far.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing().next().is_none()
    }
}
