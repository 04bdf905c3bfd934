//! The check itself: no clock, no I/O.

use std::borrow::Cow;

use super::{
    AccountKeys, AuthTokens, KeyError, RequestView, SharedKey, SignatureError, SigningKey,
    Verified, VerifiedKey,
    pairs::SortedPairs,
    request::{Coverage, KeyChoice, query},
    shared_key::SharedKeySettings,
    spelling::{Pieces, UrlParts},
};
use crate::{AccountSid, Params};

/// Checks signatures.
///
/// The same URL is written in different ways by different services of Twilio when they sign: calls
/// over https leave out the port, for example, while messages keep it. So a request is checked as
/// it was received first, which nearly always decides it; only if that fails, every other spelling
/// is tried: without the port, with the standard port, with a slash at the end for an upgrade to a
/// WebSocket. Each spelling is a fixed function of the request, so trying more of them helps nobody
/// to forge one, and none changes what the URL means.
///
/// Signatures are compared in constant time. That the first spelling fits, or that none does, can
/// be told from the time a check takes; it depends on nothing secret.
///
/// # Examples
/// ```
/// use twilio_hooks::signature::{AuthTokens, RequestView, SignatureError, SignatureScheme};
///
/// let tokens = AuthTokens::single("AC000000000000000000000000000000a1", "12345");
/// let body = b"CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234\
///              &From=%2B12349013030&To=%2B18005551212";
/// let request = RequestView::with_body(
///     "https://mycompany.com/myapp.php?foo=1&bar=2",
///     Some(b"application/x-www-form-urlencoded"),
///     body,
///     b"0/KCTR6DLpKmkAf8muzZqo1nDgQ=",
/// );
///
/// let verified = SignatureScheme::new().verify(&request, &tokens)?;
/// assert_eq!(verified.params().get("Digits"), Some("1234"));
/// # Ok::<(), SignatureError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SignatureScheme {
    compat: bool,
}

impl Default for SignatureScheme {
    fn default() -> Self {
        Self { compat: true }
    }
}

impl SignatureScheme {
    /// Tries every spelling that some service of Twilio is known to use.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether rare spellings are tried as well; they are by default.
    ///
    /// These are: the URL without its credentials, the root with and without its slash, the query
    /// string as an older encoder wrote it, and, for upgrades, the query string signed like a
    /// form. Without them a refused request costs fewer hashes.
    #[must_use]
    pub fn with_compat(mut self, compat: bool) -> Self {
        self.compat = compat;
        self
    }

    pub(super) fn compat(self) -> bool {
        self.compat
    }

    /// Checks a request with the keys of the account it names.
    ///
    /// # Errors
    /// The [`SignatureError`] that says what is wrong, with the request or with the configuration.
    pub fn verify(
        &self,
        request: &RequestView<'_>,
        tokens: &AuthTokens,
    ) -> Result<Verified, SignatureError> {
        check_header(request.signature)?;
        match request.key_choice()? {
            KeyChoice::Account(named) => {
                let keys = tokens.find_account(named.as_deref()).map_err(refusal)?;
                self.verify_with_account(request, keys, named.as_deref())
            }
            KeyChoice::Shared(settings, named) => {
                let key = tokens.find_shared_key(&settings.id).map_err(refusal)?;
                self.verify_with_shared_key(request, key, &settings, named.as_deref())
            }
        }
    }

    /// The same with the tokens of an account that were looked up for this request.
    pub(super) fn verify_with_account(
        &self,
        request: &RequestView<'_>,
        keys: &AccountKeys,
        named: Option<&str>,
    ) -> Result<Verified, SignatureError> {
        if named.is_some_and(|named| named != keys.account_sid().as_str()) {
            // A provider answered with the keys of another account.
            return Err(SignatureError::KeyLookup);
        }
        if keys.is_empty() {
            return Err(SignatureError::NoKey);
        }
        let found = self.find(request, &keys.keys().iter().map(|(_, key)| key))?;
        let (index, _) = keys.keys()[found.key];
        Ok(found.verified(
            request,
            Some(keys.account_sid().clone()),
            VerifiedKey::AuthToken { index },
        ))
    }

    /// The same with a shared key that was looked up for this request.
    pub(super) fn verify_with_shared_key(
        &self,
        request: &RequestView<'_>,
        shared: &SharedKey,
        settings: &SharedKeySettings,
        named: Option<&str>,
    ) -> Result<Verified, SignatureError> {
        let key = shared
            .key()
            .filter(|key| key.algorithm() == settings.algorithm)
            .filter(|_| shared.id() == &*settings.id)
            .ok_or(SignatureError::UnknownSharedKey)?;
        let account_sid = shared.account_for(named)?;
        let found = self.find(request, &std::iter::once(key))?;
        let id = settings.id.clone();
        Ok(found.verified(request, account_sid, VerifiedKey::SharedKey { id }))
    }

