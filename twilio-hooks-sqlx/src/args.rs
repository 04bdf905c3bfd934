//! What goes into a statement and what comes out of a row, whichever the database.

use std::{borrow::Cow, future::Future};

use jiff::Timestamp;
use sqlx::Error;
use uuid::Uuid;

/// A value for a placeholder. Statements of both databases number their placeholders alike, so the
/// values are listed once and bound by each in its own types.
#[derive(Debug)]
pub(crate) enum Arg<'a> {
    Id(Option<Uuid>),
    Text(Option<Cow<'a, str>>),
    Number(Option<i64>),
    Time(Option<Timestamp>),
}

impl<'a> Arg<'a> {
    pub(crate) fn id(id: impl Into<Uuid>) -> Self {
        Self::Id(Some(id.into()))
    }

    pub(crate) fn opt_id(id: Option<impl Into<Uuid>>) -> Self {
        Self::Id(id.map(Into::into))
    }

    pub(crate) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(Some(text.into()))
    }

    pub(crate) fn opt_text(text: Option<impl Into<Cow<'a, str>>>) -> Self {
        Self::Text(text.map(Into::into))
    }

    pub(crate) fn number(number: impl Into<i64>) -> Self {
        Self::Number(Some(number.into()))
    }

    pub(crate) fn opt_number(number: Option<impl Into<i64>>) -> Self {
        Self::Number(number.map(Into::into))
    }

    pub(crate) fn time(time: Timestamp) -> Self {
        Self::Time(Some(time))
    }
}

/// A connection that runs a statement and gives back its rows.
pub(crate) trait Database: Send {
    type Row: Columns;

    /// Statements that give no rows are run all the same.
    fn rows(
        &mut self,
        sql: &'static str,
        args: Vec<Arg<'_>>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, Error>> + Send;
}

/// A row whose columns are read by name.
pub(crate) trait Columns: Send {
    fn opt_id(&self, column: &str) -> Result<Option<Uuid>, Error>;
    fn opt_text(&self, column: &str) -> Result<Option<String>, Error>;
    fn opt_number(&self, column: &str) -> Result<Option<i64>, Error>;
    fn opt_time(&self, column: &str) -> Result<Option<Timestamp>, Error>;
    fn rank(&self, column: &str) -> Result<i16, Error>;
    fn flag(&self, column: &str) -> Result<bool, Error>;

    fn id<T: From<Uuid>>(&self, column: &str) -> Result<T, Error> {
        self.opt_id(column)?
            .map(T::from)
            .ok_or_else(|| null(column))
    }

    fn text(&self, column: &str) -> Result<String, Error> {
        self.opt_text(column)?.ok_or_else(|| null(column))
    }

    fn number(&self, column: &str) -> Result<i64, Error> {
        self.opt_number(column)?.ok_or_else(|| null(column))
    }

    fn time(&self, column: &str) -> Result<Timestamp, Error> {
        self.opt_time(column)?.ok_or_else(|| null(column))
    }

    /// A number that was a `u32` when it was stored.
    fn opt_count(&self, column: &str) -> Result<Option<u32>, Error> {
        self.opt_number(column)?
            .map(u32::try_from)
            .transpose()
            .map_err(|error| unreadable(column, error))
    }
}

/// The error for a column that holds something else than was ever written there.
pub(crate) fn unreadable(
    column: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::ColumnDecode {
        index: column.to_owned(),
        source: source.into(),
    }
}

fn null(column: &str) -> Error {
    unreadable(column, "it is null")
}
