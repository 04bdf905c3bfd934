//! Whose keys may have signed.

use super::Cause;
use crate::{
    AccountSid,
    signature::{AccountKeys, AuthTokens, RequestView, SharedKey, SigningKey, request::KeyChoice},
};

/// The keys that are at hand.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::signature) struct KnownKeys<'a>(Known<'a>);

#[derive(Debug, Clone, Copy, Default)]
enum Known<'a> {
    #[default]
    Nothing,
    Tokens(&'a AuthTokens),
    Account(&'a AccountKeys),
    Shared(&'a SharedKey),
}

/// A key that should not have signed, and what it means if it did.
#[derive(Debug)]
pub(super) struct OtherKey<'a> {
    pub(super) key: &'a SigningKey,
    pub(super) cause: Cause,
    pub(super) account_sid: Option<&'a AccountSid>,
}

/// How many keys of others are tried.
const MAX_OTHERS: usize = 64;

impl<'a> KnownKeys<'a> {
    pub(in crate::signature) fn of_tokens(tokens: &'a AuthTokens) -> Self {
        Self(Known::Tokens(tokens))
    }

    pub(in crate::signature) fn of_account(keys: &'a AccountKeys) -> Self {
        Self(Known::Account(keys))
    }

    pub(in crate::signature) fn of_shared_key(key: &'a SharedKey) -> Self {
        Self(Known::Shared(key))
    }

    /// The keys that the request should be signed with, and all others.
    pub(super) fn split(
        self,
        request: &RequestView<'_>,
    ) -> (Vec<&'a SigningKey>, Vec<OtherKey<'a>>) {
        let choice = request.key_choice();
        let tokens = match self.0 {
            Known::Nothing => return (Vec::new(), Vec::new()),
            Known::Account(keys) => return (of_account(keys).collect(), Vec::new()),
            Known::Shared(key) => return (key.key().into_iter().collect(), Vec::new()),
            Known::Tokens(tokens) => tokens,
        };
        let (account, shared_id) = match &choice {
            Ok(KeyChoice::Account(named)) => (tokens.find_account(named.as_deref()).ok(), None),
            Ok(KeyChoice::Shared(settings, _)) => (None, Some(&*settings.id)),
            Err(_) => (None, None),
        };
        let own: Vec<_> = match (account, shared_id) {
            (Some(keys), _) => of_account(keys).collect(),
            (_, Some(id)) => {
                let shared = tokens.find_shared_key(id).ok();
                shared.and_then(SharedKey::key).into_iter().collect()
            }
            _ => Vec::new(),
        };
        let own_account = account.map(AccountKeys::account_sid);
        let of_accounts = tokens
            .accounts()
            .filter(|keys| Some(keys.account_sid()) != own_account)
            .flat_map(|keys| {
                of_account(keys).map(|key| OtherKey {
                    key,
                    cause: match shared_id {
                        Some(_) => Cause::SharedKey,
                        None => Cause::OtherAccount,
                    },
                    account_sid: Some(keys.account_sid()),
                })
            });
        let shared = tokens
            .shared_keys()
            .filter(|shared| Some(shared.id()) != shared_id)
            .filter_map(SharedKey::key)
            .map(|key| OtherKey {
                key,
                cause: Cause::SharedKey,
                account_sid: None,
            });
        let others = shared.chain(of_accounts).take(MAX_OTHERS).collect();
        (own, others)
    }
}

fn of_account(keys: &AccountKeys) -> impl Iterator<Item = &SigningKey> {
    keys.keys().iter().map(|(_, key)| key)
}
