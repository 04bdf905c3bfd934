//! Twilio webhooks for [axum].
//!
//! [`Webhooks`] makes the routes that Twilio is given: signatures are checked, webhooks stored and
//! answered. [`Signed`] is the extractor behind them, for routes of your own, which [`Protect`] puts
//! under the same check; [`Twiml`] is the response. [`Live`] tells browsers what happens, as it happens.
//!
//! # A whole server
//! ```no_run
//! use std::net::SocketAddr;
//!
//! use twilio_hooks::{
//!     Hooks, Received,
//!     signature::{AuthTokens, PublicUrl, ValidateSignatureLayer},
//!     store::MemoryStore,
//!     twiml::{Message, MessagingResponse},
//!     webhook::IncomingMessage,
//! };
//! use twilio_hooks_axum::Webhooks;
//!
//! async fn reply(message: Received<IncomingMessage>) -> MessagingResponse {
//!     MessagingResponse::new().with(Message::new(format!("You said: {}", message.webhook.body)))
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let account = std::env::var("TWILIO_ACCOUNT_SID")?;
//!     let tokens = AuthTokens::single(account, std::env::var("TWILIO_AUTH_TOKEN")?);
//!     let url = PublicUrl::fixed("https://hooks.example.com")?;
//!     let layer = ValidateSignatureLayer::new(url, tokens);
//!
//!     let hooks = Hooks::new(MemoryStore::new()).on_message(reply);
//!     // POST /api/webhooks/twilio/sms/incoming and its siblings
//!     let app = Webhooks::new(hooks, layer).into_router();
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//!     axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
//!     Ok(())
//! }
//! ```
//!
//! # What Twilio is answered
//! | situation | answer |
//! |---|---|
//! | stored and answered | 200 with TwiML, or 204 |
//! | no signature | 400 |
//! | wrong signature, unknown account | 403 |
//! | body too large, body too slow | 413, 408 |
//! | an identifier is missing | 400 |
//! | not POST | 405, with a page for people |
//! | store down or slow, a message or report | 503 |
//! | store down or slow, a call | 200 with the [fallback](twilio_hooks::Hooks::with_call_fallback) |
//! | handler failed, a message or report | 500 |
//! | handler failed, a call | 200 with the fallback |
//!
//! Errors have an empty body: Twilio reads texts aloud and sends them as messages. The reason is in
//! the log, as a code, and in the extensions of the response ([`WebhookFailure`]).

mod checked;
mod failure;
#[cfg(feature = "ws")]
mod listener;
#[cfg(feature = "ws")]
mod live;
mod protect;
mod signed;
mod to_the_end;
mod twiml;
mod webhooks;

pub use self::{
    failure::WebhookFailure,
    protect::Protect,
    signed::{Signed, SignedRejection},
    twiml::Twiml,
    webhooks::{DEFAULT_PREFIX, Webhooks},
};
#[cfg(feature = "ws")]
pub use self::{listener::Listener, live::Live};
