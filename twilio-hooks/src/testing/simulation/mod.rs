//! What the simulated callers and texters have in common: they ask an application as Twilio does,
//! read its TwiML, and keep a transcript.

mod answer;
mod application;
mod exchange;
mod failure;
mod form;
mod session;
mod target;
mod transcript;

pub(super) use self::{
    application::{Application, InProcess},
    form::Form,
    session::{Session, sid},
    target::Target,
};
pub use self::{
    failure::{Failure, FailureKind},
    transcript::{Entry, Happening, SentRequest, Transcript},
};
