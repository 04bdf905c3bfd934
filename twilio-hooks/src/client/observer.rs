//! [`Observer`]: what is told how requests went.

use std::{fmt, time::Duration};

use super::ClientError;

/// Is told of every attempt at a request, for metrics.
///
/// Give it to a client by [`Client::with_observer`](super::Client::with_observer).
///
/// # Examples
/// ```
/// use std::sync::{
///     Arc,
///     atomic::{AtomicU64, Ordering},
/// };
/// use twilio_hooks::client::{Attempt, Client, Credentials, Observer};
///
/// #[derive(Debug, Default)]
/// struct Failures(AtomicU64);
///
/// impl Observer for Failures {
///     fn attempted(&self, attempt: &Attempt<'_>) {
///         if attempt.error.is_some() {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// let credentials = Credentials::auth_token("AC00000000000000000000000000000001", "token");
/// let client = Client::new(credentials).with_observer(Arc::new(Failures::default()));
/// # let _ = client;
/// ```
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// An attempt is over. The client goes on when this returns, so it must not block.
    fn attempted(&self, attempt: &Attempt<'_>);
}

/// One attempt at a request. A request that is repeated has several.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// Why it failed; nothing if Twilio has answered what was asked.
    pub error: Option<&'a ClientError>,
    /// How long it took. Of a download it is the time until its first byte.
    pub took: Duration,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(error: Option<&'a ClientError>, took: Duration) -> Self {
        Self { error, took }
    }
}
