//! [`Target`]: the server under simulation, and how to sign for it.

use http::{HeaderValue, Uri, uri::InvalidUri};
use twilio_hooks::{AccountSid, signature::SigningKey};

use super::Step;

/// What the paths of the webhooks begin with, unless the server is told otherwise.
const DEFAULT_PREFIX: &str = "/api/webhooks/twilio";

/// A server that takes webhooks: where it is, what it calls itself, and whose token it knows.
///
/// `Debug` shows no secret: of the auth token nothing but a prepared key is kept.
///
/// # Examples
/// ```
/// use crm::simulate::Target;
///
/// let target = Target::new("http://127.0.0.1:8080", "AC1", "0123456789abcdef")?
///     .with_public_url("https://crm.example.com/")?
///     .with_prefix("/hooks");
/// assert_eq!(target.signed_url("sms/incoming"), "https://crm.example.com/hooks/sms/incoming");
/// # Ok::<(), crm::simulate::TargetError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Target {
    url: String,
    public_url: String,
    host: HeaderValue,
    prefix: String,
    account_sid: AccountSid,
    key: SigningKey,
}

/// Why no webhooks can be sent to a target.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Something that should be a URL is none.
    #[error("`{url}` is not a URL")]
    NotAUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        source: InvalidUri,
    },
    /// A URL lacks its scheme or host, or has parts that have no meaning here.
    #[error("`{url}` is not of the form http://host:port or http://host:port/path")]
    Form {
        /// What was given.
        url: String,
    },
    /// The URL to connect to is an https one.
    #[error("`{url}` can't be connected to by https: connect by http, and sign for the https URL")]
    Https {
        /// What was given.
        url: String,
    },
    /// The auth token is blank.
    #[error("the auth token is blank")]
    BlankToken,
}

impl Target {
    /// A server to connect to at `url`, which is also what is signed.
    ///
    /// # Errors
    /// - [`TargetError::NotAUrl`], [`Form`](TargetError::Form) or [`Https`](TargetError::Https) if
    ///   the URL is not a plain http one;
    /// - [`TargetError::BlankToken`] if there is nothing to sign with.
    pub fn new(
        url: &str,
        account_sid: impl Into<AccountSid>,
        auth_token: impl Into<String>,
    ) -> Result<Self, TargetError> {
        let (url, scheme, host) = base(url)?;
        if scheme == "https" {
            return Err(TargetError::Https { url });
        }
        Ok(Self {
            public_url: url.clone(),
            url,
            host,
            prefix: DEFAULT_PREFIX.to_owned(),
            account_sid: account_sid.into(),
            key: SigningKey::auth_token(auth_token.into()).ok_or(TargetError::BlankToken)?,
        })
    }

    /// Signs for another URL than the one that is connected to, as behind a proxy or tunnel.
    ///
    /// Requests carry its host too, since proxies leave that alone.
    ///
    /// # Errors
    /// [`TargetError::NotAUrl`] or [`TargetError::Form`] if it is no http or https URL.
    pub fn with_public_url(mut self, public_url: &str) -> Result<Self, TargetError> {
        (self.public_url, _, self.host) = base(public_url)?;
        Ok(self)
    }

    /// Sets what the paths of the webhooks begin with; `/` and an empty text mean nothing.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        let trimmed = prefix.trim_matches('/');
        self.prefix = match trimmed {
            "" => String::new(),
            _ => format!("/{trimmed}"),
        };
        self
    }

    /// The account that the webhooks are about.
    #[must_use]
    pub fn account_sid(&self) -> &AccountSid {
        &self.account_sid
    }

    /// The URL that is signed for a path below the prefix.
    #[must_use]
    pub fn signed_url(&self, path: &str) -> String {
        format!("{}{}/{path}", self.public_url, self.prefix)
    }

    /// The URL that is connected to for a path below the prefix.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{}/{path}", self.url, self.prefix)
    }

    /// The value of `X-Twilio-Signature` for a webhook.
    #[must_use]
    pub fn sign(&self, step: &Step) -> String {
        self.key.sign(&self.signed_url(step.path), &step.params)
    }

    /// The value of `Host`.
    pub(super) fn host(&self) -> &HeaderValue {
        &self.host
    }
}

/// A URL without slashes at its end, its scheme, and its host with the port.
fn base(url: &str) -> Result<(String, String, HeaderValue), TargetError> {
    let parsed: Uri = url.parse().map_err(|source| TargetError::NotAUrl {
        url: url.to_owned(),
        source,
    })?;
    let scheme = parsed.scheme_str().unwrap_or_default().to_owned();
    let authority = parsed
        .authority()
        .map_or("", |authority| authority.as_str());
    let host = HeaderValue::from_str(authority).ok().filter(|_| {
        matches!(&*scheme, "http" | "https")
            && !authority.is_empty()
            && !authority.contains('@')
            && !url.contains(['?', '#'])
    });
    match host {
        Some(host) => Ok((url.trim_end_matches('/').to_owned(), scheme, host)),
        None => Err(TargetError::Form {
            url: url.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Result<Target, TargetError> {
        Target::new(url, "AC1", "a-secret-token")
    }

    #[test]
    fn only_plain_http_is_connected_to() {
        assert!(matches!(
            target("https://x.example"),
            Err(TargetError::Https { .. })
        ));
        assert!(matches!(
            target("http://"),
            Err(TargetError::NotAUrl { .. })
        ));
        for odd in [
            "localhost:8080",
            "/path",
            "ftp://x",
            "http://x/?a=b",
            "http://x/#a",
            "http://user:secret@x",
        ] {
            assert!(
                matches!(target(odd), Err(TargetError::Form { .. })),
                "{odd}: {:?}",
                target(odd)
            );
        }
        assert!(matches!(
            Target::new("http://x", "AC1", " "),
            Err(TargetError::BlankToken)
        ));
    }

    #[test]
    fn paths_follow_url_and_prefix() {
        let target = target("http://127.0.0.1:8080/crm/").unwrap();
        assert_eq!(
            target.url("sms/status"),
            "http://127.0.0.1:8080/crm/api/webhooks/twilio/sms/status"
        );
        let target = target
            .with_prefix("/")
            .with_public_url("https://a.b")
            .unwrap();
        assert_eq!(target.signed_url("sms/status"), "https://a.b/sms/status");
        assert_eq!(target.host(), "a.b");
        assert_eq!(target.url("x"), "http://127.0.0.1:8080/crm/x");
    }

    #[test]
    fn debug_shows_no_token() {
        assert!(!format!("{:?}", target("http://x")).contains("secret"));
    }
}
