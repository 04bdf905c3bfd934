//! Secrets at rest: what the database keeps of them can be read with a key of the configuration only.
//!
//! A [`Keyring`] seals a text for a [`Place`] (whose it is, what it belongs to, which field) with
//! XChaCha20-Poly1305: moved to any other place it does not open. The [`Vault`] is the table. Without a
//! key nothing is stored; there is no plain text to fall back to.

mod keyring;
mod vault;

pub use self::{
    keyring::{Keyring, Place, SealError, Sealed},
    vault::{Stored, Vault, VaultError},
};
