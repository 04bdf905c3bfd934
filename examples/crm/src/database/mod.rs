//! [`Database`]: the store, and the CRM's own tables beside it.
//!
//! SQLite in a file is the default, Postgres is for teams and for several servers at once. What
//! differs between them is in here; everything else sees the traits of the store, and [`Db`].

#[cfg(test)]
mod foreign_keys;
mod inspect;
mod locks;
mod migrations;
mod row;
mod settings;
mod sql;

use std::sync::Arc;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use sqlx::{PgPool, SqlitePool};
use twilio_hooks::{
    LineId,
    notify::{Bus, LocalBus},
    store::{Directory, Line, Lines, Notices, Store, StoreError},
};
use twilio_hooks_sqlx::{PgBus, PgStore, SqliteStore};

use self::migrations::{Dialect, migrator};
#[cfg(test)]
pub(crate) use self::sql::noted;
pub use self::{
    inspect::Inspection,
    locks::{lock_company, lock_line, lock_user},
    row::{Column, Row},
    settings::{Company, LineSettings, LineSettingsPatch, Settings},
    sql::{Arg, Db, Tx, is_duplicate},
};
use crate::{config::LineSeed, secret::Secret};

const OLD_STORE: &str = "the tables of the store can't be brought up to date";
const OLD_CRM: &str = "the tables of the CRM can't be brought up to date";

/// Everything that is kept.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Database {
    /// Takes webhooks.
    pub store: Arc<dyn Store>,
    /// Reads what they left.
    pub directory: Arc<dyn Directory>,
    /// Whose numbers are whose.
    pub lines: Arc<dyn Lines>,
    /// Takes what the server itself has to tell; [`crate::notices`] is the way there.
    pub notices: Arc<dyn Notices>,
    /// Companies and what lines are set to.
    pub settings: Settings,
    /// The CRM's own statements.
    pub db: Db,
    /// Carries live notifications: in this process on SQLite, to all processes on Postgres.
    pub bus: Arc<dyn Bus>,
}

impl Database {
    /// Connects and brings the tables up to date.
    ///
    /// # Errors
    /// If the URL is of no database we know, the database can't be reached, or a migration fails.
    pub async fn connect(url: &Secret) -> anyhow::Result<Self> {
        let url = url.expose();
        if url.starts_with("sqlite:") {
            Self::sqlite(url).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::postgres(url).await
        } else {
            bail!("the database URL must begin with `sqlite:` or `postgres://`")
        }
    }

    async fn sqlite(url: &str) -> anyhow::Result<Self> {
        let store = SqliteStore::connect(url)
            .await
            .context("the SQLite file can't be opened")?;
        let db = Db::Sqlite {
            reading: store.pool().clone(),
            writing: store.writing_pool().clone(),
        };
        db.inspect().await?.refuse_unknown()?;
        store.migrate().await.context(OLD_STORE)?;
        migrate_sqlite(store.pool()).await.context(OLD_CRM)?;
        Ok(Self {
            store: Arc::new(store.clone()),
            directory: Arc::new(store.clone()),
            lines: Arc::new(store.clone()),
            notices: Arc::new(store),
            settings: Settings::new(db.clone()),
            db,
            bus: Arc::new(LocalBus::new()),
        })
    }

    async fn postgres(url: &str) -> anyhow::Result<Self> {
        let store = PgStore::connect(url)
            .await
            .context("the Postgres database can't be reached")?;
        let db = Db::Postgres(store.pool().clone());
        db.inspect().await?.refuse_unknown()?;
        store.migrate().await.context(OLD_STORE)?;
        migrate_postgres(store.pool()).await.context(OLD_CRM)?;
        let bus = PgBus::connect(store.pool())
            .await
            .context("live notifications can't be listened to")?;
        Ok(Self {
            store: Arc::new(store.clone()),
            directory: Arc::new(store.clone()),
            lines: Arc::new(store.clone()),
            notices: Arc::new(store),
            settings: Settings::new(db.clone()),
            db,
            bus: Arc::new(bus),
        })
    }

    /// Asks the database for an answer.
    ///
    /// # Errors
    /// If there is none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let sql = "select id from lines limit 1";
        self.db.rows(sql, Vec::new()).await.map(drop)
    }

    /// When the oldest notification was made that is not delivered yet.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn oldest_waiting(&self) -> Result<Option<Timestamp>, StoreError> {
        let sql = "select created_at from notifications
                   where due_at is not null order by id limit 1";
        let row = self.db.row(sql, Vec::new()).await?;
        row.map(|row| row.get("created_at")).transpose()
    }

    /// Adds what the configuration has and the database lacks, and gives the companies' rows in the
    /// order of `companies`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn seed(
        &self,
        companies: &[String],
        lines: &[LineSeed],
        now: Timestamp,
    ) -> anyhow::Result<Vec<Company>> {
        let mut rows = Vec::new();
        for name in companies {
            rows.push(self.settings.add_company(name, now).await?);
        }
        for seed in lines {
            if let Some(company) = rows.iter().find(|company| company.name == seed.company) {
                self.seed_line(seed, company, now).await?;
            }
        }
        Ok(rows)
    }

    async fn seed_line(
        &self,
        seed: &LineSeed,
        company: &Company,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let new = Line::new(
            LineId::at(now),
            seed.account_sid.clone(),
            seed.number.clone(),
            company.id,
        );
        let is_same =
            |line: &Line| line.account_sid == new.account_sid && line.address == new.address;
        for other in self.settings.companies().await? {
            if let Some(line) = self
                .lines
                .lines(other.id)
                .await?
                .iter()
                .find(|line| is_same(line))
            {
                if line.company_id != company.id {
                    tracing::warn!(
                        line.id = %line.id,
                        reason = "other-company",
                        "the database says that a line of the configuration is another company's, \
                         and the database counts"
                    );
                }
                return Ok(());
            }
        }
        self.lines.put_line(&new).await?;
        let settings = LineSettings {
            greeting: seed.greeting.clone(),
            text_reply: seed.text_reply.clone(),
        };
        self.settings.add_line_settings(new.id, &settings).await?;
        Ok(())
    }
}

/// In one transaction, because another process may be doing the same.
async fn migrate_sqlite(pool: &SqlitePool) -> anyhow::Result<()> {
    let mut transaction = pool.begin_with("begin immediate").await?;
    migrator(Dialect::Sqlite)
        .run_direct(None, &mut *transaction, false)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// The migrator's lock belongs to the connection, and must not stay if this is cut short.
async fn migrate_postgres(pool: &PgPool) -> anyhow::Result<()> {
    let mut connection = pool.acquire().await?;
    connection.close_on_drop();
    migrator(Dialect::Postgres)
        .run_direct(None, &mut *connection, false)
        .await?;
    Ok(())
}
