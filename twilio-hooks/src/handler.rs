//! [`Handler`]: what to answer.

use std::future::Future;

use async_trait::async_trait;

use crate::{BoxError, store::Recorded, twiml::Reply, webhook::Hooked};

/// Answers webhooks of one kind.
///
/// The reply's type belongs to the webhook: a text message is answered with a
/// [`MessagingResponse`](crate::twiml::MessagingResponse), a call with a
/// [`VoiceResponse`](crate::twiml::VoiceResponse), a status report with `()`.
///
/// An `async fn` is a handler, and so is a closure. A struct with state of its own implements the
/// trait, for one webhook or for several.
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     BoxError, Handler, Received, async_trait,
///     twiml::{Message, MessagingResponse, Say, VoiceResponse},
///     webhook::{IncomingCall, IncomingMessage},
/// };
///
/// async fn thanks(message: Received<IncomingMessage>) -> MessagingResponse {
///     let name = message.recorded.contact.as_ref().map_or("you", |contact| contact.display_name());
///     MessagingResponse::new().with(Message::new(format!("Thank you, {name}!")))
/// }
///
/// /// A struct, for what needs state.
/// struct Reception {
///     greeting: String,
/// }
///
/// #[async_trait]
/// impl Handler<IncomingCall> for Reception {
///     async fn handle(&self, _call: Received<IncomingCall>) -> Result<VoiceResponse, BoxError> {
///         Ok(VoiceResponse::new().with(Say::new(self.greeting.clone())))
///     }
/// }
/// # fn is_handler<W: twilio_hooks::webhook::Hooked>(_: impl Handler<W>) {}
/// # is_handler::<IncomingMessage>(thanks);
/// # is_handler::<IncomingCall>(Reception { greeting: "Hello".into() });
/// ```
#[async_trait]
pub trait Handler<W: Hooked>: Send + Sync + 'static {
    /// Makes the reply. The webhook is stored already; if it comes again, this runs again.
    ///
    /// # Errors
    /// If there is no reply. The message or call is kept; Twilio is answered with an error for a
    /// message, and with the [fallback](crate::Hooks::with_call_fallback) for a call.
    async fn handle(&self, received: Received<W>) -> Result<W::Reply, BoxError>;
}

#[async_trait]
impl<W, F, Fut> Handler<W> for F
where
    W: Hooked,
    F: Fn(Received<W>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: HandlerOutput<W::Reply>> + Send,
{
    async fn handle(&self, received: Received<W>) -> Result<W::Reply, BoxError> {
        self(received).await.into_result()
    }
}

/// What a handler function may return: a reply, or a `Result` of one.
pub trait HandlerOutput<R> {
    /// The reply, or why there is none.
    ///
    /// # Errors
    /// If the function failed.
    fn into_result(self) -> Result<R, BoxError>;
}

impl<R: Reply> HandlerOutput<R> for R {
    fn into_result(self) -> Result<R, BoxError> {
        Ok(self)
    }
}

impl<R: Reply, E: Into<BoxError>> HandlerOutput<R> for Result<R, E> {
    fn into_result(self) -> Result<R, BoxError> {
        self.map_err(Into::into)
    }
}

/// A webhook that was checked, read and stored.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Received<W> {
    /// The webhook.
    pub webhook: W,
    /// What storing it came to: the contact, the line's owner, whether it was new.
    pub recorded: Recorded,
}

/// The handler of those who have nothing to say: an empty reply.
///
/// It is the default for messages and reports. For calls it would hang up on the caller, so it is
/// not a handler for them.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmptyReply;

#[async_trait]
impl<W> Handler<W> for EmptyReply
where
    W: Hooked<Reply: Silence>,
{
    async fn handle(&self, _received: Received<W>) -> Result<W::Reply, BoxError> {
        Ok(W::Reply::silence())
    }
}

/// Replies that may say nothing.
pub trait Silence: Reply {
    /// The reply that says nothing.
    fn silence() -> Self;
}

impl Silence for () {
    fn silence() -> Self {}
}

impl Silence for crate::twiml::MessagingResponse {
    fn silence() -> Self {
        Self::new()
    }
}
