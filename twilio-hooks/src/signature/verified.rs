//! What the check leaves for handlers.

use http::Extensions;

use super::{Diagnosis, SignatureError};
use crate::{AccountSid, Params};

/// The proof that a request was signed by Twilio.
///
/// Only a check that passed makes one, so whoever holds it needs no further check.
/// [`ValidateSignature`](super::ValidateSignature) puts it into the extensions of the request.
///
/// A signature has no date: a request that was recorded somewhere stays valid until the token
/// changes. See [the module](super#replays).
#[derive(Debug, Clone)]
pub struct Verified {
    pub(super) account_sid: Option<AccountSid>,
    pub(super) url: Box<str>,
    pub(super) params: Params,
    pub(super) key: VerifiedKey,
    pub(super) repeat: bool,
}

/// Which key a signature was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifiedKey {
    /// An auth token of the account.
    AuthToken {
        /// Its place in the configured list. Other than 0 means that Twilio still, or already,
        /// signs with a token that is not the first of the list.
        index: usize,
    },
    /// A [shared key](super::SharedKey).
    SharedKey {
        /// Its identifier.
        id: Box<str>,
    },
}

impl Verified {
    /// The account whose key signed the request.
    ///
    /// This is the `AccountSid` parameter where there is one, and the account that was configured
    /// for the key otherwise; `None` for a shared key of several accounts whose request names
    /// none.
    #[must_use]
    pub fn account_sid(&self) -> Option<&AccountSid> {
        self.account_sid.as_ref()
    }

    /// The URL that was signed, in the spelling that fit.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The parameters that were signed: those of the form, or of the query string if there is no
    /// form.
    #[must_use]
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// Which key it was.
    #[must_use]
    pub fn key(&self) -> &VerifiedKey {
        &self.key
    }

    /// Whether a [`ReplayGuard`](super::ReplayGuard) has seen this request before; `false` if the
    /// layer has none.
    #[must_use]
    pub fn is_repeat(&self) -> bool {
        self.repeat
    }

    /// A proof without a check, for tests of handlers that read it from the extensions.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn assume(account_sid: impl Into<AccountSid>, url: &str, params: Params) -> Self {
        Self {
            account_sid: Some(account_sid.into()),
            url: url.into(),
            params,
            key: VerifiedKey::AuthToken { index: 0 },
            repeat: false,
        }
    }
}

/// A request that failed the check and was let through, because the layer only reports.
///
/// Everything in it is a stranger's word. It takes the place of [`Verified`] in the extensions of
/// the request, so a handler that asks for [`Verified`] never gets one of these by mistake.
#[derive(Debug, Clone)]
pub struct Reported {
    pub(super) error: SignatureError,
    pub(super) diagnosis: Option<Box<Diagnosis>>,
    pub(super) params: Params,
}

impl Reported {
    /// Why the check failed.
    #[must_use]
    pub fn error(&self) -> SignatureError {
        self.error
    }

    /// What seems to be wrong, if [the layer looks into
    /// it](super::ValidateSignatureLayer::with_diagnosis).
    #[must_use]
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        self.diagnosis.as_deref()
    }

    /// The parameters as they came: those of the form, or of the query string if there is no form.
    #[must_use]
    pub fn params(&self) -> &Params {
        &self.params
    }
}

/// The account that a refused request names, well-formed at least; in the extensions of the refusal,
/// beside the [`SignatureError`].
///
/// It is a stranger's word: good for showing whose webhooks are refused, and for nothing else.
///
/// # Examples
/// ```
/// use http::{Request, StatusCode};
/// use tower::{Layer, ServiceExt, service_fn};
/// use twilio_hooks::signature::{
///     AuthTokens, NamedAccount, PublicUrl, ValidateSignatureLayer,
/// };
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// # runtime.block_on(async {
/// let tokens = AuthTokens::single("AC00000000000000000000000000000001", "0123456789abcdef");
/// let layer = ValidateSignatureLayer::new(PublicUrl::fixed("https://hooks.example.com")?, tokens);
/// let service = layer.layer(service_fn(async |_| {
///     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
/// }));
///
/// let request = Request::post("/sms")
///     .header("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
///     .header("content-type", "application/x-www-form-urlencoded")
///     .body("AccountSid=AC00000000000000000000000000000001&Body=Hi".to_owned())?;
/// let response = service.oneshot(request).await?;
/// assert_eq!(response.status(), StatusCode::FORBIDDEN);
/// let named: &NamedAccount = response.extensions().get().unwrap();
/// assert_eq!(named.0.as_str(), "AC00000000000000000000000000000001");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAccount(pub AccountSid);

/// What the layer found out about a request, whether it enforces or only reports.
///
/// # Examples
/// ```
/// use http::Extensions;
/// use twilio_hooks::signature::Checked;
///
/// // No layer has seen this request.
/// assert!(Checked::of(&Extensions::new()).is_none());
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Checked<'a> {
    /// The signature is good.
    Verified(&'a Verified),
    /// It is not, and the layer only reports.
    Reported(&'a Reported),
}

impl<'a> Checked<'a> {
    /// Reads the result from the extensions of a request; `None` if no layer put one there.
    #[must_use]
    pub fn of(extensions: &'a Extensions) -> Option<Self> {
        let verified = extensions.get().map(Self::Verified);
        verified.or_else(|| extensions.get().map(Self::Reported))
    }

    /// The parameters of the webhook.
    #[must_use]
    pub fn params(self) -> &'a Params {
        match self {
            Self::Verified(verified) => verified.params(),
            Self::Reported(reported) => reported.params(),
        }
    }
}
