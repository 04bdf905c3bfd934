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
    AssertSqlSafe, Error, PgPool, Postgres, Row as _, Sqlite, SqlitePool, Transaction,
    postgres::{PgArguments, PgRow},
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};
use twilio_hooks::store::StoreError;
use twilio_hooks_sqlx::DatabaseError;
use uuid::Uuid;

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

/// A row of either database.
#[derive(Debug)]
pub enum Row {
    /// From a file.
    Sqlite(SqliteRow),
    /// From a server.
    Postgres(PgRow),
}

impl Row {
    /// A column, by its name.
    ///
    /// # Errors
    /// If there is no such column, or it holds something else.
    pub fn get<T: Column>(&self, column: &str) -> Result<T, StoreError> {
        T::read(self, column)
    }

    /// A column with a text that stands for something else, such as a status or a SID.
    ///
    /// # Errors
    /// If there is no such column, or its text stands for nothing.
    pub fn parse<T>(&self, column: &str) -> Result<T, StoreError>
    where
        T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
    {
        let text: String = self.get(column)?;
        text.parse()
            .map_err(|error| StoreError::corrupt("column", error))
    }

    /// A column with a text of JSON.
    ///
    /// # Errors
    /// If there is no such column, or its JSON is of something else.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|error| StoreError::corrupt("column", error))
    }
}

/// What a column may hold.
pub trait Column: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// If there is no such column, or it holds something else.
    fn read(row: &Row, column: &str) -> Result<Self, StoreError>;
}

macro_rules! columns {
    ($($Type:ty),+) => {$(
        impl Column for $Type {
            fn read(row: &Row, column: &str) -> Result<Self, StoreError> {
                match row {
                    Row::Sqlite(row) => row.try_get(column),
                    Row::Postgres(row) => row.try_get(column),
                }
                .map_err(failed)
            }
        }
    )+};
}

columns!(String, Option<String>, bool, Vec<u8>, Option<Vec<u8>>);

impl Column for Option<i64> {
    fn read(row: &Row, column: &str) -> Result<Self, StoreError> {
        match row {
            Row::Sqlite(row) => row.try_get(column),
            // Columns of the store are narrower there.
            Row::Postgres(row) => row
                .try_get(column)
                .or_else(|_| {
                    row.try_get::<Option<i32>, _>(column)
                        .map(|it| it.map(i64::from))
                })
                .or_else(|_| {
                    row.try_get::<Option<i16>, _>(column)
                        .map(|it| it.map(i64::from))
                }),
        }
        .map_err(failed)
    }
}

impl Column for Option<u32> {
    fn read(row: &Row, column: &str) -> Result<Self, StoreError> {
        let number: Option<i64> = row.get(column)?;
        number
            .map(u32::try_from)
            .transpose()
            .map_err(|error| StoreError::corrupt("column", error))
    }
}

impl Column for Option<Uuid> {
    fn read(row: &Row, column: &str) -> Result<Self, StoreError> {
        match row {
            Row::Sqlite(row) => {
                let id: Option<&str> = row.try_get(column).map_err(failed)?;
                id.map(Uuid::try_parse)
                    .transpose()
                    .map_err(|error| StoreError::corrupt("id", error))
            }
            Row::Postgres(row) => row.try_get(column).map_err(failed),
        }
    }
}

impl Column for Option<Timestamp> {
    fn read(row: &Row, column: &str) -> Result<Self, StoreError> {
        match row {
            Row::Sqlite(row) => {
                let time: Option<&str> = row.try_get(column).map_err(failed)?;
                time.map(str::parse)
                    .transpose()
                    .map_err(|error: jiff::Error| StoreError::corrupt("time", error))
            }
            Row::Postgres(row) => row
                .try_get::<Option<jiff_sqlx::Timestamp>, _>(column)
                .map(|time| time.map(jiff_sqlx::Timestamp::to_jiff))
                .map_err(failed),
        }
    }
}

macro_rules! not_null {
    ($($Type:ty),+) => {$(
        impl Column for $Type {
            fn read(row: &Row, column: &str) -> Result<Self, StoreError> {
                Option::<$Type>::read(row, column)?
                    .ok_or_else(|| StoreError::corrupt("column", format!("{column} is null")))
            }
        }
    )+};
}

not_null!(i64, u32, Uuid, Timestamp);

macro_rules! id_columns {
    ($($Id:ty),+) => {$(
        impl Column for $Id {
            fn read(row: &Row, column: &str) -> Result<Self, StoreError> {
                Uuid::read(row, column).map(Into::into)
            }
        }

        impl Column for Option<$Id> {
            fn read(row: &Row, column: &str) -> Result<Self, StoreError> {
                Ok(Option::<Uuid>::read(row, column)?.map(Into::into))
            }
        }
    )+};
}

id_columns!(
    twilio_hooks::CompanyId,
    twilio_hooks::UserId,
    twilio_hooks::LineId,
    twilio_hooks::ContactId,
    twilio_hooks::MessageId,
    twilio_hooks::CallId,
    twilio_hooks::RecordingId,
    twilio_hooks::NotificationId,
    twilio_hooks::HistoryId
);

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

fn failed(error: Error) -> StoreError {
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
