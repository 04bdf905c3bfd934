//! What of a request the signature is about.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{SignatureError, shared_key::SharedKeySettings};
use crate::Params;

/// One request, as far as its signature is concerned.
///
/// For programs that have no tower service to put
/// [`ValidateSignatureLayer`](super::ValidateSignatureLayer) around, and for tests.
/// [`SignatureScheme::verify`](super::SignatureScheme::verify) checks it.
#[derive(Debug, Clone)]
pub struct RequestView<'a> {
    pub(super) url: &'a str,
    pub(super) upgrade: bool,
    pub(super) signature: &'a [u8],
    pub(super) settings: Option<&'a [u8]>,
    pub(super) account: Option<&'a str>,
    pub(super) body: &'a [u8],
    pub(super) content: Content,
}

impl<'a> RequestView<'a> {
    /// A request without a body: its public URL, and the value of `X-Twilio-Signature`.
    ///
    /// The URL is the one Twilio requested, byte for byte, with its query string. A fragment is
    /// cut off, since it is neither sent nor signed.
    #[must_use]
    pub fn new(url: &'a str, signature: &'a [u8]) -> Self {
        Self::with_body(url, None, &[], signature)
    }

    /// A request with a body as it came over the wire, and its `Content-Type`.
    #[must_use]
    pub fn with_body(
        url: &'a str,
        content_type: Option<&[u8]>,
        body: &'a [u8],
        signature: &'a [u8],
    ) -> Self {
        let url = without_fragment(url);
        let content = Content::read(query(url), content_type, body);
        Self::from_content(url, content, body, signature)
    }

    /// The same with a body that is decoded already.
    pub(super) fn from_content(
        url: &'a str,
        content: Content,
        body: &'a [u8],
        signature: &'a [u8],
    ) -> Self {
        Self {
            url,
            upgrade: false,
            signature,
            settings: None,
            account: None,
            body,
            content,
        }
    }

    /// Adds the value of `X-Twilio-Webhooks-Signature-Settings`.
    #[must_use]
    pub fn with_settings(mut self, settings: &'a [u8]) -> Self {
        self.settings = Some(settings);
        self
    }

    /// Says whose request it has to be, for routes that belong to one account.
    ///
    /// Requests that name no account, as JSON events do, are checked with the keys of this one. A
    /// request that names another is refused with
    /// [`UnknownAccount`](SignatureError::UnknownAccount).
    #[must_use]
    pub fn with_account(mut self, account_sid: &'a str) -> Self {
        self.account = Some(account_sid);
        self
    }

    /// Says that the request asks for an upgrade to a WebSocket: then `wss` is signed instead of
    /// `https`, and `ws` instead of `http`.
    #[must_use]
    pub fn with_upgrade(mut self, upgrade: bool) -> Self {
        self.upgrade = upgrade;
        self
    }

    /// The parameters: those of the form, or of the query string if there is no form.
    #[must_use]
    pub fn params(&self) -> &Params {
        &self.content.params
    }

    /// Which key is to be asked for.
    pub(super) fn key_choice(&self) -> Result<KeyChoice<'_>, SignatureError> {
        let account_sid = self.account_sid()?;
        let settings = match self.settings {
            Some(settings) => SharedKeySettings::parse(settings)?,
            None => None,
        };
        Ok(match settings {
            Some(settings) => KeyChoice::Shared(settings, account_sid),
            None => KeyChoice::Account(account_sid),
        })
    }

    /// The account that the request names, which must be the one of the route if that has one.
    fn account_sid(&self) -> Result<Option<Cow<'_, str>>, SignatureError> {
        let named = self.named_account()?;
        match (&named, self.account) {
            (Some(named), Some(account)) if named != account => Err(SignatureError::UnknownAccount),
            (None, Some(account)) => Ok(Some(Cow::Borrowed(account))),
            _ => Ok(named),
        }
    }

    /// In its form, else in its query string.
    fn named_account(&self) -> Result<Option<Cow<'_, str>>, SignatureError> {
        if let Some(named) = named_account(&self.content.params)? {
            return Ok(Some(Cow::Borrowed(named)));
        }
        let query = query(self.url);
        if !self.content.form || query.is_empty() {
            return Ok(None);
        }
        let named = Params::from_form(query.as_bytes());
        Ok(named_account(&named)?.map(|named| Cow::Owned(named.to_owned())))
    }

    /// Which part of the request has to carry the signature, so that nothing of the body is left
    /// uncovered.
    pub(super) fn coverage(&self) -> Result<Coverage, SignatureError> {
        match (self.content.form, self.body_hash()) {
            (true, Some(true)) => Ok(Coverage::PairsOrUrl),
            (true, _) => Ok(Coverage::Pairs),
            (false, Some(true)) => Ok(Coverage::Url),
            (false, Some(false)) => Err(SignatureError::BodyHash),
            (false, None) if self.body.is_empty() => Ok(Coverage::Url),
            (false, None) => Err(SignatureError::UncoveredBody),
        }
    }

    /// Whether every `bodySHA256` of the query string is the hash of the body, if there is any.
    fn body_hash(&self) -> Option<bool> {
        let query = query(self.url);
        if query.is_empty() {
            return None;
        }
        let params = Params::from_form(query.as_bytes());
        let mut values = params
            .iter_bytes()
            .filter(|(name, _)| name == b"bodySHA256");
        let (_, first) = values.next()?;
        let hash = hex(&Sha256::digest(self.body));
        let fits = values.fold(hash.ct_eq(first), |fits, (_, value)| {
            fits & hash.ct_eq(value)
        });
        Some(fits.into())
    }
}

/// The parameters of a request and where they come from.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    /// Of the form if it has any, of the query string otherwise.
    pub(super) params: Params,
    /// Whether there is a form with at least one pair.
    pub(super) form: bool,
}

