//! The signature of a webhook.

mod auth_tokens;
mod error;
mod future;
mod key;
mod key_provider;
mod layer;
mod pairs;
mod pending;
mod public_url;
mod request;
mod scheme;
mod service;
mod shared_key;
mod spelling;
mod trusted_proxies;
mod verified;

pub use self::{
    auth_tokens::{AccountKeys, AuthTokens},
    error::SignatureError,
    future::ResponseFuture,
    key::{Algorithm, SigningKey},
    key_provider::{KeyError, KeyProvider},
    layer::{Mode, ValidateSignatureLayer},
    public_url::{PeerAddr, PublicUrl, PublicUrlError, RequestTarget, Scheme},
    request::{RequestView, with_body_hash},
    scheme::SignatureScheme,
    service::ValidateSignature,
    shared_key::SharedKey,
    trusted_proxies::{Cidr, CidrError, ForwardingHeaders, TrustedProxies},
    verified::{Checked, Reported, Verified, VerifiedKey},
};
