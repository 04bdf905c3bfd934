//! Values and rows in Postgres' types.

use std::borrow::Cow;

use jiff::Timestamp;
use sqlx::{
    Error, PgConnection, Postgres, Row,
    postgres::{PgArguments, PgRow},
    query::Query,
};
use uuid::Uuid;

use crate::args::{Arg, Columns, Database};

fn query<'q>(sql: &'static str, args: Vec<Arg<'_>>) -> Query<'q, Postgres, PgArguments> {
    args.into_iter()
        .fold(sqlx::query(sql), |query, arg| match arg {
            Arg::Id(id) => query.bind(id),
            Arg::Text(text) => query.bind(text.map(storable)),
            Arg::Number(number) => query.bind(number),
            Arg::Time(time) => query.bind(time.map(jiff_sqlx::Timestamp::from)),
        })
}

/// Postgres' text can't hold a NUL, and no message is lost for one. Raw parameters have none: they
/// are form-encoded.
fn storable(text: Cow<'_, str>) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text.into_owned()
    }
}

impl Database for PgConnection {
    type Row = PgRow;

    async fn rows(&mut self, sql: &'static str, args: Vec<Arg<'_>>) -> Result<Vec<PgRow>, Error> {
        query(sql, args).fetch_all(self).await
    }
}

impl Columns for PgRow {
    fn opt_id(&self, column: &str) -> Result<Option<Uuid>, Error> {
        self.try_get(column)
    }

    fn opt_text(&self, column: &str) -> Result<Option<String>, Error> {
        self.try_get(column)
    }

    fn opt_number(&self, column: &str) -> Result<Option<i64>, Error> {
        self.try_get(column)
    }

    fn opt_time(&self, column: &str) -> Result<Option<Timestamp>, Error> {
        let time: Option<jiff_sqlx::Timestamp> = self.try_get(column)?;
        Ok(time.map(jiff_sqlx::Timestamp::to_jiff))
    }

    fn rank(&self, column: &str) -> Result<i16, Error> {
        self.try_get(column)
    }

    fn flag(&self, column: &str) -> Result<bool, Error> {
        Ok(self.try_get::<Option<bool>, _>(column)?.unwrap_or(false))
    }
}