    /// The key and spelling that the signature was made with.
    fn find<'a, 'k>(
        &self,
        request: &RequestView<'a>,
        keys: &(impl Iterator<Item = &'k SigningKey> + Clone),
    ) -> Result<Found<'a>, SignatureError> {
        let coverage = request.coverage()?;
        let pairs = match coverage {
            Coverage::Pairs | Coverage::PairsOrUrl => {
                SortedPairs::by_bytes(&request.content.params)
            }
            Coverage::Url => SortedPairs::none(),
        };
        // As received. The scheme of an upgrade is another one, so that takes the long way.
        if !request.upgrade {
            let url = request.url;
            if let Some(key) = fitting(keys.clone(), &[url], &pairs, request.signature) {
                let url = Cow::Borrowed(url);
                return Ok(Found { key, url });
            }
        }
        self.find_spelling(request, keys, &pairs, coverage)
            .ok_or(SignatureError::Mismatch)
    }

    /// Tries every spelling, whether or not one has fit already.
    fn find_spelling<'a, 'k>(
        &self,
        request: &RequestView<'a>,
        keys: &(impl Iterator<Item = &'k SigningKey> + Clone),
        pairs: &SortedPairs<'_>,
        coverage: Coverage,
    ) -> Option<Found<'a>> {
        let mut parts = UrlParts::split(request.url)?;
        if request.upgrade {
            parts = parts.for_upgrade();
        }
        let received = Cow::Borrowed(parts.query);
        let reencoded = self.compat.then(|| parts.reencoded_query()).flatten();
        let other_order = pairs.by_utf16();
        let no_pairs = SortedPairs::none();
        let url_alone = (coverage == Coverage::PairsOrUrl).then_some(&no_pairs);

        let mut endings: Vec<(&str, &SortedPairs<'_>)> = Vec::new();
        for query in [Some(&received), reencoded.as_ref()].into_iter().flatten() {
            for pairs in [Some(pairs), other_order.as_ref(), url_alone] {
                endings.extend(pairs.map(|pairs| (&**query, pairs)));
            }
        }
        let query_params;
        let query_pairs;
        if request.upgrade && self.compat && coverage == Coverage::Url && parts.query.len() > 1 {
            query_params = Params::from_form(query(request.url).as_bytes());
            let by_bytes = SortedPairs::by_bytes(&query_params);
            query_pairs = [by_bytes.by_utf16(), Some(by_bytes)];
            endings.extend(query_pairs.iter().flatten().map(|pairs| ("", pairs)));
        }

        let mut found = None;
        for spelling in parts.spellings(request.upgrade, self.compat) {
            for &(query, pairs) in &endings {
                let url = with_query(spelling, query);
                if let Some(key) = fitting(keys.clone(), &url, pairs, request.signature) {
                    found = found.or_else(|| {
                        let url = Cow::Owned(url.concat());
                        Some(Found { key, url })
                    });
                }
            }
        }
        found
    }
}

/// The key that fits and the URL it fits.
#[derive(Debug)]
struct Found<'a> {
    key: usize,
    url: Cow<'a, str>,
}

impl Found<'_> {
    fn verified(
        self,
        request: &RequestView<'_>,
        account_sid: Option<AccountSid>,
        key: VerifiedKey,
    ) -> Verified {
        Verified {
            account_sid,
            url: self.url.into(),
            params: request.content.params.clone(),
            key,
            repeat: false,
        }
    }
}

/// Refuses what cannot be a signature, before anything is read or hashed.
pub(super) fn check_header(signature: &[u8]) -> Result<(), SignatureError> {
    match signature.len() {
        0 => Err(SignatureError::Missing),
        // 20 or 32 bytes in base64.
        28 | 44 => Ok(()),
        _ => Err(SignatureError::Malformed),
    }
}

/// The place of the key that fits. Every key is tried, so that the time does not tell which did.
fn fitting<'k>(
    keys: impl Iterator<Item = &'k SigningKey>,
    url: &[&str],
    pairs: &SortedPairs<'_>,
    signature: &[u8],
) -> Option<usize> {
    keys.enumerate().fold(None, |found, (index, key)| {
        let fits = bool::from(key.fits(url, pairs, signature));
        found.or(fits.then_some(index))
    })
}

fn with_query<'a>(pieces: Pieces<'a>, query: &'a str) -> [&'a str; 8] {
    let [a, b, c, d, e, f, g] = pieces;
    [a, b, c, d, e, f, g, query]
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape `map_err` asks for"
)]
fn refusal(error: KeyError) -> SignatureError {
    error.refusal()
}
