//! Simulated bodies read by the library, and simulated requests taken by a server.

mod bodies;
mod cli;
mod load;
mod server;

use jiff::Timestamp;
use twilio_hooks::webhook::Webhook;

use super::{Origin, Random, Step};

const ACCOUNT: &str = "AC000000000000000000000000000000a1";
const TOKEN: &str = "0123456789abcdef";
const CUSTOMER: &str = "+14155550143";
const LINE: &str = "+12025550100";

fn origin() -> Origin {
    let now: Timestamp = "2026-01-01T09:53:49Z".parse().unwrap();
    Origin::new(ACCOUNT, Random::new(1), now)
}

/// The body of a step as a server reads it.
fn read<W: Webhook>(step: &Step) -> W {
    let params = twilio_hooks::Params::from_form(step.body().as_bytes());
    assert_eq!(params, step.params);
    W::from_params(&params).unwrap()
}
