//! The REST client against `FakeTwilio`, over real sockets.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod callbacks;
mod calls;
mod description;
mod downloads;
mod failures;
mod lists;
mod messages;
mod settings;
mod trust;

use std::time::Duration;

use twilio_hooks::{
    client::{CreateMessage, RetryPolicy},
    testing::FakeTwilio,
};

const US: &str = "+12025550100";
const THEM: &str = "+12025550143";

/// A fake whose account has one number.
async fn fake() -> FakeTwilio {
    let fake = FakeTwilio::start().await.unwrap();
    fake.add_number(US);
    fake
}

fn hello() -> CreateMessage {
    CreateMessage::new(THEM).from(US).body("Hello")
}

/// Twice at most, and no time in between.
fn twice() -> RetryPolicy {
    RetryPolicy::new().with_attempts(2)
}

const SOON: Duration = Duration::from_millis(250);
