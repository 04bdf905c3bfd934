//! [`SqliteStore`]: everything in one file.

mod columns;
mod outbox;
#[cfg(test)]
mod plans;
mod record;
mod writer;

use std::{fmt, str::FromStr, time::Duration};

use sqlx::{
    SqliteConnection, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
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

use self::writer::{
    Claiming, PutLine, PutNotice, Recording as RecordingOf, RemoveLine, Settling, Writer,
};
use crate::{
    args::{Arg, Database},
    directory::{before, directory, merge, one_more},
    error::store_error,
    lines, migrate, notices,
    outbox::due,
    record::supported,
    rows::{self, columns},
};

/// A [`Store`], [`Directory`], [`Lines`] and [`Notices`] in a SQLite file.
///
/// All writes go through one task, which commits what has come together while it was busy at once:
/// many webhooks share one flush to disk, and a lone one waits for nobody. When a write returns `Ok`,
/// it survives a power cut. Reads have connections of their own and never wait for writes. Other
/// processes may use the file at the same time.
///
/// If the future of a write is dropped, the write may still happen.
///
/// Clones share the task and the connections.
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     CompanyId, LineId,
///     store::{Change, Direction, Interaction, Line, Lines, MessageChange, Outcome, Store},
/// };
/// use twilio_hooks_sqlx::SqliteStore;
///
/// # #[tokio::main]
/// # async fn main() -> anyhow::Result<()> {
/// let store = SqliteStore::connect("sqlite::memory:").await?;
/// store.migrate().await?;
///
/// let now = jiff::Timestamp::now();
/// let account = "AC00000000000000000000000000000001";
/// let line = Line::new(LineId::at(now), account, "+12025550187", CompanyId::at(now));
/// store.put_line(&line).await?;
///
/// let message = MessageChange::new("SM00000000000000000000000000000001", Direction::Inbound)
///     .with_parties("+12025550143", "+12025550187")
///     .with_body("Hello");
/// let change = Change::new(account, Interaction::Message(message), now);
/// let recorded = store.record(&change).await?;
/// assert_eq!(recorded.outcome, Outcome::Created);
/// assert_eq!(recorded.company_id, Some(line.company_id));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
    writing: SqlitePool,
    writer: Writer,
}

/// How long a write waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

