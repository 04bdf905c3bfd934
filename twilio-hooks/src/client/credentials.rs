//! [`Credentials`]: who calls the API.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::AccountSid;

/// Who calls Twilio's REST API: an account with its auth token, or an [API key][keys].
///
/// Prefer an API key: it can be revoked alone, and it can't sign webhooks. `Debug` shows no secret,
/// and the memory of a secret is cleared when it is dropped.
///
/// # Examples
/// ```
/// use twilio_hooks::client::Credentials;
///
/// let credentials = Credentials::api_key(
///     "AC00000000000000000000000000000001",
///     "SK00000000000000000000000000000001",
///     "a secret of many letters",
/// );
/// assert!(!format!("{credentials:?}").contains("letters"));
/// ```
///
/// [keys]: https://www.twilio.com/docs/iam/api-keys
#[derive(Clone)]
pub struct Credentials {
    account_sid: AccountSid,
    user: Box<str>,
    secret: Zeroizing<String>,
}

impl Credentials {
    /// The account and its auth token.
    #[must_use]
    pub fn auth_token(account_sid: impl Into<AccountSid>, token: impl Into<String>) -> Self {
        let account_sid = account_sid.into();
        Self {
            user: account_sid.as_str().into(),
            account_sid,
            secret: Zeroizing::new(token.into()),
        }
    }

    /// An API key (`SK…`) of the account, and the key's secret.
    #[must_use]
    pub fn api_key(
        account_sid: impl Into<AccountSid>,
        key_sid: impl Into<Box<str>>,
        secret: impl Into<String>,
    ) -> Self {
        Self {
            account_sid: account_sid.into(),
            user: key_sid.into(),
            secret: Zeroizing::new(secret.into()),
        }
    }

    /// The account whose resources are used.
    #[must_use]
    pub fn account_sid(&self) -> &AccountSid {
        &self.account_sid
    }

    /// The value of the header `Authorization`.
    pub(crate) fn authorization(&self) -> HeaderValue {
        let pair = Zeroizing::new(format!("{}:{}", self.user, self.secret.as_str()));
        let text = Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(pair.as_bytes())));
        let mut value = HeaderValue::from_str(&text).expect("base64 is a header value");
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("account_sid", &self.account_sid)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_basic_and_sensitive() {
        let credentials = Credentials::api_key("AC1", "SK1", "secret");
        let header = credentials.authorization();
        assert_eq!(header, "Basic U0sxOnNlY3JldA==");
        assert!(header.is_sensitive());
        assert!(!format!("{credentials:?}{header:?}").contains("cret"));
    }
}
