//! [`Secret`]: a text that is never shown.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// A token or password from the configuration.
///
/// `Debug` hides it, there is no `Display`, and comparing takes the same time wherever two differ.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret, without blanks around it.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        Self(secret.trim().to_owned())
    }

    /// The secret itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.is_empty()
    }

    /// What is kept to compare others with.
    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        SecretDigest::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A text and nothing else. Written by hand because serde's own message for a wrong type shows the
/// value.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => Ok(Self::new(&text)),
            _ => Err(D::Error::custom("a secret must be a text in quotes")),
        }
    }
}

/// The SHA-256 of a secret. Secrets are compared by it, so neither content nor length shows in the
/// time it takes.
#[derive(Clone, Copy)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// The digest of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// The bytes, for a database.
    #[must_use]
    pub fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }

    /// Whether both are digests of the same text.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_and_errors_do_not_show_it() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
        #[derive(Debug, Deserialize)]
        struct File {
            #[expect(dead_code, reason = "it is never read")]
            token: Secret,
        }
        let error = toml::from_str::<File>("token = 987654321").unwrap_err();
        assert!(
            !error.message().contains("987654321"),
            "{}",
            error.message()
        );
    }

    #[test]
    fn only_the_same_text_matches() {
        let digest = Secret::new(" a-token ").digest();
        assert!(digest.matches(&SecretDigest::of("a-token")));
        assert!(!digest.matches(&SecretDigest::of("a-token ")));
        assert!(!digest.matches(&SecretDigest::of("")));
    }
}
