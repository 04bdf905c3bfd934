//! [`Inspection`]: which migrations a database has, without changing it.

use std::str::FromStr as _;

use anyhow::{Context as _, ensure};
use sqlx::{
    migrate::Migrator,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use twilio_hooks::store::StoreError;
use twilio_hooks_sqlx::{PgStore, SqliteStore};

use super::{
    Database, Db,
    migrations::{Dialect, migrator},
};
use crate::{args, secret::Secret};

/// How long a database may take to let a command in.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// The migrations of a database beside those of this program. Each is its number and its name; those
/// of the store, which are numbered apart, begin with `store`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspection {
    /// How many the database has.
    pub applied: usize,
    /// What it lacks.
    pub missing: Vec<String>,
    /// What this program does not know: a newer one has been here.
    pub unknown: Vec<String>,
    /// What was something else when it was applied.
    pub changed: Vec<String>,
}

impl Inspection {
    /// Goes on only if this program knows all that was done to the database.
    ///
    /// # Errors
    /// If not; the text says what to do.
    pub fn refuse_unknown(&self) -> anyhow::Result<()> {
        ensure!(
            self.unknown.is_empty(),
            "the database was brought up to date by a newer version of crm: it has {}, which this \
             version does not know. Start the newer version, or restore a backup from before",
            self.unknown.join(", ")
        );
        ensure!(
            self.changed.is_empty(),
            "the database was made by another build of crm: {} is not what it is in this one",
            self.changed.join(", ")
        );
        Ok(())
    }
}

impl Database {
    /// Opens a database as it is: nothing is created or changed.
    ///
    /// # Errors
    /// If the URL is of no database we know, or the database can't be reached.
    pub async fn open_as_it_is(url: &Secret) -> anyhow::Result<Db> {
        let url = url.expose();
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)
                .context("the database URL is no URL of SQLite")?
                .create_if_missing(false)
                .foreign_keys(true)
                .busy_timeout(PATIENCE);
            let pool = SqlitePoolOptions::new().max_connections(2);
            let pool = pool.connect_with(options).await;
            return Ok(Db::file(pool.context("the SQLite file can't be opened")?));
        }
        ensure!(
            url.starts_with("postgres://") || url.starts_with("postgresql://"),
            "the database URL must begin with `sqlite:` or `postgres://`"
        );
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(PATIENCE);
        let pool = pool.connect(url).await;
        Ok(Db::Postgres(
            pool.context("the Postgres database can't be reached")?,
        ))
    }
}

impl Db {
    /// Looks which migrations were applied.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn inspect(&self) -> Result<Inspection, StoreError> {
        let mut inspection = Inspection::default();
        let (store, own) = match self {
            Self::Sqlite { .. } => (SqliteStore::migrations(), migrator(Dialect::Sqlite)),
            Self::Postgres(_) => (PgStore::migrations(), migrator(Dialect::Postgres)),
        };
        let sql = "select version, description, checksum from _twilio_hooks_migrations
                   order by version";
        self.compare(
            "_twilio_hooks_migrations",
            sql,
            "store ",
            &store,
            &mut inspection,
        )
        .await?;
        let sql = "select version, description, checksum from _crm_migrations order by version";
        self.compare("_crm_migrations", sql, "", &own, &mut inspection)
            .await?;
        Ok(inspection)
    }

    async fn compare(
        &self,
        table: &str,
        sql: &'static str,
        prefix: &str,
        known: &Migrator,
        inspection: &mut Inspection,
    ) -> Result<(), StoreError> {
        let name = |version: i64, description: &str| format!("{prefix}{version:04}_{description}");
        let mut applied = Vec::new();
        if self.has_table(table).await? {
            for row in self.rows(sql, args![]).await? {
                let (version, description): (i64, String) =
                    (row.get("version")?, row.get("description")?);
                let checksum: Vec<u8> = row.get("checksum")?;
                let name = name(version, &description);
                match known.iter().find(|known| known.version == version) {
                    None => inspection.unknown.push(name),
                    Some(known) if *known.checksum != *checksum => inspection.changed.push(name),
                    Some(_) => {}
                }
                applied.push(version);
            }
        }
        inspection.applied += applied.len();
        let missing = known
            .iter()
            .filter(|known| !applied.contains(&known.version));
        let missing = missing.map(|known| name(known.version, &known.description));
        inspection.missing.extend(missing);
        Ok(())
    }

    async fn has_table(&self, table: &str) -> Result<bool, StoreError> {
        let sql = self.pick(
            "select name from sqlite_schema where type = 'table' and name = $1",
            "select table_name as name from information_schema.tables
             where table_schema = current_schema() and table_name = $1",
        );
        Ok(self.row(sql, args![table]).await?.is_some())
    }
}
