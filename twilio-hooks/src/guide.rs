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

#[cfg(test)]
mod tests {
    use crate::signature::SignatureError as E;

    #[test]
    fn every_refusal_is_in_the_table_with_its_status() {
        let table = include_str!("../docs/why-refused.md");
        // A match without a wildcard, so that a new one is not forgotten here.
        let all = [
            E::Missing,
            E::Malformed,
            E::Mismatch,
            E::BodyHash,
            E::UncoveredBody,
            E::UnknownAccount,
            E::AmbiguousAccount,
            E::UnknownSharedKey,
            E::NoKey,
            E::KeyLookup,
            E::TooLarge,
            E::Timeout,
            E::BrokenBody,
            E::MalformedUrl,
            E::MissingPeerAddr,
        ];
        for error in all {
            match error {
                E::Missing | E::Malformed | E::Mismatch | E::BodyHash | E::UncoveredBody => {}
                E::UnknownAccount | E::AmbiguousAccount | E::UnknownSharedKey => {}
                E::NoKey | E::KeyLookup | E::TooLarge | E::Timeout | E::BrokenBody => {}
                E::MalformedUrl | E::MissingPeerAddr => {}
            }
            let row = format!("| `{}` | {} |", error.code(), error.status().as_u16());
            assert!(table.contains(&row), "{row}");
        }
    }
}
