//! The pages in a real browser: Chromium, headless, beside a server on a port of its own with a fake of
//! Twilio. Screenshots of every page are left in `target/screenshots`.
//!
//! Chromium and axe are installed by the tests if they are not there; see
//! `twilio_hooks_tests::chromium`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

/// The server for a test, and people of it; the same as for the tests of the API.
#[path = "../it/support.rs"]
#[allow(
    dead_code,
    unused_macros,
    unused_imports,
    reason = "the tests of the API use the rest"
)]
mod support;

#[path = "../it/browser.rs"]
#[allow(dead_code, reason = "the tests of the API use the rest")]
mod browser;

mod axe;
mod bell;
mod calls;
mod chromium;
mod contacts;
mod conversation;
mod driver;
mod guide;
mod messages;
mod office;
mod page;
mod pages;
mod profile;
mod proxy;
mod saving;
mod security;
mod set_up;
mod settings;
mod sign_in;
mod telephone;
mod templates;
mod webhook_log;

/// The log of a server in a browser test goes nowhere.
mod logs {
    pub(crate) fn capture() {}
}
