//! One key, prepared: the hash state after the secret went in.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::pairs::SortedPairs;
use crate::Params;

/// The hash function of a [`SigningKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA1: auth tokens always, and shared keys unless set up otherwise.
    HmacSha1,
    /// HMAC-SHA256: shared keys that were set up with it.
    HmacSha256,
}

impl Algorithm {
    /// Reads the name that the settings header uses; the letter case does not matter.
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        if name.eq_ignore_ascii_case(b"HMAC_SHA1") {
            Some(Self::HmacSha1)
        } else if name.eq_ignore_ascii_case(b"HMAC_SHA256") {
            Some(Self::HmacSha256)
        } else {
            None
        }
    }
}

/// Signs webhooks as Twilio does.
///
/// The secret itself is not kept: it is hashed into the key's state once, and every request
/// continues from a copy of that state. State and copies are wiped when dropped, and `Debug` shows
/// the algorithm only.
///
/// Programs configure [`AuthTokens`](super::AuthTokens); a key by itself is for tests that play
/// Twilio.
///
/// # Examples
/// ```
/// use twilio_hooks::{Params, signature::SigningKey};
///
/// // The example of Twilio's documentation.
/// let key = SigningKey::auth_token("12345".to_owned()).expect("not empty");
/// let params = Params::from_form(
///     b"CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234\
///       &From=%2B12349013030&To=%2B18005551212",
/// );
/// assert_eq!(
///     key.sign("https://mycompany.com/myapp.php?foo=1&bar=2", &params),
///     "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
/// );
/// ```
#[derive(Clone)]
pub struct SigningKey {
    state: State,
}

#[derive(Clone)]
enum State {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

/// Longest signature there is: 32 bytes in base64.
const MAX_SIGNATURE: usize = 44;

impl SigningKey {
    /// The key of an auth token, or `None` if the token is blank.
    ///
    /// An empty secret would make a key that everybody knows, so there is no such key.
    #[must_use]
    pub fn auth_token(token: String) -> Option<Self> {
        Self::new(token, Algorithm::HmacSha1)
    }

    /// A key for `algorithm`, or `None` if the secret is blank.
    #[must_use]
    pub fn new(secret: String, algorithm: Algorithm) -> Option<Self> {
        let secret = Zeroizing::new(secret);
        if secret.trim().is_empty() {
            return None;
        }
        let secret = secret.as_bytes();
        let state = match algorithm {
            Algorithm::HmacSha1 => State::Sha1(keyed(secret)),
            Algorithm::HmacSha256 => State::Sha256(keyed(secret)),
        };
        Some(Self { state })
    }

    /// The hash function this key is used with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.state {
            State::Sha1(_) => Algorithm::HmacSha1,
            State::Sha256(_) => Algorithm::HmacSha256,
        }
    }

    /// What Twilio puts into `X-Twilio-Signature` for this URL and these form parameters.
    ///
    /// For a request without a form, `params` is empty; if it has another body, the URL carries its
    /// hash, see [`with_body_hash`](super::with_body_hash).
    #[must_use]
    pub fn sign(&self, url: &str, params: &Params) -> String {
        let (text, length) = self.signature(&[url], &SortedPairs::by_bytes(params));
        text[..length].iter().copied().map(char::from).collect()
    }

    /// Whether `signature` is the one of the URL (given in pieces) and pairs, in constant time.
    pub(super) fn fits(&self, url: &[&str], pairs: &SortedPairs<'_>, signature: &[u8]) -> Choice {
        let (text, length) = self.signature(url, pairs);
        text[..length].ct_eq(signature)
    }

    fn signature(&self, url: &[&str], pairs: &SortedPairs<'_>) -> ([u8; MAX_SIGNATURE], usize) {
        match &self.state {
            State::Sha1(mac) => encoded(&digest(mac.clone(), url, pairs)),
            State::Sha256(mac) => encoded(&digest(mac.clone(), url, pairs)),
        }
    }
}

/// Shows the algorithm.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey")
            .field(&self.algorithm())
            .finish()
    }
}

fn keyed<M: KeyInit>(secret: &[u8]) -> M {
    M::new_from_slice(secret).expect("HMAC takes keys of any length")
}

/// Feeds the pieces one by one, so that no joined text is ever built.
fn digest<M: Mac>(mut mac: M, url: &[&str], pairs: &SortedPairs<'_>) -> hmac::digest::Output<M> {
    for piece in url {
        mac.update(piece.as_bytes());
    }
    for pair in pairs.iter() {
        mac.update(pair);
    }
    mac.finalize().into_bytes()
}

fn encoded(digest: &[u8]) -> ([u8; MAX_SIGNATURE], usize) {
    let mut text = [0; MAX_SIGNATURE];
    let length = STANDARD
        .encode_slice(digest, &mut text)
        .expect("32 bytes are 44 characters at most");
    (text, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_secrets_make_no_key() {
        for blank in ["", " ", "\n"] {
            assert!(SigningKey::auth_token(blank.to_owned()).is_none());
            assert!(SigningKey::new(blank.to_owned(), Algorithm::HmacSha256).is_none());
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = SigningKey::auth_token("12345".to_owned()).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(HmacSha1)");
    }
}
