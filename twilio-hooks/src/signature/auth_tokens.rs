//! Accounts and their auth tokens.

use std::{collections::HashMap, fmt, sync::Arc};

use async_trait::async_trait;

use super::{KeyError, KeyProvider, SharedKey, SigningKey};
use crate::AccountSid;

/// The keys of the accounts this program receives webhooks for.
///
/// A webhook is signed with the primary auth token of the account that owns the number, call or
/// message; [a subaccount signs with its own][subaccounts]. The request says which account that is
/// (`AccountSid`), and this only *chooses* the key: a signature made with the token of one account
/// is never taken for another.
///
/// Some requests name no account: event streams with JSON bodies, upgrades to a WebSocket, and a
/// few callbacks. They are checked with the keys of the default account, and refused if there is
/// none. [`single`](Self::single) makes its only account the default.
///
/// Blank tokens are skipped, because an empty secret would be one that everybody knows. `Debug`
/// shows the accounts and how many keys they have.
///
/// # Examples
/// One account:
/// ```
/// use twilio_hooks::signature::AuthTokens;
///
/// let tokens = AuthTokens::single("AC000000000000000000000000000000a1", "0123456789abcdef");
/// assert!(!tokens.is_empty());
/// ```
/// Several, one of them between two tokens:
/// ```
/// use twilio_hooks::signature::AuthTokens;
///
/// let tokens = AuthTokens::new()
///     .account("AC000000000000000000000000000000a1", ["0123456789abcdef", "fedcba9876543210"])
///     .account("AC000000000000000000000000000000b2", ["00112233445566778899"])
///     .with_default_account("AC000000000000000000000000000000a1");
/// assert!(!format!("{tokens:?}").contains("0123456789abcdef"));
/// ```
///
/// [subaccounts]: https://www.twilio.com/docs/iam/api/subaccounts
#[derive(Clone, Default)]
pub struct AuthTokens {
    accounts: HashMap<Box<str>, AccountKeys>,
    default: Option<Box<str>>,
    shared: HashMap<Box<str>, SharedKey>,
}

impl AuthTokens {
    /// No accounts yet; a layer with these refuses everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One account with one token, which is also the default account.
    #[must_use]
    pub fn single(account_sid: impl Into<AccountSid>, token: impl Into<String>) -> Self {
        let account_sid = account_sid.into();
        Self::new()
            .account(account_sid.clone(), [token])
            .with_default_account(account_sid)
    }

    /// Adds an account with its tokens, the current primary one first; replaces what was known
    /// of the account.
    ///
    /// Promoting a secondary token ends the primary one at once, so list both before you promote,
    /// and drop the old one afterwards.
    #[must_use]
    pub fn account<T: Into<String>>(
        mut self,
        account_sid: impl Into<AccountSid>,
        tokens: impl IntoIterator<Item = T>,
    ) -> Self {
        let keys = AccountKeys::new(account_sid, tokens);
        self.accounts
            .insert(keys.account_sid().as_str().into(), keys);
        self
    }

    /// The account whose tokens check requests that name no account.
    #[must_use]
    pub fn with_default_account(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.default = Some(account_sid.into().as_str().into());
        self
    }

    /// Adds a [shared key](SharedKey); replaces one of the same identifier.
    #[must_use]
    pub fn shared_key(mut self, key: SharedKey) -> Self {
        self.shared.insert(key.id().into(), key);
        self
    }

    /// Whether there is no usable key at all. Worth a check at start: nothing could be verified.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accounts.values().all(AccountKeys::is_empty)
            && self.shared.values().all(|key| key.key().is_none())
    }

    pub(super) fn find_account(&self, account_sid: Option<&str>) -> Result<&AccountKeys, KeyError> {
        match account_sid
            .or(self.default.as_deref())
            .and_then(|account_sid| self.accounts.get(account_sid))
        {
            Some(keys) if keys.is_empty() => Err(KeyError::NoKey),
            Some(keys) => Ok(keys),
            None if self.is_empty() => Err(KeyError::NoKey),
            None => Err(KeyError::UnknownAccount),
        }
    }

    pub(super) fn accounts(&self) -> impl Iterator<Item = &AccountKeys> {
        self.accounts.values()
    }

    pub(super) fn shared_keys(&self) -> impl Iterator<Item = &SharedKey> {
        self.shared.values()
    }

    pub(super) fn find_shared_key(&self, id: &str) -> Result<&SharedKey, KeyError> {
        match self.shared.get(id) {
            Some(key) => Ok(key),
            None if self.is_empty() => Err(KeyError::NoKey),
            None => Err(KeyError::UnknownSharedKey),
        }
    }
}

