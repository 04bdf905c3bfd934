//! A fake whose time goes on by itself.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{task::JoinSet, time::Instant};

use super::{AUTH_TOKEN, Delivery, FakeTwilio, Shared, delivery::Routed, state::Step};
use crate::testing::{
    Failure,
    call::Callee,
    simulation::{Account, Ledger as _},
};

/// The time, as the clock has it, perhaps faster.
pub(super) struct Live {
    start: Timestamp,
    began: Instant,
    speed: f64,
}

impl Live {
    pub(super) fn new(speed: f64) -> Self {
        Self {
            start: Timestamp::now(),
            began: Instant::now(),
            speed: if speed.is_finite() {
                speed.max(0.001)
            } else {
                1.0
            },
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        let passed = self.began.elapsed().as_secs_f64() * self.speed;
        let passed = Duration::try_from_secs_f64(passed).unwrap_or(Duration::MAX);
        self.start.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    pub(super) async fn sleep_until(&self, time: Timestamp) {
        let left = Duration::try_from(time.duration_since(self.now())).unwrap_or_default();
        tokio::time::sleep(self.really(left)).await;
    }

    fn really(&self, time: Duration) -> Duration {
        Duration::try_from_secs_f64(time.as_secs_f64() / self.speed).unwrap_or(Duration::MAX)
    }
}

/// Does what is due when it is due, until the task is aborted; its calls end with it.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut calls = JoinSet::new();
    let changed = shared.lock().changed.clone();
    loop {
        let next = shared.lock().agenda.first_key_value().map(|(key, _)| key.0);
        tokio::select! {
            () = wait(&shared, next) => {}
            () = changed.notified() => continue,
            Some(_) = calls.join_next() => continue,
        }
        let now = shared.now();
        while let Some(step) = shared.step(now) {
            match step {
                Step::Done => {}
                Step::Deliver(callback) => {
                    shared.deliver(callback).await;
                    shared.lock().busy -= 1;
                }
                Step::Play(sid) => {
                    calls.spawn(play(shared.clone(), sid));
                }
            }
        }
    }
}

async fn wait(shared: &Shared, next: Option<Timestamp>) {
    match next {
        Some(time) => shared.wait_until(time).await,
        None => std::future::pending().await,
    }
}

/// Plays a call whose person answers.
async fn play(shared: Arc<Shared>, sid: String) {
    let application = Box::new(Routed(shared.clone()));
    let account = Account::of(shared.clone());
    let callee = Callee::new(application, account, AUTH_TOKEN, &sid);
    let played = go_on(callee).await;
    let mut state = shared.lock();
    state.busy -= 1;
    if let Err(failure) = played {
        tracing::warn!(kind = ?failure.kind, code = ?failure.code, "a call of the fake went wrong");
        state.failures.push(failure);
    }
}

async fn go_on(callee: Callee) -> Result<(), Failure> {
    let mut call = callee.answers().await?;
    let Err(failure) = call.goes_on_by_itself().await.map(|_| ()) else {
        return Ok(());
    };
    // Twilio ends a call whose TwiML is of no use.
    call.give_up().await;
    Err(failure)
}

impl FakeTwilio {
    /// What went wrong in the calls that a live fake has played by itself.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        self.shared.lock().failures.clone()
    }
}

impl Shared {
    /// Waits until nothing is under way or on the agenda, or so long.
    pub(super) async fn wait_for(&self, live: &Live, longest: Option<Duration>) -> Vec<Delivery> {
        let before = self.lock().deliveries.len();
        match longest {
            Some(time) => tokio::time::sleep(live.really(time)).await,
            None => {
                while !self.is_idle() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
        self.lock().deliveries[before..].to_vec()
    }

    fn is_idle(&self) -> bool {
        let state = self.lock();
        state.busy == 0 && state.agenda.is_empty()
    }
}
