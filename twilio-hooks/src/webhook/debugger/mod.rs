//! The debugger: errors and warnings of an account, as they happen.
//!
//! | type | Twilio tells |
//! |---|---|
//! | [`DebuggerEvent`] | something went wrong, and what |
//!
//! The details are JSON in one parameter, which [`DebuggerEvent::details`] reads.

mod details;
mod event;

pub use self::{
    details::{DebuggerDetails, FailedRequest, FailedResponse},
    event::{DebuggerEvent, DebuggerLevel},
};
