//! Secrets that are made here: sessions, invitations, tokens of programs.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::aead::Generate as _;

use crate::secret::{Secret, SecretDigest};

/// 256 random bits as a text, after `prefix`. Only its digest is kept.
pub(super) fn new_secret(prefix: &str) -> Secret {
    let bytes = <[u8; 32]>::generate();
    Secret::new(&[prefix, &URL_SAFE_NO_PAD.encode(bytes)].concat())
}

/// What is kept of a secret that somebody shows.
pub(super) fn digest(secret: &str) -> Vec<u8> {
    SecretDigest::of(secret).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_have_256_bits() {
        let (one, other) = (new_secret("crm_"), new_secret("crm_"));
        assert_ne!(one.expose(), other.expose());
        let random = one.expose().strip_prefix("crm_").unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(random).unwrap().len(), 32);
    }
}
