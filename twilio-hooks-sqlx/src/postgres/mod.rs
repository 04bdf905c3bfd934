//! [`PgStore`] and [`PgBus`].

mod bus;
mod columns;
mod outbox;
mod record;

use std::{fmt, str::FromStr, time::Duration};

use sqlx::{
    Connection, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use twilio_hooks::{
    AccountSid, CallId, CallSid, CompanyId, ContactId, LineId, MessageId, MessageSid,
    NotificationId, async_trait,
    store::{
        Call, Change, Claim, Claimed, Contact, Directory, HistoryEntry, Line, Lines, Message,
        Notice, Notices, Notification, Page, PageRequest, Recorded, Recording, Settlement, Store,
        StoreError, TimelineEntry,
    },
};

pub use self::bus::PgBus;
use crate::{
    args::{Arg, Database},
    directory::{before, directory, merge, one_more},
    error::store_error,
    lines, migrate, notices,
    outbox::{due, settle},
    record::supported,
    rows::{self, columns},
};

/// A [`Store`], [`Directory`], [`Lines`] and [`Notices`] in a Postgres database (13 or newer).
///
/// Any number of processes may share the database. Recording a message, or a later report of a call,
/// is one statement in one round trip.
///
/// If the future of a write is dropped, the write may still happen.
///
/// Clones share the connections.
///
/// # Examples
/// ```no_run
/// use twilio_hooks_sqlx::PgStore;
///
/// # async fn example() -> anyhow::Result<()> {
/// let store = PgStore::connect("postgres://crm@localhost/crm").await?;
/// store.migrate().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PgStore {
    pool: PgPool,
}

/// How often a change is tried again after a failure that only time and others' writes made.
const ATTEMPTS: u32 = 10;

impl PgStore {
    /// Connects to the database that a URL such as `postgres://crm@localhost/crm` names.
    ///
    /// The pool holds up to ten connections, waits up to five seconds for a free one, and checks a
    /// connection before use only if it has been idle for a second. For other settings make a pool
    /// and hand it to [`new`](Self::new). A URL that asks for TLS needs one of sqlx's TLS features.
    ///
    /// # Errors
    /// If the URL is not one of Postgres, or nobody answers.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url).map_err(store_error)?;
        let pool = PgPoolOptions::new()
            .acquire_timeout(Duration::from_secs(5))
            // The check is a round trip of its own, as long as recording itself.
            .test_before_acquire(false)
            .before_acquire(|connection, state| {
                Box::pin(async move {
                    if state.idle_for > Duration::from_secs(1) {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options)
            .await
            .map_err(store_error)?;
        Ok(Self::new(pool))
    }

    /// A store over an existing pool.
    ///
    /// The tables are found by the connections' `search_path`, so an application with tables of the
    /// same names can give these a schema of their own. The isolation level must be Postgres'
    /// default, read committed.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Creates the tables, or brings them up to this version; does nothing the second time.
    ///
    /// What was applied is noted in `_twilio_hooks_migrations`, apart from an application's own
    /// migrations. Several processes may call this at the same time: one does it, the others wait.
    ///
    /// # Errors
    /// If the database can't be written, or its tables were changed by a newer version.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await.map_err(store_error)?;
        // The migrator's lock belongs to the connection, and must not stay if this is cut short.
        connection.close_on_drop();
        Self::migrations()
            .run_direct(None, &mut *connection, false)
            .await
            .map_err(StoreError::backend)
    }

    /// What [`migrate`](Self::migrate) applies: to see beforehand what a database lacks.
    #[must_use]
    pub fn migrations() -> Migrator {
        migrate::own(&[
            (
                "start",
                include_str!("../../migrations/postgres/0001_start.sql"),
            ),
            (
                "notices",
                include_str!("../../migrations/postgres/0002_notices.sql"),
            ),
        ])
    }

    /// The connections.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Asks the database whether it answers: for a readiness check.
    ///
    /// # Errors
    /// If it does not, or the tables are missing.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let sql = "select 1 as one from webhooks limit 1";
        let mut connection = self.pool.acquire().await.map_err(store_error)?;
        connection
            .rows(sql, Vec::new())
            .await
            .map_err(store_error)?;
        Ok(())
    }

    /// Writes what [`record`](Store::record) writes, in a transaction of the caller's: it commits
    /// with the caller's own rows, or not at all.
    ///
    /// A failure ends the transaction; begin again with a new one. Postgres breaks up deadlocks by
    /// failing one side, so several changes in one transaction may need that.
    ///
    /// # Errors
    /// If the database fails. Nothing of the transaction can be committed then.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     NotificationId, async_trait,
    ///     store::{Change, Claim, Claimed, Recorded, Settlement, Store, StoreError},
    /// };
    /// use twilio_hooks_sqlx::{PgStore, sqlx};
    ///
    /// /// Counts what each company gets, in the same transaction.
    /// #[derive(Debug)]
    /// struct CountingStore(PgStore);
    ///
    /// #[async_trait]
    /// impl Store for CountingStore {
    ///     async fn record(&self, change: &Change) -> Result<Recorded, StoreError> {
    ///         let begun = self.0.pool().begin().await;
    ///         let mut transaction = begun.map_err(StoreError::backend)?;
    ///         let recorded = self.0.record_with(&mut transaction, change).await?;
    ///         if let Some(company) = recorded.company_id {
    ///             sqlx::query("update usage set webhooks = webhooks + 1 where company_id = $1")
    ///                 .bind(company.as_uuid())
    ///                 .execute(&mut *transaction)
    ///                 .await
    ///                 .map_err(StoreError::backend)?;
    ///         }
    ///         transaction.commit().await.map_err(StoreError::backend)?;
    ///         Ok(recorded)
    ///     }
    ///
    ///     async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
    ///         self.0.claim(claim).await
    ///     }
    ///
    ///     async fn settle(
    ///         &self,
    ///         id: NotificationId,
    ///         attempt: u32,
    ///         settlement: Settlement,
    ///     ) -> Result<(), StoreError> {
    ///         self.0.settle(id, attempt, settlement).await
    ///     }
    /// }
    /// ```
    pub async fn record_with(
        &self,
        connection: &mut PgConnection,
        change: &Change,
    ) -> Result<Recorded, StoreError> {
        supported(change)?;
        let recorded = record::record_with(connection, change).await;
        recorded.map_err(store_error)
    }

    async fn record_once(&self, change: &Change) -> Result<Recorded, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        record::record(&mut connection, change).await
    }

