//! Simulated callers and texters against applications that check signatures.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod conversations;
mod dialling;
mod menus;
mod recording;
mod support;
mod waiting;
