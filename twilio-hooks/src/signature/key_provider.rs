//! Keys that are looked up for each request.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use super::{AccountKeys, SharedKey, SignatureError};
use crate::AccountSid;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Looks up the keys of an account, for programs that keep them in a database.
///
/// A program that reads its tokens from the configuration uses [`AuthTokens`](super::AuthTokens),
/// which asks nobody. With a provider a token that is changed in the database counts from the next
/// webhook on, without a restart. The layer waits for an answer for
/// [a limited time](super::ValidateSignatureLayer::with_look_up_timeout).
///
/// # Examples
/// ```
/// use std::{collections::HashMap, sync::{Arc, RwLock}};
/// use async_trait::async_trait;
/// use twilio_hooks::{AccountSid, signature::{AccountKeys, KeyError, KeyProvider}};
///
/// /// Tokens that an administrator can change while the program runs.
/// #[derive(Debug, Default)]
/// struct LiveTokens {
///     by_account: RwLock<HashMap<AccountSid, String>>,
/// }
///
/// #[async_trait]
/// impl KeyProvider for LiveTokens {
///     async fn account_keys(&self, account_sid: Option<&AccountSid>) -> Result<AccountKeys, KeyError> {
///         let account_sid = account_sid.ok_or(KeyError::UnknownAccount)?;
///         let by_account = self.by_account.read().map_err(|error| KeyError::lookup(error.to_string()))?;
///         let token = by_account.get(account_sid).ok_or(KeyError::UnknownAccount)?;
///         Ok(AccountKeys::new(account_sid.clone(), [token]))
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let tokens = Arc::new(LiveTokens::default());
/// let account = AccountSid::from("AC000000000000000000000000000000a1");
/// assert!(tokens.account_keys(Some(&account)).await.is_err());
///
/// tokens.by_account.write().unwrap().insert(account.clone(), "0123456789abcdef".to_owned());
/// assert_eq!(tokens.account_keys(Some(&account)).await.unwrap().len(), 1);
/// # });
/// ```
#[async_trait]
pub trait KeyProvider: fmt::Debug + Send + Sync + 'static {
    /// The tokens of `account_sid`, or of the default account if the request names none.
    ///
    /// The identifier is a stranger's word at this point: use it to look up and for nothing else.
    /// The keys must be those of that account; keys of another are not used, and the request ends
    /// as if the look-up had failed.
    ///
    /// # Errors
    /// - [`KeyError::UnknownAccount`]: the request is refused with 403;
    /// - [`KeyError::NoKey`], [`KeyError::Lookup`]: it ends with 500, and the error is logged.
    async fn account_keys(&self, account_sid: Option<&AccountSid>)
    -> Result<AccountKeys, KeyError>;

    /// The shared key `id`.
    ///
    /// Unless implemented, there are no shared keys and requests that name one are refused.
    ///
    /// # Errors
    /// - [`KeyError::UnknownSharedKey`]: the request is refused with 403;
    /// - otherwise as for [`account_keys`](Self::account_keys).
    async fn shared_key(&self, id: &str) -> Result<SharedKey, KeyError> {
        let _ = id;
        Err(KeyError::UnknownSharedKey)
    }
}

macro_rules! forward_key_provider {
    ($($Pointer:ident),+) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: KeyProvider + ?Sized> KeyProvider for $Pointer<T> {
            async fn account_keys(
                &self,
                account_sid: Option<&AccountSid>,
            ) -> Result<AccountKeys, KeyError> {
                (**self).account_keys(account_sid).await
            }

            async fn shared_key(&self, id: &str) -> Result<SharedKey, KeyError> {
                (**self).shared_key(id).await
            }
        }
    )+};
}

forward_key_provider!(Arc, Box);

/// Why there is no key for a request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The account has no keys here.
    #[error("no key is known for the account")]
    UnknownAccount,
    /// No shared key has this identifier.
    #[error("the shared key is not known")]
    UnknownSharedKey,
    /// The account is known, but no key of it is usable.
    #[error("no usable key is configured")]
    NoKey,
    /// The look-up failed.
    #[error("the keys could not be looked up")]
    Lookup(#[source] BoxError),
}

impl KeyError {
    /// A failed look-up, with its cause. The cause is logged, so it must not show a key.
    pub fn lookup(source: impl Into<BoxError>) -> Self {
        Self::Lookup(source.into())
    }

    pub(super) fn refusal(&self) -> SignatureError {
        match self {
            Self::UnknownAccount => SignatureError::UnknownAccount,
            Self::UnknownSharedKey => SignatureError::UnknownSharedKey,
            Self::NoKey => SignatureError::NoKey,
            Self::Lookup(_) => SignatureError::KeyLookup,
        }
    }
}