    /// Writes what [`put_notice`](Notices::put_notice) writes, in a transaction of the caller's: it
    /// commits with the caller's own rows, or not at all.
    ///
    /// # Errors
    /// As there. After [`StoreError::NotFound`] the transaction can go on, otherwise it must be rolled
    /// back.
    pub async fn put_notice_with(
        &self,
        connection: &mut PgConnection,
        notice: &Notice,
    ) -> Result<Option<NotificationId>, StoreError> {
        let put = notices::put(connection, notice).await;
        put.map_err(store_error)?
            .map_err(|what| StoreError::NotFound { what })
    }

    async fn read<T>(
        &self,
        sql: &'static str,
        args: Vec<Arg<'_>>,
        map: impl Fn(&<PgConnection as Database>::Row) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(store_error)?;
        let found = connection.rows(sql, args).await.map_err(store_error)?;
        let found = found.iter().map(map).collect::<Result<_, _>>();
        found.map_err(store_error)
    }
}

/// Whether the same may work when tried again: others' writes came in between.
fn is_passing(error: &sqlx::Error) -> bool {
    const SERIALIZATION_FAILURE: &str = "40001";
    const DEADLOCK_DETECTED: &str = "40P01";
    // The contact that was found has been deleted meanwhile.
    const FOREIGN_KEY_VIOLATION: &str = "23503";

    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    matches!(
        code.as_deref(),
        Some(SERIALIZATION_FAILURE | DEADLOCK_DETECTED | FOREIGN_KEY_VIOLATION)
    )
}

impl fmt::Debug for PgStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for PgStore {
    async fn record(&self, change: &Change) -> Result<Recorded, StoreError> {
        supported(change)?;
        for _ in 1..ATTEMPTS {
            match self.record_once(change).await {
                Err(error) if is_passing(&error) => {}
                result => return result.map_err(store_error),
            }
        }
        self.record_once(change).await.map_err(store_error)
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(store_error)?;
        let claimed = outbox::claim(&mut connection, claim).await;
        claimed.map_err(store_error)
    }

    async fn settle(
        &self,
        id: NotificationId,
        attempt: u32,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let due = due(settlement)?;
        let mut connection = self.pool.acquire().await.map_err(store_error)?;
        let settled = settle(&mut *connection, id, attempt, due).await;
        settled.map_err(store_error)
    }
}

#[async_trait]
impl Lines for PgStore {
    async fn put_line(&self, line: &Line) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await.map_err(store_error)?;
        let put = lines::put(&mut *connection, line).await;
        put.map_err(store_error)
    }

    async fn remove_line(&self, company: CompanyId, id: LineId) -> Result<bool, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(store_error)?;
        let removed = lines::remove(&mut *connection, company, id).await;
        removed.map_err(store_error)
    }

    async fn lines(&self, company: CompanyId) -> Result<Vec<Line>, StoreError> {
        self.read(lines::OF_COMPANY, vec![Arg::id(company)], rows::line)
            .await
    }
}

#[async_trait]
impl Notices for PgStore {
    async fn put_notice(&self, notice: &Notice) -> Result<Option<NotificationId>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(store_error)?;
        self.put_notice_with(&mut connection, notice).await
    }
}

directory!(PgStore);
