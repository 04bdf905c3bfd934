//! [`Webhooks`]: the routes that Twilio is given.

use std::time::Duration;

use axum::{
    Router,
    routing::{MethodRouter, post},
};
use twilio_hooks::{
    Hooks,
    signature::ValidateSignatureLayer,
    webhook::{
        CallStatusUpdate, Hooked, IncomingCall, IncomingMessage, MessageStatusUpdate,
        RecordingStatusUpdate,
    },
};

use crate::{Protect, Signed};

/// What the paths of [`Webhooks`] begin with unless told otherwise.
pub const DEFAULT_PREFIX: &str = "/api/webhooks/twilio";

/// The routes that Twilio is given: checked, stored, answered.
///
/// Below the prefix ([`DEFAULT_PREFIX`] unless set) there are, all for POST:
///
/// | path | webhook | set it in Twilio as |
/// |---|---|---|
/// | `/sms/incoming` | [`IncomingMessage`] | "A message comes in" of a number or messaging service |
/// | `/sms/fallback` | [`IncomingMessage`] | its fallback, on another server |
/// | `/sms/status` | [`MessageStatusUpdate`] | `StatusCallback` of messages |
/// | `/voice/incoming` | [`IncomingCall`] | "A call comes in" of a number |
/// | `/voice/fallback` | [`IncomingCall`] | its fallback, on another server |
/// | `/voice/status` | [`CallStatusUpdate`] | "Call status changes" of a number |
/// | `/voice/recording` | [`RecordingStatusUpdate`] | `recordingStatusCallback` |
///
/// Other methods are answered 405, a browser with a page that says what the URL is for.
///
/// The routes may be nested: the signature covers the path that Twilio requested, and that is what
/// is checked. A webhook is worked on to its end even if Twilio hangs up in the middle.
///
/// # Examples
/// See [the crate docs](crate) for a whole server.
#[derive(Debug, Clone)]
pub struct Webhooks {
    hooks: Hooks,
    layer: ValidateSignatureLayer,
    prefix: String,
}

impl Webhooks {
    /// Routes below [`DEFAULT_PREFIX`] that check with `layer` and hand on to `hooks`.
    #[must_use]
    pub fn new(hooks: Hooks, layer: ValidateSignatureLayer) -> Self {
        Self {
            hooks,
            layer,
            prefix: DEFAULT_PREFIX.to_owned(),
        }
    }

    /// Sets what the paths begin with; slashes at the end do not count, so `/` and an empty text
    /// mean no prefix.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        let trimmed = prefix.trim_matches('/');
        self.prefix = if trimmed.is_empty() {
            String::new()
        } else {
            format!("/{trimmed}")
        };
        self
    }

    /// For routes of the application's own: the same check, a caller hears the same
    /// [fallback](Hooks::with_call_fallback), and a handler may take a second longer than
    /// [storing and answering](Hooks::time_limit) may take here, so that it can do both.
    #[must_use]
    pub fn protect(&self) -> Protect {
        let limit = self
            .hooks
            .time_limit()
            .saturating_add(Duration::from_secs(1));
        Protect::new(self.layer.clone())
            .with_call_fallback(self.hooks.call_fallback().clone())
            .with_handler_timeout(limit)
    }

    /// The routes, for an application with any state.
    ///
    /// # Panics
    /// If the prefix is no path axum understands, such as one with unbalanced braces.
    pub fn into_router<S>(self) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        Router::new()
            .route(
                &self.path("sms/incoming"),
                self.endpoint::<IncomingMessage, S>(),
            )
            .route(
                &self.path("sms/fallback"),
                self.endpoint::<IncomingMessage, S>(),
            )
            .route(
                &self.path("sms/status"),
                self.endpoint::<MessageStatusUpdate, S>(),
            )
            .route(
                &self.path("voice/incoming"),
                self.endpoint::<IncomingCall, S>(),
            )
            .route(
                &self.path("voice/fallback"),
                self.endpoint::<IncomingCall, S>(),
            )
            .route(
                &self.path("voice/status"),
                self.endpoint::<CallStatusUpdate, S>(),
            )
            .route(
                &self.path("voice/recording"),
                self.endpoint::<RecordingStatusUpdate, S>(),
            )
    }

    fn path(&self, rest: &str) -> String {
        format!("{}/{rest}", self.prefix)
    }

    /// One generic endpoint serves all kinds.
    fn endpoint<W, S>(&self) -> MethodRouter<S>
    where
        W: Hooked,
        S: Clone + Send + Sync + 'static,
    {
        let hooks = self.hooks.clone();
        let receive = async move |signed: Signed<W>| signed.receive(&hooks, |change| change).await;
        self.protect().webhook(post(receive))
    }
}
