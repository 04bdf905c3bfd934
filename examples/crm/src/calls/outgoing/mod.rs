//! Calls that our people start: their own phone rings first, and then they are connected.
//!
//! The call is kept before Twilio is asked for it, under an id that is in every URL Twilio is given. So
//! reports find it even if they are faster than the answer, and a request whose outcome nobody knows is
//! looked up and not repeated.

mod job;
mod kept;
mod start;
mod webhooks;

pub(super) use self::webhooks::router;
pub use self::{
    job::LookUp,
    kept::{OutgoingCall, OutgoingState},
    start::{Outgoing, StartCall, StartError},
};
