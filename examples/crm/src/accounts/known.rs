//! [`KnownAccounts`]: the accounts of the database, opened, in memory.
//!
//! A webhook asks for the keys of its account, and must not wait for a database that is slow or gone:
//! somebody is on the phone. What was read is good for a second; then one webhook looks whether the
//! account has changed, while the others go on with what they have. If the look fails, what was good
//! last stays good. A change in this process replaces the entry before the change is answered, so the
//! next webhook sees it; other processes see it after a second.

use std::{
    collections::HashMap,
    sync::{
        Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::timeout;
use twilio_hooks::{AccountSid, client::Client, signature::AccountKeys, store::StoreError};
use uuid::Uuid;

use super::{Access, TwilioAccount};
use crate::{
    args,
    clock::Clock,
    database::Db,
    sealed::{Stored, Vault},
};

/// How long what was read is good, in microseconds.
const GOOD_FOR: i64 = 1_000_000;

/// How long the database may take. Twilio waits 15 seconds, people much less.
const PATIENCE: Duration = Duration::from_millis(800);

/// How many accounts are read at once at the start.
const BATCH: i64 = 500;

/// The accounts of the database as they were last seen.
#[derive(Debug)]
pub(super) struct KnownAccounts {
    db: Db,
    pub(super) vault: Vault,
    clock: Clock,
    entries: RwLock<HashMap<AccountSid, Arc<KnownAccount>>>,
    /// Counts the changes of this process: what was read before one is not kept after it.
    changes: AtomicU64,
}

/// An account with its keys, ready for use.
#[derive(Debug)]
pub(super) struct KnownAccount {
    pub(super) account: TwilioAccount,
    pub(super) keys: AccountKeys,
    access: Access,
    client: OnceLock<Client>,
    seen_at: AtomicI64,
    /// Held by whoever looks whether it has changed.
    turn: tokio::sync::Mutex<()>,
}

impl KnownAccount {
    pub(super) fn access(&self) -> &Access {
        &self.access
    }

    fn new(account: TwilioAccount, access: Access, now: Timestamp) -> Self {
        Self {
            keys: access.keys(&account.account_sid),
            account,
            access,
            client: OnceLock::new(),
            seen_at: AtomicI64::new(now.as_microsecond()),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// A client by the API key, or else by the token. There is one for as long as nothing changes.
    pub(super) fn client(&self, api_url: Option<&str>) -> Result<Client, StoreError> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        let client = self.access.client(&self.account.account_sid, api_url);
        let client = client.map_err(|error| StoreError::corrupt("Twilio account", error))?;
        Ok(self.client.get_or_init(|| client).clone())
    }

    /// A clock that was set back makes nothing good for longer.
    fn is_fresh(&self, now: Timestamp) -> bool {
        let age = now.as_microsecond() - self.seen_at.load(Ordering::Relaxed);
        (0..GOOD_FOR).contains(&age)
    }

    fn see(&self, now: Timestamp) {
        self.seen_at.store(now.as_microsecond(), Ordering::Relaxed);
    }
}

impl KnownAccounts {
    pub(super) fn new(db: Db, vault: Vault, clock: Clock) -> Self {
        Self {
            db,
            vault,
            clock,
            entries: RwLock::default(),
            changes: AtomicU64::new(0),
        }
    }

    /// Reads all accounts, so that their webhooks are answered even if the database goes away.
    pub(super) async fn warm_up(&self) -> Result<(), StoreError> {
        let sql =
            "select company_id, object, field, key_id, sealed, set_at, set_by_user, set_by_token
                   from secrets where (company_id, object) in (
                       select company_id, account_sid from twilio_accounts
                       where id > $1 order by id limit $2)";
        let mut after = Uuid::nil();
        loop {
            let accounts = TwilioAccount::after(&self.db, after, BATCH).await?;
            let secrets = self.vault.select(sql, args![after, BATCH]).await?;
            let Some(last) = accounts.last() else {
                return Ok(());
            };
            after = last.id;
            let mut of: HashMap<String, Vec<Stored>> = HashMap::new();
            for secret in secrets {
                of.entry(secret.object.clone()).or_default().push(secret);
            }
            for account in accounts {
                let secrets = of.remove(account.account_sid.as_str()).unwrap_or_default();
                let known = self.open(account, &secrets)?;
                let sid = known.account.account_sid.clone();
                self.write().insert(sid, Arc::new(known));
            }
        }
    }

    /// An account, as of a second ago at most if the database answers.
    pub(super) async fn get(
        &self,
        sid: &AccountSid,
    ) -> Result<Option<Arc<KnownAccount>>, StoreError> {
        let known = self.read().get(sid).cloned();
        let Some(known) = known else {
            return self.look(sid, None).await;
        };
        if known.is_fresh(self.clock.now()) {
            return Ok(Some(known));
        }
        let Ok(_turn) = known.turn.try_lock() else {
            return Ok(Some(known));
        };
        match self.look(sid, Some(&known)).await {
            Ok(found) => Ok(found),
            Err(error) => {
                tracing::warn!(
                    reason = "store",
                    error = &error as &dyn std::error::Error,
                    "a Twilio account can't be read; what was known of it stays good"
                );
                known.see(self.clock.now());
                Ok(Some(Arc::clone(&known)))
            }
        }
    }

    /// Reads an account again because this process has changed it.
    pub(super) async fn changed(&self, sid: &AccountSid) {
        {
            let entries = self.write();
            self.changes.fetch_add(1, Ordering::Relaxed);
            // Whoever still finds it looks first.
            if let Some(known) = entries.get(sid) {
                known.seen_at.store(i64::MIN / 2, Ordering::Relaxed);
            }
        }
        if let Err(error) = self.look(sid, None).await {
            tracing::warn!(
                reason = "store",
                error = &error as &dyn std::error::Error,
                "a changed Twilio account can't be read; it is tried again with its next webhook"
            );
        }
    }

    /// Forgets an account because this process has removed it.
    pub(super) fn removed(&self, sid: &AccountSid) {
        let mut entries = self.write();
        self.changes.fetch_add(1, Ordering::Relaxed);
        entries.remove(sid);
    }

    /// Reads an account, all of it only if it is not the one that is known.
    async fn look(
        &self,
        sid: &AccountSid,
        known: Option<&Arc<KnownAccount>>,
    ) -> Result<Option<Arc<KnownAccount>>, StoreError> {
        let changes = self.changes.load(Ordering::Relaxed);
        let read = timeout(PATIENCE, self.fetch(sid, known)).await;
        let found = read.map_err(|_| StoreError::backend("the database took too long"))??;
        let mut entries = self.write();
        if self.changes.load(Ordering::Relaxed) == changes {
            match &found {
                Some(found) => {
                    found.see(self.clock.now());
                    entries.insert(sid.clone(), Arc::clone(found));
                }
                None => drop(entries.remove(sid)),
            }
        }
        Ok(found)
    }

    async fn fetch(
        &self,
        sid: &AccountSid,
        known: Option<&Arc<KnownAccount>>,
    ) -> Result<Option<Arc<KnownAccount>>, StoreError> {
        let Some(account) = TwilioAccount::find(&self.db, sid).await? else {
            return Ok(None);
        };
        if let Some(known) = known {
            let same = known.account.id == account.id && known.account.revision == account.revision;
            if same {
                return Ok(Some(Arc::clone(known)));
            }
        }
        let secrets = self.vault.of(account.company, sid.as_str()).await?;
        Ok(Some(Arc::new(self.open(account, &secrets)?)))
    }

    fn open(&self, account: TwilioAccount, secrets: &[Stored]) -> Result<KnownAccount, StoreError> {
        let access = Access::open(&self.vault, secrets, &account)
            .map_err(|error| StoreError::corrupt("secret", error))?;
        Ok(KnownAccount::new(account, access, self.clock.now()))
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<AccountSid, Arc<KnownAccount>>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<AccountSid, Arc<KnownAccount>>> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}
