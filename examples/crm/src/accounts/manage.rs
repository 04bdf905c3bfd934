//! Adding, changing and removing the accounts of companies.

use serde_json::json;
use twilio_hooks::{AccountSid, CompanyId, HistoryId, store::StoreError};
use uuid::Uuid;

use super::{
    Access, Accounts, Refused, TwilioAccount,
    access::{API_KEY_SECRET, AUTH_TOKEN, SECONDARY_AUTH_TOKEN},
    problems, taken,
    verify::{Trials, is_accepted, verify},
};
use crate::{
    api::Caller,
    args,
    database::Tx,
    people::audit,
    sealed::{Place, SealError, Stored, VaultError},
    secret::Secret,
};

/// An account to add.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// `AC…`.
    pub account_sid: AccountSid,
    /// What people call it; unless set, what Twilio calls it.
    pub friendly_name: Option<String>,
    /// The secrets, and where Twilio keeps the account.
    pub access: Access,
}

/// A change of an account: an outer `None` leaves things as they are.
#[derive(Debug, Clone, Default)]
pub struct AccountPatch {
    /// What people call it.
    pub friendly_name: Option<Option<String>>,
    /// A token that takes the place of the primary one.
    pub auth_token: Option<Secret>,
    /// The token that Twilio will change to, or `Some(None)` to forget it.
    pub secondary_auth_token: Option<Option<Secret>>,
    /// An API key and its secret, or `Some(None)` for none.
    pub api_key: Option<Option<(String, Secret)>>,
    /// Where Twilio keeps it.
    pub region: Option<Option<String>>,
    /// Where requests enter Twilio's network.
    pub edge: Option<Option<String>>,
    /// Twilio has changed to the secondary token: it becomes the primary one here as well, and the old
    /// one is forgotten.
    pub promote: bool,
}

/// What was removed.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Removed {
    /// How many lines.
    pub lines: usize,
    /// The addresses of those whose webhooks could not be put back.
    pub not_released: Vec<String>,
}

/// Why an account could not be added, changed or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManageError {
    /// There is no such account in the company.
    #[error("there is no such account")]
    NotFound,
    /// Secrets can't be stored.
    #[error("this server can't store secrets")]
    NoKey,
    /// Twilio does not agree.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It does not go with how things are; the text says why.
    #[error("{0}")]
    Conflict(&'static str),
    /// The database fails, or a secret does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for ManageError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Seal(SealError::NoKey) => Self::NoKey,
            error => Self::Store(error.into()),
        }
    }
}

const TAKEN: &str = "this Twilio account is set up on this server already";
const MEANWHILE: &str = "somebody else has changed the account meanwhile; load it again";

impl Accounts {
    /// Adds an account to the caller's company, once Twilio has accepted all its credentials.
    ///
    /// # Errors
    /// If Twilio does not accept them, the account is set up already, there is no key to seal with, or
    /// the database fails.
    pub async fn add(
        &self,
        caller: &Caller,
        new: NewAccount,
    ) -> Result<TwilioAccount, ManageError> {
        if !self.can_store() {
            return Err(ManageError::NoKey);
        }
        let NewAccount {
            account_sid,
            friendly_name,
            access,
        } = new;
        let trials = Trials {
            auth_token: true,
            secondary_auth_token: true,
            api_key: true,
        };
        let seen = verify(&account_sid, &access, self.inner.api_url.as_deref(), trials).await?;
        // Only now: who can't show a token must not learn which accounts there are.
        if self.inner.configured.contains_key(&account_sid) {
            return Err(ManageError::Conflict(TAKEN));
        }
        let now = self.inner.clock.now();
        let account = TwilioAccount {
            id: HistoryId::at(now).into(),
            company: caller.company,
            account_sid,
            friendly_name: friendly_name.or(seen.and_then(|account| account.friendly_name)),
            api_key_sid: access.api_key.as_ref().map(|(sid, _)| sid.clone()),
            region: access.region.clone(),
            edge: access.edge.clone(),
            created_at: now,
            verified_at: now,
            revision: 1,
        };
        let mut tx = self.inner.database.db.begin().await?;
        if !account.insert(&mut tx).await? {
            return Err(ManageError::Conflict(TAKEN));
        }
        for (field, secret) in secrets(&access) {
            self.seal(&mut tx, caller, &account, field, secret).await?;
        }
        let details = json!({
            "account_sid": account.account_sid,
            "fields": secrets(&access).map(|(field, _)| field).collect::<Vec<_>>(),
        });
        let object = ("twilio_account", account.id);
        audit(
            &mut tx,
            caller,
            "twilio_account.added",
            Some(object),
            details,
        )
        .await?;
        tx.commit().await?;
        self.inner.known.changed(&account.account_sid).await;
        Ok(account)
    }

