//! Shared keys, and the header that names them.

use super::{Algorithm, SignatureError, SigningKey};
use crate::AccountSid;

/// A key of Twilio's webhooks configuration, used instead of auth tokens.
///
/// A request signed with one says so in `X-Twilio-Webhooks-Signature-Settings`. That header is not
/// signed itself: it only chooses among the configured keys, and the algorithm is the one given
/// here. A request with the header is never checked with auth tokens; one without it never with a
/// shared key. Both kinds may arrive side by side.
///
/// # Examples
/// ```
/// use twilio_hooks::signature::{Algorithm, AuthTokens, SharedKey};
///
/// let tokens = AuthTokens::single("AC000000000000000000000000000000a1", "0123456789abcdef")
///     .shared_key(SharedKey::new(
///         "webhooks_sharedkey_01aaaaaaaaaaaaaaaaaaaaaaaa",
///         "AC000000000000000000000000000000a1",
///         "the secret of the shared key",
///         Algorithm::HmacSha256,
///     ));
/// # drop(tokens);
/// ```
#[derive(Debug, Clone)]
pub struct SharedKey {
    id: Box<str>,
    accounts: Vec<AccountSid>,
    key: Option<SigningKey>,
}

impl SharedKey {
    /// A shared key by its identifier (`webhooks_sharedkey_…`), owned by an account.
    ///
    /// With a blank secret it validates nothing.
    #[must_use]
    pub fn new(
        id: impl Into<Box<str>>,
        account_sid: impl Into<AccountSid>,
        secret: impl Into<String>,
        algorithm: Algorithm,
    ) -> Self {
        Self {
            id: id.into(),
            accounts: vec![account_sid.into()],
            key: SigningKey::new(secret.into(), algorithm),
        }
    }

    /// Lets the key sign for another account as well, such as a subaccount.
    #[must_use]
    pub fn account(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.accounts.push(account_sid.into());
        self
    }

    /// The identifier, `webhooks_sharedkey_…`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn key(&self) -> Option<&SigningKey> {
        self.key.as_ref()
    }

    /// The account a request is of that this key signed: the one it names, which must be among
    /// the key's; the key's only one if it names none.
    pub(super) fn account_for(
        &self,
        named: Option<&str>,
    ) -> Result<Option<AccountSid>, SignatureError> {
        match (named, self.accounts.as_slice()) {
            (Some(named), accounts) => accounts
                .iter()
                .find(|account| account.as_str() == named)
                .map(|account| Some(account.clone()))
                .ok_or(SignatureError::UnknownAccount),
            (None, [only]) => Ok(Some(only.clone())),
            (None, _) => Ok(None),
        }
    }
}

/// What the settings header of a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SharedKeySettings {
    pub(super) id: Box<str>,
    pub(super) algorithm: Algorithm,
}

impl SharedKeySettings {
    /// Reads `key=…,algorithm=…`. Blank means there is no header; entries of other names are
    /// skipped; no algorithm means HMAC-SHA1.
    pub(super) fn parse(header: &[u8]) -> Result<Option<Self>, SignatureError> {
        if header.trim_ascii().is_empty() {
            return Ok(None);
        }
        let (mut id, mut algorithm) = (None, None);
        for entry in header.split(|&byte| byte == b',') {
            let equals = entry
                .iter()
                .position(|&byte| byte == b'=')
                .ok_or(SignatureError::UnknownSharedKey)?;
            let (name, value) = (&entry[..equals], &entry[equals + 1..]);
            let slot = match name.trim_ascii() {
                b"key" => &mut id,
                b"algorithm" => &mut algorithm,
                _ => continue,
            };
            if slot.replace(value.trim_ascii()).is_some() {
                return Err(SignatureError::UnknownSharedKey);
            }
        }
        let id = id.and_then(|id| str::from_utf8(id).ok());
        let algorithm = algorithm.map_or(Some(Algorithm::HmacSha1), Algorithm::from_name);
        match (id, algorithm) {
            (Some(id), Some(algorithm)) => Ok(Some(Self {
                id: id.into(),
                algorithm,
            })),
            _ => Err(SignatureError::UnknownSharedKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_key_signs_for_its_accounts_only() {
        let key = SharedKey::new("k", "AC1", "secret", Algorithm::HmacSha256);
        assert_eq!(key.account_for(None), Ok(Some("AC1".into())));
        assert_eq!(key.account_for(Some("AC1")), Ok(Some("AC1".into())));
        assert_eq!(
            key.account_for(Some("AC2")),
            Err(SignatureError::UnknownAccount)
        );
        let key = key.account("AC2");
        assert_eq!(key.account_for(None), Ok(None));
        assert_eq!(key.account_for(Some("AC2")), Ok(Some("AC2".into())));
    }

    #[test]
    fn unreadable_settings_are_refused() {
        for header in [
            "key",
            "key=a,key=a",
            "key=a,algorithm=",
            "=",
            "key=\u{e9},x",
        ] {
            assert_eq!(
                SharedKeySettings::parse(header.as_bytes()),
                Err(SignatureError::UnknownSharedKey),
                "{header}"
            );
        }
        assert_eq!(SharedKeySettings::parse(b" "), Ok(None));
    }
}
