//! TwiML as other parsers see it, beside what Twilio's own libraries write, and what may stand
//! inside what.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test by it")]

mod document;
mod nesting;
mod properties;
mod vectors;