    /// Changes an account of the caller's company, once Twilio has accepted what is new.
    ///
    /// # Errors
    /// As for [`add`](Self::add); and if there is no such account, or somebody else has changed it
    /// meanwhile.
    pub async fn change(
        &self,
        caller: &Caller,
        id: Uuid,
        patch: AccountPatch,
    ) -> Result<TwilioAccount, ManageError> {
        let db = &self.inner.database.db;
        let account = TwilioAccount::get(db, caller.company, id).await?;
        let mut account = account.ok_or(ManageError::NotFound)?;
        let sid = account.account_sid.clone();
        let stored = self.vault().of(caller.company, sid.as_str()).await?;
        let before = Access::open(self.vault(), &stored, &account)
            .map_err(|error| StoreError::corrupt("secret", error))?;
        let after = self.patched(&sid, &before, &patch).await?;

        let moved = after.region != before.region || after.edge != before.edge;
        let trials = Trials {
            auth_token: moved || patch.auth_token.is_some(),
            secondary_auth_token: moved || matches!(patch.secondary_auth_token, Some(Some(_))),
            api_key: moved || matches!(patch.api_key, Some(Some(_))),
        };
        verify(&sid, &after, self.inner.api_url.as_deref(), trials).await?;
        let now = self.inner.clock.now();
        if trials.auth_token || trials.secondary_auth_token || trials.api_key || patch.promote {
            account.verified_at = now;
        }
        if let Some(name) = &patch.friendly_name {
            account.friendly_name.clone_from(name);
        }
        account.api_key_sid = after.api_key.as_ref().map(|(sid, _)| sid.clone());
        account.region.clone_from(&after.region);
        account.edge.clone_from(&after.edge);

        let mut tx = db.begin().await?;
        if !account.update(&mut tx).await? {
            return Err(ManageError::Conflict(MEANWHILE));
        }
        account.revision += 1;
        let (was, is) = (fields(&before), fields(&after));
        let mut changed = Vec::new();
        for ((field, was), (_, is)) in was.into_iter().zip(is) {
            match (was, is) {
                (was, Some(is)) if was.map(Secret::expose) != Some(is.expose()) => {
                    self.seal(&mut tx, caller, &account, field, is).await?;
                    changed.push(field);
                }
                (Some(_), None) => {
                    let vault = self.vault();
                    vault
                        .clear(&mut tx, caller.company, sid.as_str(), Some(field))
                        .await?;
                    changed.push(field);
                }
                _ => {}
            }
        }
        let details = json!({
            "account_sid": sid,
            "fields": changed,
            "promoted": patch.promote,
            "api_key": account.api_key_sid.is_some(),
            "region": account.region,
            "edge": account.edge,
        });
        let object = ("twilio_account", account.id);
        audit(
            &mut tx,
            caller,
            "twilio_account.changed",
            Some(object),
            details,
        )
        .await?;
        tx.commit().await?;
        self.inner.known.changed(&sid).await;
        Ok(account)
    }

    /// What the credentials are after a change.
    async fn patched(
        &self,
        sid: &AccountSid,
        before: &Access,
        patch: &AccountPatch,
    ) -> Result<Access, ManageError> {
        let mut after = before.clone();
        if let Some(region) = &patch.region {
            after.region.clone_from(region);
        }
        if let Some(edge) = &patch.edge {
            after.edge.clone_from(edge);
        }
        if let Some(token) = &patch.auth_token {
            after.auth_token = Some(token.clone());
        }
        if let Some(token) = &patch.secondary_auth_token {
            after.secondary_auth_token.clone_from(token);
        }
        if let Some(key) = &patch.api_key {
            after.api_key.clone_from(key);
        }
        if patch.promote {
            let next = after.secondary_auth_token.take();
            let next = next.ok_or(ManageError::Conflict(
                "there is no secondary token to promote",
            ))?;
            // Twilio signs with its primary token: forgetting that one would refuse every webhook.
            if let Some(old) = &before.auth_token {
                let api_url = self.inner.api_url.as_deref();
                if is_accepted(sid, before, api_url, old).await? {
                    return Err(ManageError::Conflict(
                        "Twilio still accepts the old token: promote the secondary one in Twilio's \
                         console first, then here",
                    ));
                }
            }
            after.auth_token = Some(next);
        }
        Ok(after)
    }

