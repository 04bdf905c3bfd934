//! [`Vault`]: the table of sealed secrets.

use jiff::Timestamp;
use twilio_hooks::{CompanyId, UserId, store::StoreError};
use uuid::Uuid;

use super::{Keyring, Place, SealError, Sealed};
use crate::{
    api::Actor,
    args,
    database::{Arg, Db, Row, Tx},
    secret::Secret,
};

/// How many rows are opened at once.
const BATCH: i64 = 500;

/// The sealed secrets of all companies. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Vault {
    db: Db,
    keyring: Keyring,
}

/// A secret as it is stored: still sealed, with who has set it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Stored {
    /// Whose it is.
    pub company: CompanyId,
    /// What it belongs to.
    pub object: String,
    /// Which secret of that it is.
    pub field: String,
    /// The secret.
    pub sealed: Sealed,
    /// When it was set.
    pub set_at: Timestamp,
    /// The person who has set it.
    pub set_by_user: Option<UserId>,
    /// The program that has set it.
    pub set_by_token: Option<Uuid>,
}

/// Why a secret can't be stored or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The keys don't fit.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for StoreError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => error,
            VaultError::Seal(error) => Self::corrupt("secret", error),
        }
    }
}

impl Stored {
    fn place(&self) -> Place<'_> {
        Place {
            company: self.company,
            object: &self.object,
            field: &self.field,
        }
    }
}

impl Vault {
    /// The secrets of a database, and the keys to them.
    #[must_use]
    pub fn new(db: Db, keyring: Keyring) -> Self {
        Self { db, keyring }
    }

    /// Whether there is a key to store secrets with.
    #[must_use]
    pub fn can_store(&self) -> bool {
        !self.keyring.is_empty()
    }

    /// Stores a secret; one that was there is replaced.
    ///
    /// # Errors
    /// If there is no key, or the database fails.
    pub async fn put(
        &self,
        tx: &mut Tx,
        place: Place<'_>,
        secret: &Secret,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let sealed = self.keyring.seal(place, secret)?;
        let sql = "insert into secrets (company_id, object, field, key_id, sealed, set_at,
                       set_by_user, set_by_token)
                   values ($1, $2, $3, $4, $5, $6, $7, $8)
                   on conflict (company_id, object, field) do update set
                       key_id = excluded.key_id, sealed = excluded.sealed,
                       set_at = excluded.set_at, set_by_user = excluded.set_by_user,
                       set_by_token = excluded.set_by_token";
        let (user, token) = match by {
            Actor::User(user) => (Some(user), None),
            Actor::ApiToken(token) => (None, Some(token)),
            Actor::Configured | Actor::Server => (None, None),
        };
        let args = args![
            place.company,
            place.object,
            place.field,
            sealed.key_id,
            sealed.bytes,
            now,
            user,
            token,
        ];
        tx.execute(sql, args).await?;
        Ok(())
    }

    /// Removes a secret, or all of an object.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn clear(
        &self,
        tx: &mut Tx,
        company: CompanyId,
        object: &str,
        field: Option<&str>,
    ) -> Result<(), StoreError> {
        let sql = "delete from secrets
                   where company_id = $1 and object = $2 and field = coalesce($3, field)";
        tx.execute(sql, args![company, object, field]).await?;
        Ok(())
    }

    /// The secrets of an object, sealed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn of(&self, company: CompanyId, object: &str) -> Result<Vec<Stored>, StoreError> {
        let sql =
            "select company_id, object, field, key_id, sealed, set_at, set_by_user, set_by_token
                   from secrets where company_id = $1 and object = $2 order by field";
        let rows = self.db.rows(sql, args![company, object]).await?;
        rows.iter().map(stored).collect()
    }

    /// The secrets that a statement finds; it must select all columns.
    pub(crate) async fn select(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<Stored>, StoreError> {
        let rows = self.db.rows(sql, args).await?;
        rows.iter().map(stored).collect()
    }

    /// Opens a secret.
    ///
    /// # Errors
    /// If no key does.
    pub fn open(&self, stored: &Stored) -> Result<Secret, SealError> {
        self.keyring.open(stored.place(), &stored.sealed)
    }

    /// Opens every secret there is, and says how many.
    ///
    /// # Errors
    /// If one does not open, or the database fails.
    pub async fn check(&self) -> Result<u64, VaultError> {
        let sql =
            "select company_id, object, field, key_id, sealed, set_at, set_by_user, set_by_token
                   from secrets where (company_id, object, field) > ($1, $2, $3)
                   order by company_id, object, field limit $4";
        let mut after = (CompanyId::from(Uuid::nil()), String::new(), String::new());
        let mut count = 0;
        loop {
            let args = args![after.0, &after.1, &after.2, BATCH];
            let rows = self.db.rows(sql, args).await?;
            for row in &rows {
                let stored = stored(row)?;
                self.open(&stored)?;
                count += 1;
                after = (stored.company, stored.object, stored.field);
            }
            if rows.is_empty() {
                return Ok(count);
            }
        }
    }

    /// Seals with the first key what another one has sealed, and says how many secrets. Servers may
    /// be running meanwhile, if they have both keys.
    ///
    /// # Errors
    /// If a secret does not open, or the database fails. What was done before that stays done.
    pub async fn reseal(&self) -> Result<u64, VaultError> {
        let Some(first) = self.keyring.first_id() else {
            return Err(SealError::NoKey.into());
        };
        let sql =
            "select company_id, object, field, key_id, sealed, set_at, set_by_user, set_by_token
                   from secrets where key_id <> $1 limit $2";
        // A secret that was replaced meanwhile is left alone: the next look finds it.
        let update = "update secrets set key_id = $4, sealed = $5
                      where company_id = $1 and object = $2 and field = $3 and sealed = $6";
        let mut count = 0;
        loop {
            let rows = self.db.rows(sql, args![first, BATCH]).await?;
            for row in &rows {
                let stored = stored(row)?;
                let place = stored.place();
                let sealed = self.keyring.seal(place, &self.open(&stored)?)?;
                let args = args![
                    place.company,
                    place.object,
                    place.field,
                    sealed.key_id,
                    sealed.bytes,
                    stored.sealed.bytes.clone(),
                ];
                count += self.db.execute(update, args).await?;
            }
            if rows.is_empty() {
                return Ok(count);
            }
        }
    }
}

fn stored(row: &Row) -> Result<Stored, StoreError> {
    Ok(Stored {
        company: row.get("company_id")?,
        object: row.get("object")?,
        field: row.get("field")?,
        sealed: Sealed {
            key_id: row.get("key_id")?,
            bytes: row.get("sealed")?,
        },
        set_at: row.get("set_at")?,
        set_by_user: row.get("set_by_user")?,
        set_by_token: row.get("set_by_token")?,
    })
}
