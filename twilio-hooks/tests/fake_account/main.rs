//! People who call, write to and are called by an application whose account is at `FakeTwilio`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod incoming_calls;
mod live;
mod outgoing;
mod reconcile;
mod texts;
