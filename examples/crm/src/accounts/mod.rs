//! [`Accounts`]: the Twilio accounts, their keys, clients for their REST API, and their lines.
//!
//! An account is from the configuration, and then the operator's, or from the database, and then of the
//! one company that has shown its token to Twilio. `known` keeps the latter in memory, `manage`
//! changes them, `verify` asks Twilio about credentials. `lines` takes numbers into use, `webhooks`
//! says and sets where Twilio sends what comes in, `problems` and `check` notice when something is
//! wrong.

mod access;
mod available;
mod check;
mod known;
mod lines;
mod manage;
mod notice;
mod problems;
mod stored;
mod taken;
mod verify;
pub mod webhooks;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use anyhow::Context as _;
use async_trait::async_trait;
use twilio_hooks::{
    AccountSid, CompanyId,
    client::{Client, Credentials, Observer},
    signature::{AccountKeys, KeyError, KeyProvider},
    store::StoreError,
};
use uuid::Uuid;

use self::known::KnownAccounts;
pub use self::{
    access::Access,
    available::{Available, AvailableLine},
    check::CheckAccounts,
    lines::{LinePatch, NewLine, address, line_names},
    manage::{AccountPatch, ManageError, NewAccount, Removed},
    problems::{Kind, SetupProblem},
    stored::TwilioAccount,
    verify::Refused,
};
use crate::{
    clock::Clock,
    config::{Config, LineSeed},
    database::{Company, Database},
    sealed::{Vault, VaultError},
};

/// The Twilio accounts that this server speaks for. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Accounts {
    inner: Arc<Inner>,
    observer: Option<Arc<dyn Observer>>,
}

#[derive(Debug)]
struct Inner {
    configured: HashMap<AccountSid, Configured>,
    /// The lines of the configuration, which only the operator takes away.
    seeds: HashSet<(AccountSid, String)>,
    known: KnownAccounts,
    database: Database,
    clock: Clock,
    api_url: Option<String>,
    public_url: String,
    /// Another server, which Twilio calls when this one fails.
    fallback_url: Option<String>,
}

/// An account of the configuration.
#[derive(Debug)]
struct Configured {
    keys: AccountKeys,
    client: Client,
    /// The company that may take its numbers.
    company: Option<CompanyId>,
}

impl Accounts {
    /// The accounts of the configuration and of the database. `companies` are the rows of the
    /// companies of the configuration.
    ///
    /// # Errors
    /// If there are secrets in the database that no key of the configuration opens, the address of
    /// Twilio's API is no address, or the database fails.
    pub async fn open(
        config: &Config,
        database: &Database,
        companies: &[Company],
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let vault = Vault::new(database.db.clone(), config.keyring.clone());
        match vault.check().await {
            Err(VaultError::Seal(error)) => {
                return Err(anyhow::Error::new(error).context(
                    "secrets in the database can't be opened: put the key they were sealed with \
                     into `encryption_keys` (or CRM_ENCRYPTION_KEY), or the file encryption.key \
                     back into `data_dir`",
                ));
            }
            checked => checked?,
        };
        if !vault.can_store() {
            tracing::warn!(
                reason = "no-encryption-key",
                "no encryption key is configured: Twilio accounts can't be added in the settings, \
                 only those of the configuration are used"
            );
        }
        let known = KnownAccounts::new(database.db.clone(), vault, clock.clone());
        known.warm_up().await?;
        let mut configured = HashMap::new();
        for account in &config.accounts {
            if known.get(&account.sid).await?.is_some() {
                tracing::warn!(
                    account.sid = %account.sid,
                    reason = "other-account",
                    "a company has added an account of the configuration by itself, and the \
                     database counts"
                );
                continue;
            }
            let company = account.company.as_ref();
            let company = company.and_then(|name| companies.iter().find(|row| row.name == *name));
            let client = configured_client(account, config.twilio_api_url.as_deref())?;
            let tokens = account
                .auth_tokens
                .iter()
                .map(crate::secret::Secret::expose);
            let account = Configured {
                keys: AccountKeys::new(account.sid.clone(), tokens),
                client,
                company: company.map(|company| company.id),
            };
            configured.insert(account.keys.account_sid().clone(), account);
        }
        let seed = |seed: &LineSeed| (seed.account_sid.clone(), seed.number.as_str().to_owned());
        Ok(Self {
            inner: Arc::new(Inner {
                configured,
                seeds: config.lines.iter().map(seed).collect(),
                known,
                database: database.clone(),
                clock,
                api_url: config.twilio_api_url.clone(),
                public_url: config.public_url.trim_end_matches('/').to_owned(),
                fallback_url: config.fallback_url.clone(),
            }),
            observer: None,
        })
    }

