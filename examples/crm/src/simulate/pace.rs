//! [`Pace`]: no more than so many requests a second.

use std::time::Duration;

use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// Lets requests pass at even intervals.
///
/// Time that nobody used is not saved up: after a slow answer there is no burst.
#[derive(Debug)]
pub(super) struct Pace {
    gap: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// At most `rate` requests a second.
    pub(super) fn new(rate: f64) -> Self {
        Self {
            gap: Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::MAX),
            next: Mutex::new(Instant::now()),
        }
    }

    /// Waits for the next turn.
    pub(super) async fn turn(&self) {
        let turn = {
            let mut next = self.next.lock().await;
            let turn = (*next).max(Instant::now());
            *next = turn.checked_add(self.gap).unwrap_or(turn);
            turn
        };
        sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_are_evenly_spaced_and_not_saved_up() {
        let pace = Pace::new(10.0);
        let started = Instant::now();
        for _ in 0..5 {
            pace.turn().await;
        }
        assert_eq!(started.elapsed().as_millis(), 400);

        tokio::time::sleep(Duration::from_secs(5)).await;
        let started = Instant::now();
        for _ in 0..3 {
            pace.turn().await;
        }
        assert_eq!(started.elapsed().as_millis(), 200);
    }
}
