//! The signature of a webhook.

mod auth_tokens;
mod error;
mod key;
mod key_provider;
mod pairs;
mod request;
mod scheme;
mod shared_key;
mod spelling;
mod verified;

pub use self::{
    auth_tokens::{AccountKeys, AuthTokens},
    error::SignatureError,
    key::{Algorithm, SigningKey},
    key_provider::{KeyError, KeyProvider},
    request::{RequestView, with_body_hash},
    scheme::SignatureScheme,
    shared_key::SharedKey,
    verified::{Checked, Reported, Verified, VerifiedKey},
};
