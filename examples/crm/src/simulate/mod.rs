//! Webhooks as Twilio would send them, for a server without Twilio.
//!
//! Behind `crm simulate` and `crm demo`. A [`Scenario`] is the requests of one message, call or
//! recording, with the parameters Twilio sends; a [`Client`] signs and sends them; a [`Load`] sends
//! many at a time, some twice or out of order, and a [`Summary`] says how the server did.
//!
//! All numbers are from the range that is [kept free for fiction][555], and the same seed always
//! gives the same requests.
//!
//! # Examples
//! ```no_run
//! use crm::simulate::{Client, Origin, Random, Scenario, Target};
//! use jiff::Timestamp;
//!
//! # async fn run() -> anyhow::Result<()> {
//! let account_sid = "AC000000000000000000000000000000a1";
//! let target = Target::new("http://127.0.0.1:8080", account_sid, "0123456789abcdef")?
//!     .with_public_url("https://crm.example.com")?;
//! let client = Client::new(target);
//!
//! let mut origin = Origin::new(account_sid, Random::new(1), Timestamp::now());
//! let text = Scenario::incoming_sms(&mut origin, "+14155550123", "+12025550100", "Hello!");
//! for step in &text.steps {
//!     let answer = client.send(step).await;
//!     println!("{}: {}", answer.outcome, answer.body);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [555]: https://nationalnanpa.com/number_resource_info/555_numbers.html

mod ack_log;
mod args;
mod calls;
pub mod cli;
mod client;
mod job;
mod load;
mod messages;
mod numbers;
mod pace;
pub(crate) mod people;
mod plan;
mod random;
mod scenario;
mod summary;
mod target;
#[cfg(test)]
mod tests;

pub use self::{
    ack_log::AckLog,
    calls::CallOutcome,
    client::{Answer, Client, Outcome},
    load::{Event, Load, Stop},
    messages::MessageOutcome,
    numbers::{capacity, sender},
    plan::{Delivery, Repeat, plan},
    random::Random,
    scenario::{
        Origin, SMS_INCOMING, SMS_STATUS, Scenario, Step, VOICE_INCOMING, VOICE_RECORDING,
        VOICE_STATUS,
    },
    summary::Summary,
    target::{Target, TargetError},
};
