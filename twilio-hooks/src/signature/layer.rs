//! [`ValidateSignatureLayer`] and what it is configured with.

use std::{sync::Arc, time::Duration};

use tower::Layer;

use super::{AuthTokens, KeyProvider, PublicUrl, SignatureScheme, ValidateSignature};

/// Lets only requests through that Twilio signed.
///
/// See the [module docs](super) for an example and for what to know about deployment.
///
/// A refused request gets a response with an empty body, the status of
/// [`SignatureError::status`](super::SignatureError::status), and the
/// [`SignatureError`](super::SignatureError) in the response's extensions; one event is logged.
/// The inner service gets the body whole, as [`Full<Bytes>`](http_body_util::Full), with
/// [`Verified`](super::Verified) in the request's extensions.
#[derive(Debug, Clone)]
pub struct ValidateSignatureLayer {
    config: Arc<Config>,
}

/// What happens to a request that fails the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Mode {
    /// It is refused.
    #[default]
    Enforce,
    /// It is let through with [`Reported`](super::Reported) in place of
    /// [`Verified`](super::Verified), and the failure is logged.
    ///
    /// For the first days behind a new proxy, or for moving an existing program over. In this mode
    /// **everybody can send webhooks**: whatever a handler does, a stranger can make it do.
    /// Requests whose body is too large, late or broken are refused in this mode too, because there
    /// is nothing to pass on.
    ReportOnly,
}

#[derive(Debug, Clone)]
pub(super) struct Config {
    pub(super) public_url: PublicUrl,
    pub(super) keys: KeySource,
    pub(super) scheme: SignatureScheme,
    pub(super) mode: Mode,
    pub(super) body_limit: usize,
    pub(super) read_timeout: Option<Duration>,
}

/// Configured tokens are asked without a future.
#[derive(Debug, Clone)]
pub(super) enum KeySource {
    Tokens(Arc<AuthTokens>),
    Provider(Arc<dyn KeyProvider>),
}

impl ValidateSignatureLayer {
    /// The body limit unless another is set: 1 MiB. Webhooks have a few kilobytes.
    pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

    /// The time a body may take unless another is set: 10 seconds. Twilio itself gives up after 15.
    pub const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(10);

    /// Checks with configured tokens.
    #[must_use]
    pub fn new(public_url: PublicUrl, tokens: AuthTokens) -> Self {
        if tokens.is_empty() {
            tracing::error!("no usable auth token is configured: every webhook will be refused");
        }
        Self::with_keys(public_url, KeySource::Tokens(Arc::new(tokens)))
    }

    /// Checks with tokens that are looked up for each request.
    #[must_use]
    pub fn with_key_provider(public_url: PublicUrl, provider: impl KeyProvider) -> Self {
        Self::with_keys(public_url, KeySource::Provider(Arc::new(provider)))
    }

    fn with_keys(public_url: PublicUrl, keys: KeySource) -> Self {
        Self {
            config: Arc::new(Config {
                public_url,
                keys,
                scheme: SignatureScheme::default(),
                mode: Mode::default(),
                body_limit: Self::DEFAULT_BODY_LIMIT,
                read_timeout: Some(Self::DEFAULT_READ_TIMEOUT),
            }),
        }
    }

    /// Which spellings of the URL are tried.
    #[must_use]
    pub fn with_scheme(mut self, scheme: SignatureScheme) -> Self {
        self.config().scheme = scheme;
        self
    }

    /// What happens to requests that fail the check.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.config().mode = mode;
        self
    }

    /// How many bytes a body may have.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.config().body_limit = bytes;
        self
    }

    /// How long a body may take to arrive; `None` if something outside takes care of it.
    ///
    /// A body that is not there at once needs a Tokio runtime with its timer, unless this is
    /// `None`.
    #[must_use]
    pub fn with_read_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.config().read_timeout = timeout.into();
        self
    }

    fn config(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }
}

impl<S> Layer<S> for ValidateSignatureLayer {
    type Service = ValidateSignature<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ValidateSignature::new(inner, Arc::clone(&self.config))
    }
}
