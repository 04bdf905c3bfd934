//! Lets only Twilio in: the signature of a webhook, and the tower layer that checks it.
//!
//! Anybody can send a POST request to a public URL. What tells Twilio's apart is the header
//! `X-Twilio-Signature`: an HMAC with the account's auth token over the URL that was requested and
//! every form parameter. [Twilio's documentation][docs] describes the scheme.
//!
//! [`ValidateSignatureLayer`] checks it in front of any tower service, axum's router included. A
//! good request goes on with [`Verified`] in its extensions, which holds the account and the
//! parameters and cannot be made without a check. Any other is refused: with 403 if the signature
//! does not fit, see [`SignatureError`] for the rest.
//!
//! # Examples
//! A whole service, and a test that plays Twilio:
//! ```
//! use std::convert::Infallible;
//!
//! use bytes::Bytes;
//! use http::{Request, Response, StatusCode};
//! use http_body_util::Full;
//! use tower::{ServiceBuilder, ServiceExt};
//! use twilio_hooks::{
//!     Params,
//!     signature::{AuthTokens, PublicUrl, SignatureError, SigningKey, ValidateSignatureLayer, Verified},
//! };
//!
//! const ACCOUNT: &str = "AC000000000000000000000000000000a1";
//! const TOKEN: &str = "0123456789abcdef0123456789abcdef";
//!
//! async fn hello(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     let verified = request.extensions().get::<Verified>().expect("the layer is in front");
//!     let from = verified.params().get("From").unwrap_or("nobody");
//!     Ok(Response::new(Full::from(format!("hello {from}"))))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let layer = ValidateSignatureLayer::new(
//!     PublicUrl::fixed("https://crm.example.com")?,
//!     AuthTokens::single(ACCOUNT, TOKEN),
//! );
//! let service = ServiceBuilder::new().layer(layer).service_fn(hello);
//!
//! // Twilio signs the URL and the parameters.
//! let form = format!("AccountSid={ACCOUNT}&From=%2B12025550143&Body=hi");
//! let key = SigningKey::auth_token(TOKEN.to_owned()).expect("a token");
//! let signature = key.sign(
//!     "https://crm.example.com/sms",
//!     &Params::from_form(form.as_bytes()),
//! );
//! let webhook = |body: String| {
//!     Request::post("/sms")
//!         .header("Content-Type", "application/x-www-form-urlencoded")
//!         .header("X-Twilio-Signature", &signature)
//!         .body(Full::<Bytes>::from(body))
//! };
//!
//! let response = service.clone().oneshot(webhook(form.clone())?).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//!
//! let response = service.oneshot(webhook(form.replace("0143", "0144"))?).await?;
//! assert_eq!(response.status(), StatusCode::FORBIDDEN);
//! assert_eq!(response.extensions().get(), Some(&SignatureError::Mismatch));
//! # Ok(())
//! # }
//! ```
//! With axum the layer goes around a router as it is: `Router::new().route(…).layer(layer)`. A
//! service that wants a body type of its own gets it with
//! `.map_request(|request: Request<Full<Bytes>>| request.map(Body::new))` inside the layer. Without
//! tower, [`SignatureScheme::verify`] is the check by itself.
//!
//! # What is checked
//! - A form is covered by its parameters: every distinct pair, sorted. A repeated name with another
//!   value is part of it, so nobody can append one.
//! - Any other body is covered by `bodySHA256` in the query string, which is the hash of the body.
//! - A body that neither covers is refused, whatever the method and content type: that the URL was
//!   signed says nothing about it. The method itself is not signed and not restricted.
//! - An upgrade to a WebSocket is checked with its `wss` URL before it happens.
//! - The services of Twilio do not agree on whether the port is signed, and on a few details more;
//!   [`SignatureScheme`] tells which spellings are tried.
//!
//! # Deployment
//! The [guide](crate::guide) has more on each of these.
//!
//! ## Behind a proxy
//! Most refusals of genuine requests come from a URL that the proxy changed. Configure it:
//! [`PublicUrl::fixed`] needs nothing from the proxy and is right for nearly everybody. Forwarding
//! headers are read only from [proxies you list](PublicUrl::forwarded). Start with
//! [`Mode::ReportOnly`] if in doubt: the log then names the URL that was tried. Routers that nest
//! others change the URI; give the layer the [`RequestTarget`]. [`Diagnose`] finds out
//! [why a request was refused](crate::guide::why_refused).
//!
//! ## Tokens
//! Only the primary auth token signs, and promoting the secondary one takes effect at once. List
//! both in [`AuthTokens`] before, and remove the old one after. API keys never sign webhooks. With
//! tokens in a database, implement [`KeyProvider`].
//!
//! A subaccount signs with its own token. Give each account its own entry: the `AccountSid` of a
//! request chooses the key, and nothing signed by one account is taken for another. JSON events name
//! no account: [the route says whose they are](ValidateSignatureLayer::with_account). Tokens are per
//! [region](https://www.twilio.com/docs/global-infrastructure).
//!
//! ## Replays
//! Neither time nor a counter is signed, so a request that somebody recorded stays valid until the
//! token changes, for that URL. Names and values are joined without separators, so such a request
//! can even be cut anew between them. Therefore:
//! - serve webhooks over TLS only, and log neither signatures nor bodies (this crate does not);
//! - make handlers idempotent by message, call or recording SID, which honest repeats need anyway;
//! - do not share an auth token between environments.
//!
//! A [`ReplayGuard`] tells or drops repeated requests, if you want to know of them.
//!
//! ## Load
//! Headers are checked before the body is read. A refused request costs some hashes over its body,
//! a handful for each token of the account; the [body limit](ValidateSignatureLayer::with_body_limit)
//! bounds them. Looking for the cause of a refusal, if it is turned on, has
//! [bounds of its own](Diagnose#cost).
//!
//! [docs]: https://www.twilio.com/docs/usage/security#validating-requests

mod auth_tokens;
mod diagnosis;
mod error;
mod future;
mod in_time;
mod key;
mod key_provider;
mod layer;
mod memory_replay_guard;
mod pairs;
mod pending;
mod public_url;
mod replay;
mod request;
mod scheme;
mod service;
mod shared_key;
mod spelling;
mod trusted_proxies;
mod verified;

pub use self::{
    auth_tokens::{AccountKeys, AuthTokens},
    diagnosis::{Cause, Diagnose, Diagnosis},
    error::SignatureError,
    future::ResponseFuture,
    key::{Algorithm, SigningKey},
    key_provider::{KeyError, KeyProvider},
    layer::{Mode, ValidateSignatureLayer},
    memory_replay_guard::MemoryReplayGuard,
    public_url::{PeerAddr, PublicUrl, PublicUrlError, RequestTarget, Scheme},
    replay::{Delivery, OnRepeat, ReplayGuard, Seen},
    request::{RequestView, with_body_hash},
    scheme::SignatureScheme,
    service::ValidateSignature,
    shared_key::SharedKey,
    trusted_proxies::{Cidr, CidrError, ForwardingHeaders, TrustedProxies},
    verified::{Checked, NamedAccount, Reported, Verified, VerifiedKey},
};
