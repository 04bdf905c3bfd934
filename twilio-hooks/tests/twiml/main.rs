//! TwiML as other parsers see it, beside what Twilio's own libraries write and allow, and what may
//! stand inside what.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test by it")]

mod comparison;
mod coverage;
mod document;
mod elements;
mod facts;
mod nesting;
mod properties;
#[path = "../coverage/tally.rs"]
mod tally;
mod vectors;
