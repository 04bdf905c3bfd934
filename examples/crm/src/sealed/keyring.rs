//! [`Keyring`]: seals and opens.

use std::{fmt, sync::Arc};

use anyhow::{Context as _, ensure};
use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Generate as _, Payload},
};
use twilio_hooks::CompanyId;

use crate::secret::Secret;

/// Base64 as `openssl rand -base64 32` writes it, with or without `=` at the end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How long a nonce is.
const NONCE: usize = 24;

/// What the meaning of sealed bytes begins with; another format gets another word.
const FORMAT: &str = "crm.sealed.1";

/// The keys of the configuration: the first one seals, all of them open. Clones share them.
#[derive(Clone, Default)]
pub struct Keyring {
    keys: Arc<[Key]>,
}

#[derive(Clone)]
struct Key {
    id: String,
    cipher: XChaCha20Poly1305,
}

/// Where a secret belongs: it opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Whose it is.
    pub company: CompanyId,
    /// What it belongs to, such as the SID of an account.
    pub object: &'a str,
    /// Which secret of that it is.
    pub field: &'a str,
}

/// A sealed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which key opens it.
    pub key_id: String,
    /// The nonce, and what the cipher made of the text.
    pub bytes: Vec<u8>,
}

/// Why a text can't be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The configuration has no key.
    #[error("no encryption key is configured")]
    NoKey,
    /// The key is not in the configuration.
    #[error("the encryption key `{id}` is not configured")]
    UnknownKey {
        /// What the key is called.
        id: String,
    },
    /// The key is another one of the same name, or the bytes were changed or moved.
    #[error("a secret does not open with the encryption key `{id}`")]
    Damaged {
        /// What the key is called.
        id: String,
    },
    /// The system has no random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

impl Keyring {
    /// Reads keys written as `id:base64` of 32 bytes.
    ///
    /// # Errors
    /// If one is written in another way, or two have the same id. The message shows no key.
    pub fn parse(keys: &[Secret]) -> anyhow::Result<Self> {
        let mut ring: Vec<Key> = Vec::new();
        for (position, key) in (1..).zip(keys.iter().filter(|key| !key.is_blank())) {
            let key = Key::parse(key).with_context(|| format!("encryption key {position}"))?;
            ensure!(
                !ring.iter().any(|other| other.id == key.id),
                "two encryption keys are called `{}`",
                key.id
            );
            ring.push(key);
        }
        Ok(Self { keys: ring.into() })
    }

    /// Whether there is no key, so that nothing can be sealed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key that seals.
    #[must_use]
    pub fn first_id(&self) -> Option<&str> {
        self.keys.first().map(|key| &*key.id)
    }

    /// Seals a secret for its place.
    ///
    /// # Errors
    /// If there is no key.
    pub fn seal(&self, place: Place<'_>, secret: &Secret) -> Result<Sealed, SealError> {
        let key = self.keys.first().ok_or(SealError::NoKey)?;
        let nonce = XNonce::try_generate().map_err(|_| SealError::Random)?;
        let meaning = place.meaning(&key.id);
        let payload = Payload {
            msg: secret.expose().as_bytes(),
            aad: &meaning,
        };
        let sealed = key.cipher.encrypt(&nonce, payload);
        let sealed = sealed.map_err(|_| SealError::Damaged { id: key.id.clone() })?;
        Ok(Sealed {
            key_id: key.id.clone(),
            bytes: [nonce.as_slice(), &sealed].concat(),
        })
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// If no key does.
    pub fn open(&self, place: Place<'_>, sealed: &Sealed) -> Result<Secret, SealError> {
        let id = &sealed.key_id;
        let key = self.keys.iter().find(|key| key.id == *id);
        let key = key.ok_or_else(|| match self.is_empty() {
            true => SealError::NoKey,
            false => SealError::UnknownKey { id: id.clone() },
        })?;
        let damaged = || SealError::Damaged { id: id.clone() };
        let (nonce, bytes) = sealed.bytes.split_at_checked(NONCE).ok_or_else(damaged)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| damaged())?;
        let meaning = place.meaning(id);
        let payload = Payload {
            msg: bytes,
            aad: &meaning,
        };
        let text = key.cipher.decrypt(&nonce, payload).map_err(|_| damaged())?;
        let text = String::from_utf8(text).map_err(|_| damaged())?;
        Ok(Secret::new(&text))
    }
}

impl Key {
    fn parse(key: &Secret) -> anyhow::Result<Self> {
        let (id, key) = key
            .expose()
            .split_once(':')
            .context("it must be written as `id:base64`")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        ensure!(
            (1..=32).contains(&id.len()) && id.bytes().all(plain),
            "before the colon there must be an id of at most 32 letters, digits, dashes and dots"
        );
        // The error would show a part of the key.
        let bytes = BASE64.decode(key.trim()).ok();
        let bytes = bytes.with_context(|| format!("`{id}` is no base64 after the colon"))?;
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).ok();
        let cipher = cipher.with_context(|| {
            format!(
                "`{id}` has {} bytes; it must have 32, as `openssl rand -base64 32` makes them",
                bytes.len()
            )
        })?;
        Ok(Self {
            id: id.to_owned(),
            cipher,
        })
    }
}