impl Content {
    /// Decodes the form, or the query string if the body is not one.
    pub(super) fn read(query: &str, content_type: Option<&[u8]>, body: &[u8]) -> Self {
        if content_type.is_some_and(is_form) {
            let params = Params::from_form(body);
            if !params.is_empty() {
                return Self { params, form: true };
            }
        }
        Self {
            params: Params::from_form(query.as_bytes()),
            form: false,
        }
    }
}

/// Which key a request has to be checked with; the account is the one it names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum KeyChoice<'a> {
    Account(Option<Cow<'a, str>>),
    Shared(SharedKeySettings, Option<Cow<'a, str>>),
}

/// What has to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coverage {
    /// The URL and the pairs of the form.
    Pairs,
    /// Those, or the URL alone, whose `bodySHA256` is the hash of the body.
    PairsOrUrl,
    /// The URL alone: there is no body, or its hash is in the URL.
    Url,
}

/// A URL with the hash of a body in its query string, as Twilio calls it for bodies that are not
/// forms.
///
/// # Examples
/// ```
/// use twilio_hooks::signature::with_body_hash;
///
/// assert_eq!(
///     with_body_hash("https://example.com/events?tenant=1", b"{}"),
///     "https://example.com/events?tenant=1&bodySHA256=\
///      44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
/// );
/// ```
#[must_use]
pub fn with_body_hash(url: &str, body: &[u8]) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    let hash = hex(&Sha256::digest(body)).map(char::from);
    let hash: String = hash.into_iter().collect();
    format!("{url}{separator}bodySHA256={hash}")
}

pub(super) fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(url, _)| url)
}

pub(super) fn query(url: &str) -> &str {
    url.split_once('?').map_or("", |(_, query)| query)
}

/// Whether a content type is that of a form; parameters such as a charset do not matter.
fn is_form(content_type: &[u8]) -> bool {
    const FORM: &[u8] = b"application/x-www-form-urlencoded";
    if content_type == FORM {
        return true;
    }
    let media_type = content_type.split(|&byte| byte == b';').next();
    media_type.is_some_and(|media_type| media_type.trim_ascii().eq_ignore_ascii_case(FORM))
}

fn named_account(params: &Params) -> Result<Option<&str>, SignatureError> {
    let mut values = params
        .iter_bytes()
        .filter(|(name, _)| *name == b"AccountSid")
        .map(|(_, value)| value);
    let Some(first) = values.next() else {
        return Ok(None);
    };
    if values.any(|value| value != first) {
        return Err(SignatureError::AmbiguousAccount);
    }
    match str::from_utf8(first) {
        Ok(account_sid) => Ok(Some(account_sid)),
        Err(_) => Err(SignatureError::UnknownAccount),
    }
}

fn hex(digest: &[u8]) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'0'; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(digest) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Option<&[u8]> = Some(b"application/x-www-form-urlencoded");

    fn account(
        url: &str,
        content_type: Option<&[u8]>,
        body: &[u8],
    ) -> Result<String, SignatureError> {
        let request = RequestView::with_body(url, content_type, body, b"");
        let account_sid = request.account_sid()?;
        Ok(account_sid.unwrap_or_default().into_owned())
    }

    #[test]
    fn the_account_is_that_of_the_form_else_of_the_query() {
        let url = "https://h/x?AccountSid=AC2";
        assert_eq!(account(url, FORM, b"AccountSid=AC1"), Ok("AC1".to_owned()));
        assert_eq!(account(url, FORM, b"Body=hi"), Ok("AC2".to_owned()));
        assert_eq!(account(url, None, b""), Ok("AC2".to_owned()));
        assert_eq!(account("https://h/x", FORM, b"Body=hi"), Ok(String::new()));
    }

    #[test]
    fn the_account_of_a_route_stands_in_and_suffers_no_other() {
        let account = |url, body| {
            let request = RequestView::with_body(url, FORM, body, b"").with_account("AC1");
            Ok(request.account_sid()?.unwrap_or_default().into_owned())
        };
        let url = "https://h/x";
        assert_eq!(account(url, b"Body=hi"), Ok("AC1".to_owned()));
        assert_eq!(account(url, b"AccountSid=AC1"), Ok("AC1".to_owned()));
        for (url, body) in [
            (url, &b"AccountSid=AC2"[..]),
            ("https://h/x?AccountSid=AC2", b""),
        ] {
            assert_eq!(account(url, body), Err(SignatureError::UnknownAccount));
        }
    }

    #[test]
    fn two_accounts_are_one_too_many() {
        let url = "https://h/x";
        assert_eq!(
            account(url, FORM, b"AccountSid=AC1&AccountSid=AC2"),
            Err(SignatureError::AmbiguousAccount)
        );
        assert_eq!(
            account(url, FORM, b"AccountSid=AC1&AccountSid=AC1"),
            Ok("AC1".to_owned())
        );
        assert_eq!(
            account(url, FORM, b"AccountSid=%FF"),
            Err(SignatureError::UnknownAccount)
        );
    }

    #[test]
    fn a_body_that_nothing_covers_is_refused() {
        let coverage = |url, content_type, body| {
            RequestView::with_body(url, content_type, body, b"").coverage()
        };
        assert_eq!(coverage("https://h/x", FORM, b"a=b"), Ok(Coverage::Pairs));
        assert_eq!(coverage("https://h/x", FORM, b""), Ok(Coverage::Url));
        for (content_type, body) in [
            (FORM, &b"&"[..]),
            (None, b"a=b"),
            (Some(b"text/plain"), b"x"),
        ] {
            assert_eq!(
                coverage("https://h/x", content_type, body),
                Err(SignatureError::UncoveredBody)
            );
        }
    }
}
