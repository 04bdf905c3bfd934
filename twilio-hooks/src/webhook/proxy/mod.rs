//! Proxy: messages and calls between people who don't see each other's numbers.
//!
//! | type | Twilio asks or tells |
//! |---|---|
//! | [`Interaction`] | a message or call is about to pass, may it? Or: it got further |
//! | [`OutOfSession`] | a message or call for nobody; what is the reply? |
//!
//! Twilio describes these requests only in part: what is not documented here as required may be
//! missing. The intercept URL and the callback URL get the same parameters, so [`Interaction`] reads
//! both; use two routes to tell them apart. An intercept is answered with an [`InterceptReply`].
//!
//! An interaction names its account in `interactionAccountSid` and has no `AccountSid`, so its
//! signature is checked with the keys of the [default account](crate::signature::AuthTokens).

mod interaction;
mod out_of_session;

pub use self::{
    interaction::{Interaction, InteractionType, InterceptReply, ProxyResourceType},
    out_of_session::OutOfSession,
};
