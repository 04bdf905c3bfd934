//! [`Row`]: what a statement gives, read by column name, the same way from both databases.

use jiff::Timestamp;
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};
use twilio_hooks::store::StoreError;
use uuid::Uuid;

use super::sql::failed;

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
