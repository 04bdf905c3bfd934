//! [`Access`]: what is needed to speak with Twilio for an account.

use std::time::Duration;

use twilio_hooks::{
    AccountSid,
    client::{Client, ClientBuilder, ConfigError, Credentials, RetryPolicy},
    signature::AccountKeys,
};

use crate::{
    sealed::{SealError, Stored, Vault},
    secret::Secret,
};

/// The fields that secrets of an account are stored in.
pub(super) const AUTH_TOKEN: &str = "auth_token";
pub(super) const SECONDARY_AUTH_TOKEN: &str = "secondary_auth_token";
pub(super) const API_KEY_SECRET: &str = "api_key_secret";

/// How long one attempt may take while a person waits.
const INTERACTIVE: Duration = Duration::from_secs(4);

/// The secrets of an account, opened.
#[derive(Debug, Clone)]
pub struct Access {
    /// What Twilio signs with.
    pub auth_token: Option<Secret>,
    /// The other token, while they are being changed.
    pub secondary_auth_token: Option<Secret>,
    /// The SID of an API key, and its secret; REST requests are made with it.
    pub api_key: Option<(String, Secret)>,
    /// Where Twilio keeps the account.
    pub region: Option<String>,
    /// Where requests enter Twilio's network.
    pub edge: Option<String>,
}

impl Access {
    /// Opens what is stored.
    pub(super) fn open(
        vault: &Vault,
        secrets: &[Stored],
        account: &super::TwilioAccount,
    ) -> Result<Self, SealError> {
        let secret = |field: &str| {
            let stored = secrets.iter().find(|stored| stored.field == field);
            stored.map(|stored| vault.open(stored)).transpose()
        };
        let api_key = account.api_key_sid.clone().zip(secret(API_KEY_SECRET)?);
        Ok(Self {
            auth_token: secret(AUTH_TOKEN)?,
            secondary_auth_token: secret(SECONDARY_AUTH_TOKEN)?,
            api_key,
            region: account.region.clone(),
            edge: account.edge.clone(),
        })
    }

    /// The tokens that signatures are checked with: both, because Twilio changes from one to the
    /// other in a moment of its own.
    pub(super) fn keys(&self, account: &AccountSid) -> AccountKeys {
        let tokens = [&self.auth_token, &self.secondary_auth_token];
        let tokens = tokens.into_iter().flatten().map(Secret::expose);
        AccountKeys::new(account.clone(), tokens)
    }

    /// The client that requests are made with: by the API key, if there is one.
    pub(super) fn client(
        &self,
        account: &AccountSid,
        api_url: Option<&str>,
    ) -> Result<Client, ConfigError> {
        let credentials = match (&self.api_key, &self.auth_token) {
            (Some((sid, secret)), _) => {
                Credentials::api_key(account.clone(), sid.as_str(), secret.expose())
            }
            (None, Some(token)) => Credentials::auth_token(account.clone(), token.expose()),
            (None, None) => Credentials::auth_token(account.clone(), ""),
        };
        self.builder(credentials, api_url).build()
    }

    /// A client that gives up soon, to try credentials.
    pub(super) fn trial(
        &self,
        credentials: Credentials,
        api_url: Option<&str>,
    ) -> Result<Client, ConfigError> {
        self.builder(credentials, api_url)
            .with_retries(RetryPolicy::never())
            .with_connect_limit(INTERACTIVE)
            .with_time_limit(INTERACTIVE)
            .build()
    }

    fn builder(&self, credentials: Credentials, api_url: Option<&str>) -> ClientBuilder {
        let mut builder = Client::builder(credentials);
        if let Some(region) = &self.region {
            builder = builder.with_region(region.as_str());
        }
        if let Some(edge) = &self.edge {
            builder = builder.with_edge(edge.as_str());
        }
        match api_url {
            Some(url) => builder.with_base_url(url),
            None => builder,
        }
    }
}
