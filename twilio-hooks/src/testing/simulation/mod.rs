//! What the simulated callers and texters have in common: they ask an application as Twilio does,
//! read its TwiML, and keep a transcript.

mod answer;
mod application;
mod exchange;
mod failure;
mod form;
#[cfg_attr(
    not(feature = "client"),
    expect(dead_code, reason = "only `FakeTwilio` keeps what is made")
)]
mod ledger;
mod session;
mod target;
mod transcript;

#[cfg(feature = "client")]
pub(super) use self::ledger::{Ledger, PlacedCall};
pub(super) use self::{
    application::{Application, InProcess},
    form::Form,
    ledger::{Account, LegEntry, MessageEntry, Order, RecordingEntry},
    session::Session,
    target::Target,
};
pub use self::{
    failure::{Failure, FailureKind},
    transcript::{Entry, Happening, SentRequest, Transcript},
};
