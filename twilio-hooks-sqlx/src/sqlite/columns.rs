//! Values and rows in SQLite's types: ids and times are text.

use std::borrow::Cow;

use jiff::Timestamp;
use sqlx::{
    Error, Row, Sqlite, SqliteConnection,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};
use uuid::Uuid;

use crate::args::{Arg, Columns, Database, unreadable};

fn query<'q>(sql: &'static str, args: Vec<Arg<'_>>) -> Query<'q, Sqlite, SqliteArguments> {
    #[cfg(test)]
    super::plans::note(sql);
    args.into_iter()
        .fold(sqlx::query(sql), |query, arg| match arg {
            Arg::Id(id) => query.bind(id.map(|id| id.hyphenated().to_string())),
            Arg::Text(text) => query.bind(text.map(Cow::into_owned)),
            Arg::Number(number) => query.bind(number),
            // Of one length, so that their order as text is their order in time.
            Arg::Time(time) => query.bind(time.map(|time| format!("{time:.6}"))),
        })
}

impl Database for SqliteConnection {
    type Row = SqliteRow;

    async fn rows(
        &mut self,
        sql: &'static str,
        args: Vec<Arg<'_>>,
    ) -> Result<Vec<SqliteRow>, Error> {
        query(sql, args).fetch_all(self).await
    }
}

impl Columns for SqliteRow {
    fn opt_id(&self, column: &str) -> Result<Option<Uuid>, Error> {
        let id: Option<&str> = self.try_get(column)?;
        id.map(Uuid::try_parse)
            .transpose()
            .map_err(|error| unreadable(column, error))
    }

    fn opt_text(&self, column: &str) -> Result<Option<String>, Error> {
        self.try_get(column)
    }

    fn opt_number(&self, column: &str) -> Result<Option<i64>, Error> {
        self.try_get(column)
    }

    fn opt_time(&self, column: &str) -> Result<Option<Timestamp>, Error> {
        let time: Option<&str> = self.try_get(column)?;
        time.map(str::parse)
            .transpose()
            .map_err(|error: jiff::Error| unreadable(column, error))
    }

    fn rank(&self, column: &str) -> Result<i16, Error> {
        self.try_get(column)
    }

    fn flag(&self, column: &str) -> Result<bool, Error> {
        Ok(self.try_get::<Option<bool>, _>(column)?.unwrap_or(false))
    }
}
