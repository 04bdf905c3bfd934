//! How to receive signed webhooks in practice, and what to do when they are refused.
//!
//! - [Behind a proxy](behind_a_proxy): what to tell the program about its public URL.
//! - [Rotating tokens](rotating_tokens): without losing a webhook.
//! - [Subaccounts](subaccounts): several accounts, and events that name none.
//! - [Why was my request refused?](why_refused): every code, its cause and what to do.
//!
//! The reference is [`signature`](crate::signature).

#[doc = include_str!("../docs/behind-a-proxy.md")]
pub mod behind_a_proxy {}

#[doc = include_str!("../docs/rotating-tokens.md")]
pub mod rotating_tokens {}

#[doc = include_str!("../docs/subaccounts.md")]
pub mod subaccounts {}

#[doc = include_str!("../docs/why-refused.md")]
pub mod why_refused {}
