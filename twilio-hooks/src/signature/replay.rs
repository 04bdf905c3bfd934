//! Requests that come twice.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::Verified;
use crate::{AccountSid, BoxError};

/// Remembers which requests have come, and so tells repeated ones.
///
/// Nothing in a signed request says when it was made. Whoever gets hold of one, from a log or a
/// proxy, can send it again until the token changes. Handlers that are idempotent by SID need no
/// guard; this is for those that are not, or that want to know. [`MemoryReplayGuard`] is the one for
/// a single process; several processes share a table or a cache behind a guard of their own.
///
/// The layer asks after the signature was found good, so strangers without a recorded request never
/// reach the guard.
///
/// # Redirect loops
/// Equal requests need not be replays. A call that goes round in a loop of `<Redirect>` or
/// `<Gather>` verbs sends the very same request in each round, with the same signature, and expects
/// TwiML each time. So [`OnRepeat::Mark`] is the default, and [`OnRepeat::Acknowledge`] is for
/// routes without such loops: messages, status callbacks, events.
///
/// # The idempotency token
/// Twilio repeats a request with the same `I-Twilio-Idempotency-Token`. That header is not signed:
/// a replaying stranger writes what they like into it. It can tell honest retries from the rounds of
/// a loop, and nothing from a replay.
///
/// # Examples
/// ```
/// use twilio_hooks::signature::{
///     AuthTokens, MemoryReplayGuard, OnRepeat, PublicUrl, PublicUrlError, ValidateSignatureLayer,
/// };
///
/// let layer = ValidateSignatureLayer::new(
///     PublicUrl::fixed("https://crm.example.com")?,
///     AuthTokens::single("AC000000000000000000000000000000a1", "0123456789abcdef"),
/// )
/// .with_replay_guard(MemoryReplayGuard::new(), OnRepeat::Mark);
/// # drop(layer);
/// # Ok::<(), PublicUrlError>(())
/// ```
///
/// [`MemoryReplayGuard`]: super::MemoryReplayGuard
#[async_trait]
pub trait ReplayGuard: fmt::Debug + Send + Sync + 'static {
    /// Notes the request and tells whether it was noted before.
    ///
    /// Of several equal requests at the same time, exactly one is the first.
    ///
    /// # Errors
    /// Whatever keeps the guard from knowing; to take
    /// [too long](super::ValidateSignatureLayer::with_look_up_timeout) is the same as an error. It is
    /// logged, and the request goes on as a first one:
    /// its signature is good, and to lose a webhook is worse than to see one twice. The error must
    /// show nothing secret.
    async fn note(&self, delivery: &Delivery) -> Result<Seen, BoxError>;

    /// Forgets a request that was noted as the first and then failed: the service answered with an
    /// error or a 5xx status. If Twilio tries again, that is no repeat.
    ///
    /// This is not called if the request is given up half-way, such as when the connection breaks.
    async fn forget(&self, delivery: &Delivery);
}

macro_rules! forward_replay_guard {
    ($($Pointer:ident),+) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: ReplayGuard + ?Sized> ReplayGuard for $Pointer<T> {
            async fn note(&self, delivery: &Delivery) -> Result<Seen, BoxError> {
                (**self).note(delivery).await
            }

            async fn forget(&self, delivery: &Delivery) {
                (**self).forget(delivery).await;
            }
        }
    )+};
}

forward_replay_guard!(Arc, Box);

/// Whether a request came before; in the extensions of a response, that the layer answered itself
/// because it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It did not, as far as the guard remembers.
    First,
    /// It did.
    Repeated,
}

/// What happens to a repeated request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnRepeat {
    /// It goes on, and [`Verified::is_repeat`] says so.
    #[default]
    Mark,
    /// It is answered with 204 and an empty body, and goes no further. The response has
    /// [`Seen::Repeated`] in its extensions.
    ///
    /// Not for routes that answer calls: they expect TwiML, and [loops](ReplayGuard#redirect-loops)
    /// repeat themselves.
    Acknowledge,
}

/// One good request, as a guard sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The account that signed.
    pub account_sid: Option<AccountSid>,
    /// A hash of account and signature. The same for equal requests, and nobody can make a
    /// signature out of it, so it may be stored.
    pub digest: [u8; 32],
    /// `I-Twilio-Idempotency-Token`: the same for all retries of one event, and not signed. Left
    /// out if it is not text of up to 128 bytes.
    pub idempotency_token: Option<Box<str>>,
    /// The identifiers among the parameters, `MessageSid` and the like, with their names; up to 16,
    /// without the account's. Bodies that are no forms have none.
    pub sids: Vec<(Box<str>, Box<str>)>,
    /// When the request was checked.
    pub at: Timestamp,
}

impl Delivery {
    /// A request with nothing but the given; for tests of guards.
    #[must_use]
    pub fn new(digest: [u8; 32], at: Timestamp) -> Self {
        Self {
            account_sid: None,
            digest,
            idempotency_token: None,
            sids: Vec::new(),
            at,
        }
    }

    pub(super) fn of(
        verified: &Verified,
        signature: &[u8],
        idempotency_token: Option<&[u8]>,
        at: Timestamp,
    ) -> Self {
        let account_sid = verified.account_sid();
        let mut hash = Sha256::new();
        hash.update(account_sid.map_or("", AccountSid::as_str));
        hash.update([0]);
        hash.update(signature);
        let sids = verified.params().iter_bytes().filter_map(|(name, value)| {
            let (name, value) = (str::from_utf8(name).ok()?, str::from_utf8(value).ok()?);
            let counts = name.ends_with("Sid") && name != "AccountSid" && is_sid(value);
            counts.then(|| (name.into(), value.into()))
        });
        Self {
            account_sid: account_sid.cloned(),
            digest: hash.finalize().into(),
            idempotency_token: idempotency_token
                .filter(|token| token.len() <= 128)
                .and_then(|token| str::from_utf8(token).ok())
                .map(Into::into),
            sids: sids.take(16).collect(),
            at,
        }
    }
}

/// Two letters and 32 hexadecimal digits.
fn is_sid(text: &str) -> bool {
    text.len() == 34
        && text.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && text.bytes().skip(2).all(|byte| byte.is_ascii_hexdigit())
}
