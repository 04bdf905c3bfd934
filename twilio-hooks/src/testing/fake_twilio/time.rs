//! The time of the fake, and the callbacks that it brings.

use std::time::Duration;

use jiff::Timestamp;

use super::{Delivery, FakeTwilio, Shared, callback::Callback};

impl FakeTwilio {
    /// Lets the time go on: messages are sent, calls ring, callbacks arrive one after the other.
    /// Gives the callbacks.
    pub async fn advance(&self, time: Duration) -> Vec<Delivery> {
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
    pub async fn settle(&self) -> Vec<Delivery> {
        self.shared.run(Timestamp::MAX).await
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
            if let Some(callback) = step {
                deliveries.push(self.deliver(callback).await);
            }
        }
        deliveries
    }

    /// Does one thing that is due, if there is one; gives the callback to deliver, if it is one.
    fn step(&self, until: Timestamp) -> Option<Option<Callback>> {
        let mut state = self.lock();
        let due = state.take_due(until)?;
        Some(state.do_due(due))
    }
}
