//! [`ValidateSignatureLayer`] and what it is configured with.

use std::{sync::Arc, time::Duration};

use tower::Layer;

use super::{
    AuthTokens, Diagnose, KeyProvider, OnRepeat, PublicUrl, ReplayGuard, SignatureScheme,
    ValidateSignature, diagnosis::RateLimit,
};
use crate::AccountSid;

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
    pub(super) account: Option<AccountSid>,
    pub(super) scheme: SignatureScheme,
    pub(super) diagnose: Option<(Diagnose, Arc<RateLimit>)>,
    pub(super) replays: Option<(Arc<dyn ReplayGuard>, OnRepeat)>,
    pub(super) mode: Mode,
    pub(super) body_limit: usize,
    pub(super) read_timeout: Option<Duration>,
    pub(super) look_up_timeout: Option<Duration>,
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

    /// The time a [`KeyProvider`] or a [`ReplayGuard`] has for its answer unless another is set: two
    /// seconds, which leaves most of Twilio's 15 to the handler.
    pub const DEFAULT_LOOK_UP_TIMEOUT: Duration = Duration::from_secs(2);

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
                account: None,
                diagnose: None,
                replays: None,
                scheme: SignatureScheme::default(),
                mode: Mode::default(),
                body_limit: Self::DEFAULT_BODY_LIMIT,
                read_timeout: Some(Self::DEFAULT_READ_TIMEOUT),
                look_up_timeout: Some(Self::DEFAULT_LOOK_UP_TIMEOUT),
            }),
        }
    }

    /// Whose requests these are: those that name no account are checked with the keys of this one,
    /// and those that name another are refused.
    ///
    /// Events with JSON bodies name no account. If several accounts send such events, give each a
    /// route and a layer of its own; or write `?AccountSid=AC…` into the URL that Twilio calls,
    /// which chooses the key just as the form field does.
    ///
    /// Whatever a JSON body says about accounts is not looked at: it neither chooses the key nor
    /// has to agree with it. What counts is [`Verified::account_sid`](super::Verified::account_sid);
    /// compare with it before you act for an account that a body names.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::signature::{AuthTokens, PublicUrl, PublicUrlError, ValidateSignatureLayer};
    ///
    /// let tokens = AuthTokens::new()
    ///     .account("AC000000000000000000000000000000a1", ["0123456789abcdef"])
    ///     .account("AC000000000000000000000000000000b2", ["fedcba9876543210"]);
    /// let webhooks = ValidateSignatureLayer::new(PublicUrl::fixed("https://crm.example.com")?, tokens);
    ///
    /// // One layer for each of the routes `/events/a` and `/events/b`.
    /// let events_of_a = webhooks.clone().with_account("AC000000000000000000000000000000a1");
    /// let events_of_b = webhooks.with_account("AC000000000000000000000000000000b2");
    /// # drop((events_of_a, events_of_b));
    /// # Ok::<(), PublicUrlError>(())
    /// ```
    #[must_use]
    pub fn with_account(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.config().account = Some(account_sid.into());
        self
    }

    /// Finds out why requests fail the check.
    ///
    /// The [`Diagnosis`](super::Diagnosis) goes into the log line of the failure, into the
    /// extensions of the response, and into [`Reported`](super::Reported). It is for people, and
    /// changes nothing about the refusal. Strangers can make requests fail, so only
    /// [a few a second](Diagnose::with_rate_limit) are looked into.
    ///
    /// With [`AuthTokens`] it also tells whether the key of another account signed. A
    /// [`KeyProvider`] is asked for nothing more than the check needed, so that it cannot.
    #[must_use]
    pub fn with_diagnosis(mut self, diagnose: Diagnose) -> Self {
        let limit = Arc::new(RateLimit::new(diagnose.rate_limit()));
        self.config().diagnose = Some((diagnose, limit));
        self
    }

    /// Asks a guard whether each good request came before, and says what then happens.
    ///
    /// Read [about `<Redirect>` loops](super::ReplayGuard#redirect-loops) before you choose
    /// [`OnRepeat::Acknowledge`].
    #[must_use]
    pub fn with_replay_guard(mut self, guard: impl ReplayGuard, on_repeat: OnRepeat) -> Self {
        self.config().replays = Some((Arc::new(guard), on_repeat));
        self
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

    /// How long a [`KeyProvider`] or a [`ReplayGuard`] may take for each answer; `None` if they take
    /// care of it themselves.
    ///
    /// A provider that takes longer has failed: the request ends with 500. A guard that takes longer
    /// knows nothing: the request goes on as a first one, and the log says so. Answers that are not
    /// there at once need a Tokio runtime with its timer, unless this is `None`.
    #[must_use]
    pub fn with_look_up_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.config().look_up_timeout = timeout.into();
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
