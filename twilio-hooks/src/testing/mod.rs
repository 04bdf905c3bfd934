//! Test tools, behind the feature `testing`.
//!
//! - [`store_tests!`](crate::store_tests) runs the conformance suite on a store of yours.
//! - [`RecordingNotifier`] is a notifier that remembers, and fails when told to.
//! - [`SignedRequest`] makes requests that are signed as Twilio signs them.
//! - [`call`] plays a caller against an application, and [`texting`] somebody who writes to it.
//! - `FakeTwilio` is Twilio's REST API on this machine, with status callbacks, and an account for
//!   people who call, write and are called; with the feature `client`.
//!
//! # Which one to take
//!
//! | a test of … | takes |
//! |---|---|
//! | one endpoint | [`SignedRequest`] |
//! | a whole call or conversation | [`call::Caller`], [`texting::Texter`] |
//! | what is sent by the API, and its reports | `FakeTwilio` and its `settle` |
//! | calls that the application makes | `FakeTwilio::callee` |
//! | what was missed and is fetched by the API | `FakeTwilio::add_incoming_message` and its siblings; `caller` and `texter` for what was not missed |
//! | nothing: a demonstration | `FakeTwilio::builder().live()` and `OverHttp` |
//!
//! This module follows the crate's needs: between minor versions it may change.

pub mod call;
#[cfg(feature = "client")]
mod fake_twilio;
mod notifier;
mod signed_request;
mod simulation;
pub mod store;
pub mod texting;

use std::future::Future;

#[cfg(feature = "client")]
pub use self::fake_twilio::{
    CallbackFate, CallbackPlan, Delivery, FakeTwilio, FakeTwilioBuilder, Fault, InstantClock,
    MessageFate, OverHttp, RecordedRequest,
};
pub use self::{
    call::CallFate,
    notifier::RecordingNotifier,
    signed_request::SignedRequest,
    simulation::{Entry, Failure, FailureKind, Happening, SentRequest, Transcript},
};

/// Runs a test's future on a runtime of its own with two threads, so that concurrent tasks really
/// run at the same time.
///
/// # Panics
/// If the runtime can't be started.
pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be started")
        .block_on(future)
}