impl SqliteStore {
    /// Opens the file that a URL such as `sqlite://crm.db` names, and creates it if it is not there.
    ///
    /// The settings are those of [`options`](Self::options), with up to six connections for reads.
    /// `sqlite::memory:` is a database in memory that ends with the store.
    ///
    /// # Errors
    /// If the URL is not one of SQLite, or the file can't be opened.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = Self::options(url)?;
        if url.contains(":memory:") || url.contains("mode=memory") {
            // It lives as long as its only connection.
            let pool = SqlitePoolOptions::new()
                .min_connections(1)
                .max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_with(options)
                .await
                .map_err(store_error)?;
            return Ok(Self::new(pool));
        }
        Self::connect_with(options).await
    }

    /// The settings that [`connect`](Self::connect) uses, to change before
    /// [`connect_with`](Self::connect_with).
    ///
    /// - journal mode WAL: reads and the writer don't wait for each other;
    /// - synchronous FULL: what is committed survives a power cut;
    /// - foreign keys are checked;
    /// - five seconds of patience while another process writes.
    ///
    /// # Errors
    /// If the URL is not one of SQLite.
    ///
    /// # Examples
    /// Faster, and a power cut may take the last commits with it (a crash of the program does not):
    /// ```
    /// use twilio_hooks_sqlx::{SqliteStore, sqlx::sqlite::SqliteSynchronous};
    ///
    /// # #[tokio::main]
    /// # async fn main() -> anyhow::Result<()> {
    /// # let directory = twilio_hooks_tests::TempDir::new();
    /// # let url = format!("sqlite://{}", directory.path().join("crm.db").display());
    /// let options = SqliteStore::options(&url)?.synchronous(SqliteSynchronous::Normal);
    /// let store = SqliteStore::connect_with(options).await?;
    /// store.migrate().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
        let options = SqliteConnectOptions::from_str(url).map_err(store_error)?;
        Ok(options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE))
    }

    /// Opens a file with settings of your own.
    ///
    /// # Errors
    /// If the file can't be opened.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn connect_with(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        // Its one connection stays open. Whoever wants to write waits in a queue for it, which is
        // fairer and quicker than asking SQLite for the lock again and again.
        let writing = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await
            .map_err(store_error)?;
        let pool = SqlitePoolOptions::new()
            .max_connections(6)
            .connect_with(options)
            .await
            .map_err(store_error)?;
        Ok(Self {
            pool,
            writer: Writer::start(writing.clone()),
            writing,
        })
    }

    /// A store over an existing pool, for reads and for the writer, which takes one connection while
    /// it has something to do.
    ///
    /// The pool's settings count. Those of [`options`](Self::options) are recommended; without
    /// foreign keys and a durable journal the store can't keep its promises.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn new(pool: SqlitePool) -> Self {
        Self {
            writer: Writer::start(pool.clone()),
            writing: pool.clone(),
            pool,
        }
    }

    /// Creates the tables, or brings them up to this version; does nothing the second time.
    ///
    /// What was applied is noted in `_twilio_hooks_migrations`, apart from an application's own
    /// migrations. Several processes may call this at the same time.
    ///
    /// # Errors
    /// If the database can't be written, or its tables were changed by a newer version.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        // sqlx takes no lock on SQLite, and two processes could both find the table missing.
        let mut transaction = self
            .pool
            .begin_with("begin immediate")
            .await
            .map_err(store_error)?;
        Self::migrations()
            .run_direct(None, &mut *transaction, false)
            .await
            .map_err(StoreError::backend)?;
        transaction.commit().await.map_err(store_error)
    }

    /// What [`migrate`](Self::migrate) applies: to see beforehand what a database lacks.
    #[must_use]
    pub fn migrations() -> Migrator {
        migrate::own(&[
            (
                "start",
                include_str!("../../migrations/sqlite/0001_start.sql"),
            ),
            (
                "notices",
                include_str!("../../migrations/sqlite/0002_notices.sql"),
            ),
        ])
    }

    /// The pool that reads.
    #[must_use]
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// The pool that writes. If the store has opened the file itself, this has one connection, which it
    /// shares with the store's own writes: a transaction of yours that begins here waits for its turn
    /// in a queue. Hold it for as short as you can, and do not wait for the store in it: the store
    /// waits for you.
    #[must_use]
    pub fn writing_pool(&self) -> &SqlitePool {
        &self.writing
    }

    /// Asks the database whether it answers: for a readiness check.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let sql = "select 1 from webhooks limit 1";
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
    /// Begin the transaction with `begin immediate` (a plain `begin` may fail when somebody else
    /// writes at the same time), and roll it back if this fails. Such a transaction is not grouped
    /// with others.
    ///
    /// # Errors
    /// If the database fails. The transaction must be rolled back then.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     NotificationId, async_trait,
    ///     store::{Change, Claim, Claimed, Recorded, Settlement, Store, StoreError},
    /// };
    /// use twilio_hooks_sqlx::{SqliteStore, sqlx};
    ///
    /// /// Counts what each company gets, in the same transaction.
    /// #[derive(Debug)]
    /// struct CountingStore(SqliteStore);
    ///
    /// #[async_trait]
    /// impl Store for CountingStore {
    ///     async fn record(&self, change: &Change) -> Result<Recorded, StoreError> {
    ///         let pool = self.0.writing_pool();
    ///         let begun = pool.begin_with("begin immediate").await;
    ///         let mut transaction = begun.map_err(StoreError::backend)?;
    ///         let recorded = self.0.record_with(&mut transaction, change).await?;
    ///         if let Some(company) = recorded.company_id {
    ///             sqlx::query("update usage set webhooks = webhooks + 1 where company_id = $1")
    ///                 .bind(company.to_string())
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
        connection: &mut SqliteConnection,
        change: &Change,
    ) -> Result<Recorded, StoreError> {
        supported(change)?;
        record::record(connection, change)
            .await
            .map_err(store_error)
    }

    /// Writes what [`put_notice`](Notices::put_notice) writes, in a transaction of the caller's: it
    /// commits with the caller's own rows, or not at all.
    ///
    /// # Errors
    /// As there. After [`StoreError::NotFound`] the transaction can go on, otherwise it must be rolled
    /// back.
    pub async fn put_notice_with(
        &self,
        connection: &mut SqliteConnection,
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
        map: impl Fn(&<SqliteConnection as Database>::Row) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(store_error)?;
        let found = connection.rows(sql, args).await.map_err(store_error)?;
        found
            .iter()
            .map(map)
            .collect::<Result<_, _>>()
            .map_err(store_error)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn record(&self, change: &Change) -> Result<Recorded, StoreError> {
        supported(change)?;
        self.writer.write(RecordingOf(change.clone())).await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        self.writer.write(Claiming(claim)).await
    }

    async fn settle(
        &self,
        id: NotificationId,
        attempt: u32,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let settling = Settling {
            id,
            attempt,
            due: due(settlement)?,
        };
        self.writer.write(settling).await
    }
}

#[async_trait]
impl Lines for SqliteStore {
    async fn put_line(&self, line: &Line) -> Result<(), StoreError> {
        self.writer.write(PutLine(line.clone())).await
    }

    async fn remove_line(&self, company: CompanyId, id: LineId) -> Result<bool, StoreError> {
        self.writer.write(RemoveLine(company, id)).await
    }

    async fn lines(&self, company: CompanyId) -> Result<Vec<Line>, StoreError> {
        self.read(lines::OF_COMPANY, vec![Arg::id(company)], rows::line)
            .await
    }
}

#[async_trait]
impl Notices for SqliteStore {
    async fn put_notice(&self, notice: &Notice) -> Result<Option<NotificationId>, StoreError> {
        let put = self.writer.write(PutNotice(notice.clone())).await?;
        put.map_err(|what| StoreError::NotFound { what })
    }
}

directory!(SqliteStore);
