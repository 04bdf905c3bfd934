//! The time of the fake, and the callbacks that it brings.

use std::time::Duration;

use jiff::Timestamp;

use super::{Delivery, FakeTwilio, Shared, state::Step};

impl FakeTwilio {
    /// Lets the time go on: messages are sent, calls ring, callbacks arrive one after the other.
    /// Gives the callbacks.
    ///
    /// A live fake is really waited for.
    pub async fn advance(&self, time: Duration) -> Vec<Delivery> {
        if let Some(live) = &self.shared.live {
            return self.shared.wait_for(live, Some(time)).await;
        }
        let until = {
            let state = self.shared.lock();
            state.now.checked_add(time).unwrap_or(Timestamp::MAX)
        };
        let deliveries = self.shared.run(until).await;
        let mut state = self.shared.lock();
        state.now = state.now.max(until);
        deliveries
    }

    /// Lets the time go on until nothing is left to happen. Gives the callbacks.
    ///
    /// A live fake is really waited for.
    pub async fn settle(&self) -> Vec<Delivery> {
        match &self.shared.live {
            Some(live) => self.shared.wait_for(live, None).await,
            None => self.shared.run(Timestamp::MAX).await,
        }
    }

    /// The fake's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.lock().now
    }
}

impl Shared {
    async fn run(&self, until: Timestamp) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        while let Some(step) = self.step(until) {
            if let Step::Deliver(callback) = step {
                deliveries.push(self.deliver(callback).await);
                self.lock().busy -= 1;
            }
        }
        deliveries
    }

    /// Does one thing that is due, if there is one; what takes its time is left to the caller, and
    /// counts as under way until it says otherwise.
    pub(super) fn step(&self, until: Timestamp) -> Option<Step> {
        let mut state = self.lock();
        let due = state.take_due(until)?;
        let step = state.do_due(due);
        if !matches!(step, Step::Done) {
            state.busy += 1;
        }
        Some(step)
    }
}