/// Shows the accounts, how many usable tokens each has, and the identifiers of shared keys.
impl fmt::Debug for AuthTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthTokens")
            .field("accounts", &self.accounts.values())
            .field("default", &self.default)
            .field("shared", &self.shared.values())
            .finish()
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl KeyProvider for AuthTokens {
    async fn account_keys(
        &self,
        account_sid: Option<&AccountSid>,
    ) -> Result<AccountKeys, KeyError> {
        self.find_account(account_sid.map(AccountSid::as_str))
            .cloned()
    }

    async fn shared_key(&self, id: &str) -> Result<SharedKey, KeyError> {
        self.find_shared_key(id).cloned()
    }
}

/// The usable tokens of one account, ready to check with. Clones share them.
///
/// # Examples
/// ```
/// use twilio_hooks::signature::AccountKeys;
///
/// let keys = AccountKeys::new("AC000000000000000000000000000000a1", ["", "0123456789abcdef"]);
/// assert_eq!(keys.len(), 1);
/// ```
#[derive(Clone)]
pub struct AccountKeys {
    inner: Arc<Account>,
}

struct Account {
    account_sid: AccountSid,
    /// With the token's place in the list it was configured in.
    keys: Vec<(usize, SigningKey)>,
}

impl AccountKeys {
    /// Prepares the tokens of an account; blank ones are skipped.
    pub fn new<T: Into<String>>(
        account_sid: impl Into<AccountSid>,
        tokens: impl IntoIterator<Item = T>,
    ) -> Self {
        let keys = (0..)
            .zip(tokens)
            .filter_map(|(index, token)| Some((index, SigningKey::auth_token(token.into())?)))
            .collect();
        Self {
            inner: Arc::new(Account {
                account_sid: account_sid.into(),
                keys,
            }),
        }
    }

    /// The account these tokens belong to.
    #[must_use]
    pub fn account_sid(&self) -> &AccountSid {
        &self.inner.account_sid
    }

    /// How many usable tokens there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.keys.len()
    }

    /// Whether no token is usable.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.keys.is_empty()
    }

    pub(super) fn keys(&self) -> &[(usize, SigningKey)] {
        &self.inner.keys
    }
}

impl fmt::Debug for AccountKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountKeys")
            .field("account_sid", self.account_sid())
            .field("tokens", &self.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_default_account_answers_for_requests_without_one() {
        let tokens = AuthTokens::new().account("AC1", ["one"]);
        assert!(matches!(
            tokens.find_account(None),
            Err(KeyError::UnknownAccount)
        ));
        let tokens = tokens.with_default_account("AC1");
        assert_eq!(
            tokens.find_account(None).unwrap().account_sid().as_str(),
            "AC1"
        );
        assert!(matches!(
            tokens.find_account(Some("AC2")),
            Err(KeyError::UnknownAccount)
        ));
    }

    #[test]
    fn an_account_with_blank_tokens_has_no_key() {
        let tokens = AuthTokens::new()
            .account("AC1", ["one"])
            .account("AC2", ["", " "]);
        assert!(matches!(
            tokens.find_account(Some("AC2")),
            Err(KeyError::NoKey)
        ));
        assert!(AuthTokens::single("AC1", "").is_empty());
    }

    #[test]
    fn debug_shows_no_token() {
        let tokens = AuthTokens::single("AC1", "hidden-token").shared_key(SharedKey::new(
            "webhooks_sharedkey_1",
            "AC1",
            "hidden-secret",
            super::super::Algorithm::HmacSha256,
        ));
        let shown = format!("{tokens:?}");
        assert!(shown.contains("AC1") && shown.contains("webhooks_sharedkey_1"));
        assert!(!shown.contains("hidden"));
    }
}
