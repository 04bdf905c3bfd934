//! [`Db`]: the CRM's own statements, written once for SQLite and Postgres.
//!
//! Both number their placeholders as `$1`, both know `on conflict` and `returning`. What differs is
//! how values are kept (SQLite has ids and times as text), and that is in here: statements bind
//! [`Arg`]s, and rows are read by column name with [`Row::get`].
//!
//! ```ignore
//! let rows = db
//!     .rows("select id, name from companies where created_at < $1", args![now])
//!     .await?;
//! for row in &rows {
//!     let (id, name): (CompanyId, String) = (row.get("id")?, row.get("name")?);
//! }
//! ```

use jiff::Timestamp;
use sqlx::{
    AssertSqlSafe, Error, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    postgres::{PgArguments, PgRow},
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};
use twilio_hooks::store::StoreError;
use twilio_hooks_sqlx::DatabaseError;
use uuid::Uuid;

use super::row::Row;

/// A value for a placeholder; made by [`args!`](crate::args).
#[derive(Debug, Clone)]
pub enum Arg {
    /// An id.
    Id(Option<Uuid>),
    /// A text.
    Text(Option<String>),
    /// A number.
    Number(Option<i64>),
    /// A truth value.
    Flag(bool),
    /// A point in time, kept to the microsecond.
    Time(Option<Timestamp>),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// The values of a statement, in the order of their placeholders.
#[macro_export]
#[doc(hidden)]
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::database::Arg::from($value)),*]
    };
}

macro_rules! arg_from {
    ($( $Variant:ident: $($Type:ty),+; )+) => {$($(
        impl From<$Type> for Arg {
            fn from(value: $Type) -> Self {
                Self::$Variant(Some(value.into()))
            }
        }

        impl From<Option<$Type>> for Arg {
            fn from(value: Option<$Type>) -> Self {
                Self::$Variant(value.map(Into::into))
            }
        }
    )+)+};
}

arg_from! {
    Id: Uuid, twilio_hooks::CompanyId, twilio_hooks::UserId, twilio_hooks::LineId,
        twilio_hooks::ContactId, twilio_hooks::MessageId, twilio_hooks::CallId,
        twilio_hooks::RecordingId, twilio_hooks::NotificationId, twilio_hooks::HistoryId;
    Text: &str, String, &String;
    Number: i64, u32, i32;
    Time: Timestamp;
}

impl From<bool> for Arg {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<Vec<u8>> for Arg {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

/// The database, for statements.
#[derive(Debug, Clone)]
pub enum Db {
    /// One file.
    Sqlite {
        /// What reads.
        reading: SqlitePool,
        /// What writes: one connection, so that writes wait for each other in a queue.
        writing: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

impl Db {
    /// A file that is read and written by the same connections: for commands, which do one thing after
    /// the other.
    pub(crate) fn file(pool: SqlitePool) -> Self {
        Self::Sqlite {
            reading: pool.clone(),
            writing: pool,
        }
    }

    /// Runs a statement that reads, and gives its rows.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn rows(&self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        debug_assert!(
            !sql.contains(" returning "),
            "it writes, and has to wait for its turn: {sql}"
        );
        let pool = match self {
            Self::Sqlite { reading, .. } => Pool::Sqlite(reading),
            Self::Postgres(pool) => Pool::Postgres(pool),
        };
        pool.rows(sql, args).await
    }

    /// Runs a statement and gives its first row, if it has one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn row(&self, sql: &'static str, args: Vec<Arg>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// Runs a statement that writes, and gives the rows that it returns.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn write_rows(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<Row>, StoreError> {
        let pool = match self {
            Self::Sqlite { writing, .. } => Pool::Sqlite(writing),
            Self::Postgres(pool) => Pool::Postgres(pool),
        };
        pool.rows(sql, args).await
    }

    /// Runs a statement that writes, and gives the first row that it returns, if there is one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn write_row(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.write_rows(sql, args).await?.into_iter().next())
    }

    /// Runs a statement and says how many rows it has touched.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn execute(&self, sql: &'static str, args: Vec<Arg>) -> Result<u64, StoreError> {
        let done = match self {
            Self::Sqlite { writing, .. } => sqlite(sql, args)
                .execute(writing)
                .await
                .map(|done| done.rows_affected()),
            Self::Postgres(pool) => postgres(sql, args)
                .execute(pool)
                .await
                .map(|done| done.rows_affected()),
        };
        done.map_err(failed)
    }

    /// Begins a transaction that writes. On SQLite it waits for its turn here and not half way; on
    /// Postgres rows are locked as statements touch them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let tx = match self {
            Self::Sqlite { writing, .. } => {
                writing.begin_with("begin immediate").await.map(Tx::Sqlite)
            }
            Self::Postgres(pool) => pool.begin().await.map(Tx::Postgres),
        };
        tx.map_err(failed)
    }

    /// The one of two statements that this database understands, for what can't be written once.
    #[must_use]
    pub fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite { .. } => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    /// Closes the connections; everything fails from then on.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { reading, writing } => {
                writing.close().await;
                reading.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// The connections that a statement goes to.
