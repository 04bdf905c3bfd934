//! The signature check beside Twilio's own packages for Python and Node: same signatures, same
//! verdicts, but for the disagreements that are listed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cases;
mod disagreements;
mod random;
