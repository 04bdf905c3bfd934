//! [`Marker`]: how a server proves that it is one on this database, and who asks that they may know
//! more.
//!
//! `crm doctor` calls the public URL and must know who answers: perhaps another server, or a page of the
//! proxy. It sends a random text, and the answer has a keyed digest of it; the key is in the database.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::aead::Generate as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use twilio_hooks::store::StoreError;

use crate::{args, database::Db};

/// Where the server answers.
pub const PATH: &str = "/.well-known/crm";

/// How long a random text may be.
const NONCE: std::ops::RangeInclusive<usize> = 16..=64;

/// The key of the servers on one database.
#[derive(Clone)]
pub struct Marker {
    key: [u8; 32],
}

/// What a digest is for: one is never good for the other.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Question,
    Answer,
}

impl Marker {
    /// The key of a database, which is made if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn load(db: &Db) -> Result<Self, StoreError> {
        if let Some(marker) = Self::find(db).await? {
            return Ok(marker);
        }
        let Self { key } = Self::generate();
        let sql =
            "insert into server_marker (id, secret) values (1, $1) on conflict (id) do nothing";
        db.execute(sql, args![key.to_vec()]).await?;
        let marker = Self::find(db).await?;
        marker.ok_or_else(|| StoreError::corrupt("marker", "it is gone"))
    }

    /// The key of a database, for commands that only look; if no server has ever run on it, a key that
    /// nobody has, so that whoever answers is somebody else.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn peek(db: &Db) -> Result<Self, StoreError> {
        let found = Self::find(db).await?;
        Ok(found.unwrap_or_else(Self::generate))
    }

    fn generate() -> Self {
        Self {
            key: <[u8; 32]>::generate(),
        }
    }

    async fn find(db: &Db) -> Result<Option<Self>, StoreError> {
        let row = db
            .row("select secret from server_marker where id = 1", args![])
            .await?;
        let Some(row) = row else { return Ok(None) };
        let key: Vec<u8> = row.get("secret")?;
        let key = key
            .try_into()
            .map_err(|_| StoreError::corrupt("marker", "its length is wrong"))?;
        Ok(Some(Self { key }))
    }

    /// A random text to ask with.
    #[must_use]
    pub fn nonce() -> String {
        URL_SAFE_NO_PAD.encode(<[u8; 24]>::generate())
    }

    /// Whether a text can be a random one.
    #[must_use]
    pub fn is_nonce(text: &str) -> bool {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        NONCE.contains(&text.len()) && text.bytes().all(fits)
    }

    /// Shows a server that who asks has the key.
    #[must_use]
    pub fn question(&self, nonce: &str) -> String {
        self.digest(Purpose::Question, nonce)
    }

    /// Shows who asks that the server has the key.
    #[must_use]
    pub fn answer(&self, nonce: &str) -> String {
        self.digest(Purpose::Answer, nonce)
    }

    /// Whether who asks has the key.
    #[must_use]
    pub fn is_question(&self, nonce: &str, shown: &str) -> bool {
        self.is(Purpose::Question, nonce, shown)
    }

    /// Whether who answers has the key.
    #[must_use]
    pub fn is_answer(&self, nonce: &str, shown: &str) -> bool {
        self.is(Purpose::Answer, nonce, shown)
    }

    fn digest(&self, purpose: Purpose, nonce: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(purpose, nonce).finalize().into_bytes())
    }

    fn is(&self, purpose: Purpose, nonce: &str, shown: &str) -> bool {
        let shown = URL_SAFE_NO_PAD.decode(shown).unwrap_or_default();
        self.mac(purpose, nonce).verify_slice(&shown).is_ok()
    }

    fn mac(&self, purpose: Purpose, nonce: &str) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(match purpose {
            Purpose::Question => b"crm question ",
            Purpose::Answer => b"crm answer ",
        });
        mac.update(nonce.as_bytes());
        mac
    }
}

impl fmt::Debug for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Marker(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_good_for_one_key_one_text_and_one_purpose() {
        let (one, other) = (Marker { key: [1; 32] }, Marker { key: [2; 32] });
        let (nonce, another) = (Marker::nonce(), Marker::nonce());
        assert!(Marker::is_nonce(&nonce) && !Marker::is_nonce("short") && nonce != another);
        assert!(one.is_answer(&nonce, &one.answer(&nonce)));
        assert!(one.is_question(&nonce, &one.question(&nonce)));
        assert!(!one.is_answer(&nonce, &one.question(&nonce)));
        assert!(!one.is_answer(&another, &one.answer(&nonce)));
        assert!(!other.is_answer(&nonce, &one.answer(&nonce)));
        assert!(!one.is_answer(&nonce, ""));
    }
}