enum Pool<'a> {
    Sqlite(&'a SqlitePool),
    Postgres(&'a PgPool),
}

impl Pool<'_> {
    async fn rows(self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        #[cfg(test)]
        note(sql, &args);
        let rows = match self {
            Self::Sqlite(pool) => sqlite(sql, args).fetch_all(pool).await.map(sqlite_rows),
            Self::Postgres(pool) => postgres(sql, args).fetch_all(pool).await.map(postgres_rows),
        };
        rows.map_err(failed)
    }
}

/// A transaction. It is undone when it is dropped without [`commit`](Self::commit).
#[derive(Debug)]
pub enum Tx {
    /// In a file.
    Sqlite(Transaction<'static, Sqlite>),
    /// On a server.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Runs a statement and gives its rows.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn rows(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = match self {
            Self::Sqlite(tx) => sqlite(sql, args)
                .fetch_all(&mut **tx)
                .await
                .map(sqlite_rows),
            Self::Postgres(tx) => postgres(sql, args)
                .fetch_all(&mut **tx)
                .await
                .map(postgres_rows),
        };
        rows.map_err(failed)
    }

    /// Runs a statement and gives its first row, if it has one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn row(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// Runs a statement and says how many rows it has touched.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn execute(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<u64, StoreError> {
        let done = match self {
            Self::Sqlite(tx) => sqlite(sql, args)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
            Self::Postgres(tx) => postgres(sql, args)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
        };
        done.map_err(failed)
    }

    /// The one of two statements that this database understands, as [`Db::pick`].
    #[must_use]
    pub fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    /// Keeps what was done.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn commit(self) -> Result<(), StoreError> {
        let done = match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        };
        done.map_err(failed)
    }
}

/// Whether a statement failed because a row like that exists already.
#[must_use]
pub fn is_duplicate(error: &StoreError) -> bool {
    let StoreError::Backend(source) = error else {
        return false;
    };
    source
        .downcast_ref::<DatabaseError>()
        .and_then(|error| error.as_sqlx().as_database_error())
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

pub(super) fn failed(error: Error) -> StoreError {
    match error {
        Error::ColumnDecode { .. } => StoreError::corrupt("row", DatabaseError::from(error)),
        error => StoreError::backend(DatabaseError::from(error)),
    }
}

fn sqlite_rows(rows: Vec<SqliteRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Sqlite).collect()
}

fn postgres_rows(rows: Vec<PgRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Postgres).collect()
}

fn sqlite(sql: &'static str, args: Vec<Arg>) -> Query<'static, Sqlite, SqliteArguments> {
    args.into_iter()
        .fold(sqlx::query(AssertSqlSafe(sql)), |query, arg| match arg {
            Arg::Id(id) => query.bind(id.map(|id| id.hyphenated().to_string())),
            Arg::Text(text) => query.bind(text),
            Arg::Number(number) => query.bind(number),
            Arg::Flag(flag) => query.bind(flag),
            // Of one length, so that their order as text is their order in time.
            Arg::Time(time) => query.bind(time.map(|time| format!("{time:.6}"))),
            Arg::Bytes(bytes) => query.bind(bytes),
        })
}

fn postgres(sql: &'static str, args: Vec<Arg>) -> Query<'static, Postgres, PgArguments> {
    args.into_iter()
        .fold(sqlx::query(AssertSqlSafe(sql)), |query, arg| match arg {
            Arg::Id(id) => query.bind(id),
            // Postgres' text can't hold a NUL.
            Arg::Text(text) => query.bind(text.map(|text| text.replace('\0', "\u{fffd}"))),
            Arg::Number(number) => query.bind(number),
            Arg::Flag(flag) => query.bind(flag),
            Arg::Time(time) => query.bind(time.map(jiff_sqlx::Timestamp::from)),
            Arg::Bytes(bytes) => query.bind(bytes),
        })
}

#[cfg(test)]
thread_local! {
    static NOTED: std::cell::RefCell<Vec<(&'static str, Vec<Arg>)>> =
        const { std::cell::RefCell::new(Vec::new()) };
}

#[cfg(test)]
fn note(sql: &'static str, args: &[Arg]) {
    NOTED.with_borrow_mut(|noted| noted.push((sql, args.to_vec())));
}

/// What this thread has read with, for tests that look at the plans.
#[cfg(test)]
pub(crate) fn noted() -> Vec<(&'static str, Vec<Arg>)> {
    NOTED.take()
}
