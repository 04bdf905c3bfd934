//! Why a request was refused.

use http::StatusCode;

/// Why a request was not accepted as a webhook of Twilio.
///
/// [`ValidateSignature`](super::ValidateSignature) puts it into the extensions of the response it
/// refuses with, so a metrics or logging layer outside can count the reasons. The response itself
/// has an empty body: whoever guesses at signatures learns nothing.
///
/// # Examples
/// ```
/// use http::StatusCode;
/// use twilio_hooks::signature::SignatureError;
///
/// assert_eq!(SignatureError::Mismatch.code(), "mismatch");
/// assert_eq!(SignatureError::Mismatch.status(), StatusCode::FORBIDDEN);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// There is no `X-Twilio-Signature` header, or it is empty.
    #[error("the signature header is missing")]
    Missing,
    /// There are several signature headers, or the value cannot be a signature.
    #[error("the signature header is malformed")]
    Malformed,
    /// No key of the account gives this signature for this URL and these parameters.
    ///
    /// With requests of Twilio the cause is most often the URL; see
    /// [`PublicUrl`](super::PublicUrl).
    #[error("the signature does not fit the request")]
    Mismatch,
    /// `bodySHA256` in the query string is not the hash of the body, or is given in two ways.
    #[error("the body does not fit its hash in the URL")]
    BodyHash,
    /// There is a body that neither parameters nor `bodySHA256` cover, so anybody could have
    /// written it.
    #[error("nothing in the signature covers the body")]
    UncoveredBody,
    /// The account has no key here, the request names none and no default account is set, or it
    /// names another than the [account of the
    /// layer](super::ValidateSignatureLayer::with_account).
    #[error("no key is known for the account")]
    UnknownAccount,
    /// The request names two different accounts.
    #[error("the request names more than one account")]
    AmbiguousAccount,
    /// The settings header is unreadable, names a shared key that is not configured, or asks for
    /// another algorithm than the one the key was set up with.
    #[error("the shared key of the request is not known")]
    UnknownSharedKey,
    /// No usable key is configured: every token is empty.
    #[error("no usable key is configured")]
    NoKey,
    /// The [`KeyProvider`](super::KeyProvider) failed.
    #[error("the keys could not be looked up")]
    KeyLookup,
    /// The body is larger than the limit.
    #[error("the body is too large")]
    TooLarge,
    /// The body did not arrive in time.
    #[error("the body did not arrive in time")]
    Timeout,
    /// The body ended with an error.
    #[error("the body could not be read")]
    BrokenBody,
    /// The public URL cannot be told: the host, the request target or a forwarding header is
    /// missing, ambiguous or malformed.
    #[error("the public URL of the request is malformed")]
    MalformedUrl,
    /// Proxies are trusted by address, and the request carries no
    /// [`PeerAddr`](super::PeerAddr).
    #[error("the address of the peer is not known")]
    MissingPeerAddr,
}

impl SignatureError {
    /// A short name that stays the same between versions, for logs and metrics.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Mismatch => "mismatch",
            Self::BodyHash => "body-hash",
            Self::UncoveredBody => "uncovered-body",
            Self::UnknownAccount => "unknown-account",
            Self::AmbiguousAccount => "ambiguous-account",
            Self::UnknownSharedKey => "unknown-shared-key",
            Self::NoKey => "no-key",
            Self::KeyLookup => "key-lookup",
            Self::TooLarge => "too-large",
            Self::Timeout => "timeout",
            Self::BrokenBody => "broken-body",
            Self::MalformedUrl => "malformed-url",
            Self::MissingPeerAddr => "missing-peer-addr",
        }
    }

    /// The status of the response.
    ///
    /// It is never 401: Twilio answers that by repeating the request with the
    /// [credentials of the URL](https://www.twilio.com/docs/usage/security#http-authentication).
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Missing | Self::BrokenBody | Self::MalformedUrl => StatusCode::BAD_REQUEST,
            Self::Malformed
            | Self::Mismatch
            | Self::BodyHash
            | Self::UncoveredBody
            | Self::UnknownAccount
            | Self::AmbiguousAccount
            | Self::UnknownSharedKey => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::NoKey | Self::KeyLookup | Self::MissingPeerAddr => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }
}
