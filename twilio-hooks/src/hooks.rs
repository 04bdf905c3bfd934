//! [`Hooks`]: record the webhook, then reply.

use std::{
    fmt,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::timeout;

use crate::{
    BoxError, Params,
    handler::{EmptyReply, Handler, Received},
    notify::{Topic, Wake},
    store::{Change, Outcome, Recorded, Store, StoreError},
    twiml::{Say, VoiceResponse},
    webhook::{
        CallStatusUpdate, Hooked, IncomingCall, IncomingMessage, MessageStatusUpdate,
        RecordingStatusUpdate,
    },
};

/// What happens to a webhook, from its parameters to the reply. It knows no HTTP.
///
/// 1. [`Hooked::change`] says what to write.
/// 2. The [`Store`] writes it, in one transaction.
/// 3. The [`Handler`] of its kind makes the reply.
///
/// Cloning is cheap: clones share store and handlers.
///
/// # Failures
/// A caller is listening, so a call is always answered: if the store or the handler fails, panics or
/// takes too long, the caller hears the [fallback](Self::with_call_fallback). Everything else is
/// an error then, quickly, so that Twilio can turn to the fallback URL.
///
/// # Examples
/// ```
/// use jiff::Timestamp;
/// use twilio_hooks::{
///     Hooks, Params, Received,
///     store::MemoryStore,
///     twiml::{Message, MessagingResponse},
///     webhook::{IncomingMessage, Webhook},
/// };
///
/// async fn echo(message: Received<IncomingMessage>) -> MessagingResponse {
///     MessagingResponse::new().with(Message::new(message.webhook.body))
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let hooks = Hooks::new(MemoryStore::new()).on_message(echo);
///
/// let params = Params::from_form(
///     b"AccountSid=AC00000000000000000000000000000001\
///       &MessageSid=SM00000000000000000000000000000001\
///       &From=%2B12025550143&To=%2B12025550187&Body=Hi",
/// );
/// let message = IncomingMessage::from_params(&params)?;
/// let reply = hooks.receive(message, &params, Timestamp::now()).await?;
/// assert!(reply.to_string().contains("<Message>Hi</Message>"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Hooks {
    store: Arc<dyn Store>,
    topics: Vec<Topic>,
    wake: Option<Wake>,
    store_timeout: Duration,
    handler_timeout: Duration,
    pub(crate) call_fallback: VoiceResponse,
    pub(crate) message: Arc<dyn Handler<IncomingMessage>>,
    pub(crate) message_status: Arc<dyn Handler<MessageStatusUpdate>>,
    pub(crate) call: Option<Arc<dyn Handler<IncomingCall>>>,
    pub(crate) call_status: Arc<dyn Handler<CallStatusUpdate>>,
    pub(crate) recording_status: Arc<dyn Handler<RecordingStatusUpdate>>,
}

impl Hooks {
    /// Stores webhooks, answers messages with nothing and calls with the
    /// [fallback](Self::with_call_fallback), and notifies nobody.
    pub fn new(store: impl Store) -> Self {
        let silent = Arc::new(EmptyReply);
        Self {
            store: Arc::new(store),
            topics: Vec::new(),
            wake: None,
            store_timeout: Duration::from_millis(900),
            handler_timeout: Duration::from_secs(10),
            call_fallback: Self::default_call_fallback(),
            message: silent.clone(),
            message_status: silent.clone(),
            call: None,
            call_status: silent.clone(),
            recording_status: silent,
        }
    }

    /// Sets what answers incoming messages.
    #[must_use]
    pub fn on_message(mut self, handler: impl Handler<IncomingMessage>) -> Self {
        self.message = Arc::new(handler);
        self
    }

    /// Sets what runs when a message that was sent gets another status.
    #[must_use]
    pub fn on_message_status(mut self, handler: impl Handler<MessageStatusUpdate>) -> Self {
        self.message_status = Arc::new(handler);
        self
    }

    /// Sets what answers incoming calls.
    #[must_use]
    pub fn on_call(mut self, handler: impl Handler<IncomingCall>) -> Self {
        self.call = Some(Arc::new(handler));
        self
    }

    /// Sets what runs when a call gets another status.
    #[must_use]
    pub fn on_call_status(mut self, handler: impl Handler<CallStatusUpdate>) -> Self {
        self.call_status = Arc::new(handler);
        self
    }

