//! [`Queue`]: what was seen and is not written yet.

use std::collections::VecDeque;

use super::noted::{Noted, Outcome};

/// How many requests wait to be written; more than that are left out of the log.
const CAPACITY: usize = 10_000;

/// How many refused requests are written in a minute: anybody can make some.
const REFUSED_PER_MINUTE: u32 = 60;

/// What was seen and is not written yet.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Noted>,
    /// The minute that refused requests are counted in, and how many there were.
    refused: (i64, u32),
    left_out: u64,
}

impl Queue {
    /// Adds a request, if there is room for it.
    pub(super) fn add(&mut self, noted: Noted) {
        let has_room = self.waiting.len() < CAPACITY;
        if has_room && (noted.outcome != Outcome::Refused || self.takes_refused(&noted)) {
            self.waiting.push_back(noted);
        } else {
            self.left_out += 1;
        }
    }

    /// The oldest that wait.
    pub(super) fn take(&mut self, count: usize) -> Vec<Noted> {
        let count = count.min(self.waiting.len());
        self.waiting.drain(..count).collect()
    }

    /// They could not be written, and wait again.
    pub(super) fn put_back(&mut self, noted: Vec<Noted>) {
        for noted in noted.into_iter().rev() {
            self.waiting.push_front(noted);
        }
    }

    /// How many were left out since this was asked last.
    pub(super) fn left_out(&mut self) -> u64 {
        std::mem::take(&mut self.left_out)
    }

    fn takes_refused(&mut self, noted: &Noted) -> bool {
        let minute = noted.received_at.as_second().div_euclid(60);
        if self.refused.0 != minute {
            self.refused = (minute, 0);
        }
        self.refused.1 += 1;
        self.refused.1 <= REFUSED_PER_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    fn noted(outcome: Outcome, received_at: Timestamp) -> Noted {
        Noted {
            received_at,
            milliseconds: 3,
            route: "sms/incoming".to_owned(),
            status: 204,
            outcome,
            reason: None,
            account_sid: None,
            sid: None,
            parent_sid: None,
            event: None,
            diagnosis: None,
        }
    }

    #[test]
    fn strangers_fill_no_more_than_their_share_of_a_minute() {
        let now: Timestamp = "2026-11-23T15:00:30Z".parse().unwrap();
        let mut queue = Queue::default();
        for _ in 0..100 {
            queue.add(noted(Outcome::Refused, now));
        }
        queue.add(noted(Outcome::Taken, now));
        assert_eq!(queue.left_out(), 40);
        assert_eq!(queue.left_out(), 0);
        queue.add(noted(Outcome::Refused, now + SignedDuration::from_mins(1)));
        let waiting = queue.take(1000);
        assert_eq!(waiting.len(), 62);
        assert!(queue.take(1).is_empty());
    }

    #[test]
    fn what_could_not_be_written_keeps_its_place() {
        let now: Timestamp = "2026-11-23T15:00:30Z".parse().unwrap();
        let mut queue = Queue::default();
        for seconds in 0..4 {
            let at = now + SignedDuration::from_secs(seconds);
            queue.add(noted(Outcome::Taken, at));
        }
        let first = queue.take(2);
        queue.put_back(first);
        let times: Vec<_> = queue.take(4).iter().map(|it| it.received_at).collect();
        assert!(times.is_sorted() && times.len() == 4);
    }

    #[test]
    fn what_waits_has_an_end() {
        let now: Timestamp = "2026-11-23T15:00:30Z".parse().unwrap();
        let mut queue = Queue::default();
        for _ in 0..=CAPACITY {
            queue.add(noted(Outcome::Taken, now));
        }
        assert_eq!(queue.left_out(), 1);
    }
}