impl Place<'_> {
    /// What is sealed in beside the secret. Lengths keep the parts apart.
    fn meaning(&self, key_id: &str) -> Vec<u8> {
        let company = self.company.to_string();
        let mut meaning = Vec::new();
        for part in [FORMAT, key_id, &company, self.object, self.field] {
            meaning.extend_from_slice(&(part.len() as u64).to_be_bytes());
            meaning.extend_from_slice(part.as_bytes());
        }
        meaning
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.keys.iter().map(|key| &key.id);
        f.debug_tuple("Keyring")
            .field(&ids.collect::<Vec<_>>())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const OLD: &str = "old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "new:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA";

    fn ring(keys: &[&str]) -> Keyring {
        let keys: Vec<_> = keys.iter().map(|key| Secret::new(key)).collect();
        Keyring::parse(&keys).unwrap()
    }

    fn place(company: CompanyId) -> Place<'static> {
        Place {
            company,
            object: "AC1",
            field: "auth_token",
        }
    }

    #[test]
    fn what_is_sealed_opens_at_its_own_place_only() {
        let ring = ring(&[OLD]);
        let [alpha, beta] = [1, 2].map(|second| CompanyId::at(Timestamp::constant(second, 0)));
        let here = place(alpha);
        let sealed = ring.seal(here, &Secret::new("hunter2")).unwrap();
        assert_eq!(ring.open(here, &sealed).unwrap().expose(), "hunter2");
        let elsewhere = [
            place(beta),
            Place {
                object: "AC2",
                ..here
            },
            Place {
                field: "api_key_secret",
                ..here
            },
            Place {
                object: "AC1auth_",
                field: "token",
                ..here
            },
        ];
        for place in elsewhere {
            let refused = ring.open(place, &sealed).unwrap_err();
            assert_eq!(refused, SealError::Damaged { id: "old".into() });
        }
    }

    #[test]
    fn changed_bytes_do_not_open() {
        let ring = ring(&[OLD]);
        let here = place(CompanyId::at(Timestamp::constant(1, 0)));
        let sealed = ring.seal(here, &Secret::new("hunter2")).unwrap();
        for length in 0..sealed.bytes.len() {
            let mut cut = sealed.clone();
            cut.bytes.truncate(length);
            assert!(ring.open(here, &cut).is_err(), "{length}");
            let mut changed = sealed.clone();
            changed.bytes[length] ^= 1;
            assert!(ring.open(here, &changed).is_err(), "{length}");
        }
        assert!(!sealed.bytes.windows(7).any(|bytes| bytes == b"hunter2"));
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let here = place(CompanyId::at(Timestamp::constant(1, 0)));
        let secret = Secret::new("hunter2");
        let sealed = ring(&[OLD]).seal(here, &secret).unwrap();
        let both = ring(&[NEW, OLD]);
        assert_eq!(both.open(here, &sealed).unwrap().expose(), "hunter2");
        assert_eq!(both.seal(here, &secret).unwrap().key_id, "new");
        assert_eq!(
            ring(&[NEW]).open(here, &sealed).unwrap_err(),
            SealError::UnknownKey { id: "old".into() }
        );
        let other = ring(&[&NEW.replace("new:", "old:")]);
        assert_eq!(
            other.open(here, &sealed).unwrap_err(),
            SealError::Damaged { id: "old".into() }
        );
        assert_eq!(ring(&[]).seal(here, &secret).unwrap_err(), SealError::NoKey);
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time() {
        let ring = ring(&[OLD]);
        let here = place(CompanyId::at(Timestamp::constant(1, 0)));
        let secret = Secret::new("hunter2");
        assert_ne!(ring.seal(here, &secret), ring.seal(here, &secret));
    }

    #[test]
    fn mistakes_are_named_and_keys_are_not() {
        let cases = [
            ("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "id:base64"),
            (":AAECAwQF", "before the colon"),
            ("a b:AAECAwQF", "before the colon"),
            ("a:not base64!", "no base64"),
            ("a:AAECAwQF", "6 bytes"),
        ];
        for (key, expected) in cases {
            let error = format!("{:#}", Keyring::parse(&[Secret::new(key)]).unwrap_err());
            assert!(error.contains(expected), "{error}");
            assert!(
                !error.contains("AAEC") && !error.contains("not base"),
                "{error}"
            );
        }
        let twice = [Secret::new(OLD), Secret::new(OLD)];
        let error = Keyring::parse(&twice).unwrap_err().to_string();
        assert!(error.contains("called `old`"), "{error}");
        assert_eq!(format!("{:?}", ring(&[OLD])), r#"Keyring(["old"])"#);
    }
}