    /// Sets what runs when a recording gets another status.
    #[must_use]
    pub fn on_recording_status(mut self, handler: impl Handler<RecordingStatusUpdate>) -> Self {
        self.recording_status = Arc::new(handler);
        self
    }

    /// Sets what our own people are notified of; by default nothing, so that no notifications pile
    /// up where nobody delivers them.
    ///
    /// [`Topic::KNOWN`] means everything. Some of its topics come with no webhook, only with
    /// [notices](crate::store::Notice), and those are told whatever is set here.
    #[must_use]
    pub fn notify_on(mut self, topics: impl IntoIterator<Item = Topic>) -> Self {
        self.topics = topics.into_iter().collect();
        self
    }

    /// Wakes a [`Dispatcher`](crate::notify::Dispatcher) up as soon as there is something to deliver.
    #[must_use]
    pub fn with_wake(mut self, wake: Wake) -> Self {
        self.wake = Some(wake);
        self
    }

    /// Sets what a caller hears when store or handler fail; by default an apology in English.
    #[must_use]
    pub fn with_call_fallback(mut self, reply: VoiceResponse) -> Self {
        self.call_fallback = reply;
        self
    }

    /// What a caller hears when store or handler fail.
    #[must_use]
    pub fn call_fallback(&self) -> &VoiceResponse {
        &self.call_fallback
    }

    /// What a caller hears then unless set otherwise: an apology in English.
    #[must_use]
    pub fn default_call_fallback() -> VoiceResponse {
        VoiceResponse::new().with(Say::new(
            "We are sorry, we can't take your call right now. Please call again later.",
        ))
    }

    /// Sets how long storing may take; 900 milliseconds by default, so that a message is answered
    /// within a second when the store is down.
    #[must_use]
    pub fn with_store_timeout(mut self, timeout: Duration) -> Self {
        self.store_timeout = timeout;
        self
    }

    /// Sets how long a handler may take; 10 seconds by default. [Twilio waits for 15][docs].
    ///
    /// [docs]: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
    #[must_use]
    pub fn with_handler_timeout(mut self, timeout: Duration) -> Self {
        self.handler_timeout = timeout;
        self
    }

    /// How long storing and answering may take together.
    #[must_use]
    pub fn time_limit(&self) -> Duration {
        self.store_timeout.saturating_add(self.handler_timeout)
    }

    /// Stores a webhook and makes the reply to it.
    ///
    /// `params` are the parameters the webhook was read from, and `received_at` is when it came.
    ///
    /// # Errors
    /// If the store or the handler failed or took too long; never for a call, which gets the
    /// [fallback](Self::with_call_fallback) then.
    pub async fn receive<W: Hooked>(
        &self,
        webhook: W,
        params: &Params,
        received_at: Timestamp,
    ) -> Result<W::Reply, ReceiveError> {
        let unchanged = |change| change;
        self.receive_with(webhook, params, received_at, unchanged)
            .await
    }

    /// Stores a webhook as `adjust` has it, and makes the reply to it. So an application that put an id
    /// of its own into the URL gives it to the row.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    ///
    /// # Examples
    /// ```
    /// use jiff::Timestamp;
    /// use twilio_hooks::{Hooks, MessageId, Params, ReceiveError, webhook::MessageStatusUpdate};
    ///
    /// /// A report to a URL that ends in the id which the application chose for the message.
    /// async fn status(
    ///     hooks: &Hooks,
    ///     id: MessageId,
    ///     report: MessageStatusUpdate,
    ///     params: &Params,
    /// ) -> Result<(), ReceiveError> {
    ///     hooks
    ///         .receive_with(report, params, Timestamp::now(), |change| change.with_message_id(id))
    ///         .await
    /// }
    /// ```
    pub async fn receive_with<W: Hooked>(
        &self,
        webhook: W,
        params: &Params,
        received_at: Timestamp,
        adjust: impl FnOnce(Change) -> Change + Send,
    ) -> Result<W::Reply, ReceiveError> {
        let answer = self.answer(webhook, params, received_at, adjust).await?;
        Ok(answer.reply)
    }

