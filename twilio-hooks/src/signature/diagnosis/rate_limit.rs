//! How often strangers can make us look for a cause.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// So many in a second, counted from the first of them.
#[derive(Debug)]
pub(in crate::signature) struct RateLimit {
    per_second: u32,
    /// When the second began, and how many there were since.
    window: Mutex<Option<(Instant, u32)>>,
}

impl RateLimit {
    pub(in crate::signature) fn new(per_second: u32) -> Self {
        Self {
            per_second,
            window: Mutex::new(None),
        }
    }

    /// Whether one more is allowed now; counts it if so.
    pub(in crate::signature) fn allows(&self, now: Instant) -> bool {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let second = Duration::from_secs(1);
        let (start, count) = match *window {
            Some((start, count)) if now.saturating_duration_since(start) < second => (start, count),
            _ => (now, 0),
        };
        let allowed = count < self.per_second;
        *window = Some((start, count + u32::from(allowed)));
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_in_a_second_and_no_more() {
        let start = Instant::now();
        let limit = RateLimit::new(2);
        let at = |millis| limit.allows(start + Duration::from_millis(millis));
        assert_eq!([at(0), at(1), at(2), at(999)], [true, true, false, false]);
        assert_eq!([at(1000), at(1001), at(1002)], [true, true, false]);
        assert!(!RateLimit::new(0).allows(start));
    }
}