    /// Removes an account of the caller's company. With `release` its lines go as well, after what was
    /// set at Twilio before has been put back; what came over them stays.
    ///
    /// # Errors
    /// If there is no such account, it has lines and they are not to be released, or the database
    /// fails.
    pub async fn remove(
        &self,
        caller: &Caller,
        id: Uuid,
        release: bool,
    ) -> Result<Removed, ManageError> {
        let db = &self.inner.database.db;
        let account = TwilioAccount::get(db, caller.company, id).await?;
        let account = account.ok_or(ManageError::NotFound)?;
        let sid = &account.account_sid;
        let mut removed = Removed::default();
        if release {
            let lines = self.inner.database.lines.lines(caller.company).await?;
            for line in lines.into_iter().filter(|line| line.account_sid == *sid) {
                self.try_release(caller, &line, &mut removed).await;
                if self.forget_line(caller, &line).await? {
                    removed.lines += 1;
                }
            }
        }
        let mut tx = db.begin().await?;
        if !TwilioAccount::hold(&mut tx, caller.company, sid).await? {
            return Err(ManageError::NotFound);
        }
        if count_lines(&mut tx, caller.company, sid).await? > 0 {
            return Err(ManageError::Conflict(
                "lines use this account: remove them first, or add `?release=true`",
            ));
        }
        let vault = self.vault();
        taken::forget_all(&mut tx, vault, caller.company, sid).await?;
        vault
            .clear(&mut tx, caller.company, sid.as_str(), None)
            .await?;
        TwilioAccount::delete(&mut tx, caller.company, id).await?;
        let details = json!({"account_sid": sid, "lines": removed.lines});
        let now = self.inner.clock.now();
        problems::resolve_all(&mut tx, caller.company, sid.as_str(), now).await?;
        let object = ("twilio_account", id);
        audit(
            &mut tx,
            caller,
            "twilio_account.removed",
            Some(object),
            details,
        )
        .await?;
        tx.commit().await?;
        self.inner.known.removed(sid);
        Ok(removed)
    }

    /// The secrets of an account as they are stored, for who asks when they were set and by whom.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stored_secrets(&self, account: &TwilioAccount) -> Result<Vec<Stored>, StoreError> {
        let sid = account.account_sid.as_str();
        self.vault().of(account.company, sid).await
    }

    async fn seal(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        account: &TwilioAccount,
        field: &str,
        secret: &Secret,
    ) -> Result<(), VaultError> {
        let place = Place {
            company: account.company,
            object: account.account_sid.as_str(),
            field,
        };
        let now = self.inner.clock.now();
        self.vault().put(tx, place, secret, caller.actor, now).await
    }
}

async fn count_lines(tx: &mut Tx, company: CompanyId, sid: &AccountSid) -> Result<i64, StoreError> {
    let sql = "select count(*) as lines from lines where company_id = $1 and account_sid = $2";
    let row = tx.row(sql, args![company, sid.as_str()]).await?;
    row.map_or(Ok(0), |row| row.get("lines"))
}

/// The secrets by their fields.
fn fields(access: &Access) -> [(&'static str, Option<&Secret>); 3] {
    let key = access.api_key.as_ref().map(|(_, secret)| secret);
    [
        (AUTH_TOKEN, access.auth_token.as_ref()),
        (SECONDARY_AUTH_TOKEN, access.secondary_auth_token.as_ref()),
        (API_KEY_SECRET, key),
    ]
}

fn secrets(access: &Access) -> impl Iterator<Item = (&'static str, &Secret)> {
    fields(access)
        .into_iter()
        .filter_map(|(field, secret)| Some((field, secret?)))
}
