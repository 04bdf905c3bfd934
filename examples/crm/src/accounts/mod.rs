//! [`Accounts`]: the Twilio accounts, and clients for their REST API.

use std::{collections::HashMap, sync::Arc};

use twilio_hooks::{
    AccountSid,
    client::{Client, Credentials},
};

use crate::config::Config;

/// The Twilio accounts that this server speaks for. Clones are cheap.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    clients: Arc<HashMap<AccountSid, Client>>,
}

impl Accounts {
    /// The accounts of the configuration.
    ///
    /// # Errors
    /// If the address of Twilio's API is no address.
    pub fn from_config(config: &Config) -> anyhow::Result<Self> {
        let mut clients = HashMap::new();
        for account in &config.accounts {
            let Some(token) = account.auth_tokens.first() else {
                continue;
            };
            let credentials = Credentials::auth_token(account.sid.clone(), token.expose());
            let mut builder = Client::builder(credentials);
            if let Some(url) = &config.twilio_api_url {
                builder = builder.with_base_url(url.as_str());
            }
            clients.insert(account.sid.clone(), builder.build()?);
        }
        Ok(Self {
            clients: Arc::new(clients),
        })
    }

    /// A client of this account's REST API.
    ///
    /// # Errors
    /// If nothing is known of the account.
    pub async fn client(&self, account: &AccountSid) -> Result<Client, AccountError> {
        self.clients
            .get(account)
            .cloned()
            .ok_or(AccountError::Unknown)
    }
}

/// Why there is no client of an account.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// Nothing is known of the account.
    #[error("the Twilio account is not set up here")]
    Unknown,
    /// What is known of it can't be read.
    #[error("the Twilio account can't be read")]
    Store(#[from] twilio_hooks::store::StoreError),
}