    /// As [`receive_with`](Self::receive_with), and also says why a caller gets the
    /// [fallback](Self::with_call_fallback).
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    pub async fn answer<W: Hooked>(
        &self,
        webhook: W,
        params: &Params,
        received_at: Timestamp,
        adjust: impl FnOnce(Change) -> Change + Send,
    ) -> Result<Answer<W::Reply>, ReceiveError> {
        let change = adjust(webhook.change(params, received_at));
        let result = match self.record(change).await {
            Ok(recorded) => self.reply(webhook, recorded).await,
            Err(error) => Err(error),
        };
        match result {
            Ok(reply) => Ok(Answer {
                reply,
                failure: None,
            }),
            Err(error) => match W::fallback(self) {
                Some(reply) => {
                    tracing::error!(
                        webhook.kind = W::KIND,
                        reason = error.code(),
                        error = &error as &dyn std::error::Error,
                        "caller gets the fallback"
                    );
                    Ok(Answer {
                        reply,
                        failure: Some(error),
                    })
                }
                None => Err(error),
            },
        }
    }

    /// Writes a change: the second step alone, for changes that come from elsewhere than a webhook
    /// that is waiting for its reply.
    ///
    /// # Errors
    /// If the store failed or took too long.
    pub async fn record(&self, mut change: Change) -> Result<Recorded, ReceiveError> {
        if change
            .notification
            .as_ref()
            .is_some_and(|draft| !self.topics.contains(&draft.topic))
        {
            change.notification = None;
        }
        let recorded = match timeout(self.store_timeout, self.store.record(&change)).await {
            Ok(recorded) => recorded.map_err(ReceiveError::Store)?,
            Err(_) => return Err(ReceiveError::StoreTimeout),
        };
        let kind = change.kind.as_str();
        let sid = change.interaction.sid();
        let status = change.interaction.status();
        if recorded.is_routed() {
            tracing::info!(webhook.kind = kind, webhook.sid = sid, webhook.status = status, outcome = ?recorded.outcome, "webhook stored");
        } else {
            tracing::warn!(webhook.kind = kind, webhook.sid = sid, webhook.status = status, outcome = ?recorded.outcome, account = %change.account_sid, reason = "unrouted", "webhook stored for a line nobody owns");
        }
        if let Some(wake) = &self.wake
            && recorded.outcome != Outcome::Unchanged
        {
            wake.wake();
        }
        Ok(recorded)
    }

    async fn reply<W: Hooked>(
        &self,
        webhook: W,
        recorded: Recorded,
    ) -> Result<W::Reply, ReceiveError> {
        let Some(handler) = W::handler(self) else {
            return W::fallback(self).ok_or_else(|| ReceiveError::Handler("no handler".into()));
        };
        let reply = handler.handle(Received { webhook, recorded });
        match timeout(self.handler_timeout, catch_panic(reply)).await {
            Ok(reply) => reply.map_err(ReceiveError::Handler),
            Err(_) => Err(ReceiveError::HandlerTimeout),
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("store", &self.store)
            .field("topics", &self.topics)
            .finish_non_exhaustive()
    }
}

/// What [`Hooks::answer`] gives.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer<R> {
    /// What Twilio is answered.
    pub reply: R,
    /// Why it is the [fallback](Hooks::with_call_fallback); `None` if it is what the handler said.
    pub failure: Option<ReceiveError>,
}

/// Why a webhook has no reply.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The store failed; nothing was written.
    #[error("webhook could not be stored")]
    Store(#[source] StoreError),
    /// The store took too long. It may still write the webhook.
    #[error("webhook could not be stored in time")]
    StoreTimeout,
    /// The webhook is stored, and its handler failed or panicked.
    #[error("handler failed")]
    Handler(#[source] BoxError),
    /// The webhook is stored, and its handler took too long.
    #[error("handler took too long")]
    HandlerTimeout,
}

impl ReceiveError {
    /// A short reason for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "store",
            Self::StoreTimeout => "store-timeout",
            Self::Handler(_) => "handler",
            Self::HandlerTimeout => "handler-timeout",
        }
    }

    /// Whether the webhook is stored for certain.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        matches!(self, Self::Handler(_) | Self::HandlerTimeout)
    }
}

/// A panic is a failure like any other: somebody is waiting for an answer.
async fn catch_panic<T>(future: impl Future<Output = Result<T, BoxError>>) -> Result<T, BoxError> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)))
            .unwrap_or_else(|_| Poll::Ready(Err("handler panicked".into())))
    })
    .await
}