    /// Every account there is, those of the configuration first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn all(&self) -> Result<Vec<AccountSid>, StoreError> {
        let mut all: Vec<_> = self.inner.configured.keys().cloned().collect();
        all.sort();
        let mut after = Uuid::nil();
        loop {
            let page = TwilioAccount::after(&self.inner.database.db, after, 500).await?;
            let Some(last) = page.last() else {
                return Ok(all);
            };
            after = last.id;
            let new = page.into_iter().map(|account| account.account_sid);
            all.extend(new.filter(|sid| !self.inner.configured.contains_key(sid)));
        }
    }

    /// A client of this account's REST API; by its API key, if it has one.
    ///
    /// # Errors
    /// If nothing is known of the account, or it can't be read.
    pub async fn client(&self, account: &AccountSid) -> Result<Client, AccountError> {
        let client = match self.inner.configured.get(account) {
            Some(configured) => configured.client.clone(),
            None => {
                let known = self.inner.known.get(account).await?;
                let known = known.ok_or(AccountError::Unknown)?;
                known.client(self.inner.api_url.as_deref())?
            }
        };
        Ok(match &self.observer {
            Some(observer) => client.with_observer(observer.clone()),
            None => client,
        })
    }

    /// Tells `observer` how the requests of all clients went.
    #[must_use]
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Whether secrets can be stored, so that companies can add accounts.
    #[must_use]
    pub fn can_store(&self) -> bool {
        self.vault().can_store()
    }

    /// Where companies may take numbers from: their own accounts, and those that the configuration
    /// gives them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn of_company(&self, company: CompanyId) -> Result<Vec<AccountSid>, StoreError> {
        let db = &self.inner.database.db;
        let stored = TwilioAccount::of_company(db, company).await?;
        let configured = self.inner.configured.iter();
        let configured = configured
            .filter(|(_, account)| account.company == Some(company))
            .map(|(sid, _)| sid.clone());
        let mut accounts: Vec<_> = configured.collect();
        accounts.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        accounts.extend(stored.into_iter().map(|account| account.account_sid));
        Ok(accounts)
    }

    /// The company that may take numbers of an account, if it is of one company alone.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn company_of(&self, account: &AccountSid) -> Result<Option<CompanyId>, StoreError> {
        if let Some(configured) = self.inner.configured.get(account) {
            return Ok(configured.company);
        }
        // Strangers write what they like; the database is asked for what can be an account only.
        if !account.is_well_formed() {
            return Ok(None);
        }
        let known = self.inner.known.get(account).await?;
        Ok(known.map(|known| known.account.company))
    }

    /// The accounts that whoever runs the server can give numbers of to a company: the company's own,
    /// and those of the configuration that are nobody's alone.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn open_to(&self, company: CompanyId) -> Result<Vec<AccountSid>, StoreError> {
        let mut accounts = self.of_company(company).await?;
        let shared = self.configured().filter(|(_, owner)| owner.is_none());
        let mut shared: Vec<_> = shared.map(|(sid, _)| sid.clone()).collect();
        shared.sort();
        accounts.extend(shared);
        Ok(accounts)
    }

    /// What is wrong with the credentials of a company's account, if anything is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn problem_of(
        &self,
        company: CompanyId,
        sid: &str,
    ) -> Result<Option<String>, StoreError> {
        let db = &self.inner.database.db;
        for kind in [Kind::CredentialsRefused, Kind::AccountStopped] {
            if let Some(problem) = SetupProblem::find(db, company, kind, sid).await? {
                return Ok(Some(problem.sentence));
            }
        }
        Ok(None)
    }

    /// The SIDs of the configuration's accounts.
    fn configured(&self) -> impl Iterator<Item = (&AccountSid, Option<CompanyId>)> {
        let configured = self.inner.configured.iter();
        configured.map(|(sid, account)| (sid, account.company))
    }

    fn vault(&self) -> &Vault {
        &self.inner.known.vault
    }
}

fn configured_client(
    account: &crate::config::Account,
    api_url: Option<&str>,
) -> anyhow::Result<Client> {
    let token = account.auth_tokens.first();
    let token = token.with_context(|| format!("the account {} has no token", account.sid))?;
    let credentials = Credentials::auth_token(account.sid.clone(), token.expose());
    let builder = Client::builder(credentials);
    let builder = match api_url {
        Some(url) => builder.with_base_url(url),
        None => builder,
    };
    Ok(builder.build()?)
}

#[async_trait]
impl KeyProvider for Accounts {
    async fn account_keys(
        &self,
        account_sid: Option<&AccountSid>,
    ) -> Result<AccountKeys, KeyError> {
        let sid = account_sid.ok_or(KeyError::UnknownAccount)?;
        if let Some(configured) = self.inner.configured.get(sid) {
            return Ok(configured.keys.clone());
        }
        // Strangers write what they like; the database is asked for what can be an account only.
        if !sid.is_well_formed() {
            return Err(KeyError::UnknownAccount);
        }
        match self.inner.known.get(sid).await {
            Ok(Some(known)) if known.keys.is_empty() => Err(KeyError::NoKey),
            Ok(Some(known)) => Ok(known.keys.clone()),
            Ok(None) => Err(KeyError::UnknownAccount),
            Err(error) => Err(KeyError::lookup(error)),
        }
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
    Store(#[from] StoreError),
}
