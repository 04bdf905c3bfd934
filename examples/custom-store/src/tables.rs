//! Two tables: rows by what makes them unique, and lists of rows by id.

use std::{ops::Range, result};

use redb::{ReadOnlyTable, ReadableTable, Table, TableDefinition};
use serde::{Serialize, de::DeserializeOwned};
use twilio_hooks::store::StoreError;
use uuid::Uuid;

/// Unique key -> JSON.
pub(crate) const ROWS: TableDefinition<'_, &str, &str> = TableDefinition::new("rows");
/// List and id -> unique key. Ids sort by time, so a range of this table is a page of a list.
pub(crate) const LISTS: TableDefinition<'_, (&str, u128), &str> = TableDefinition::new("lists");

/// Every id there is.
pub(crate) const ALL: Range<u128> = 0..u128::MAX;

/// Something that is stored: it knows its unique key and the lists it is in.
pub(crate) trait Row: Serialize + DeserializeOwned {
    /// Its name in errors.
    const WHAT: &'static str;

    /// What it is unique by.
    fn key(&self) -> String;

    /// The lists, with the id it has there.
    fn lists(&self) -> Vec<(String, Uuid)>;
}

/// One text for several parts: the key of a row, or the name of a list.
///
/// It is JSON, because parts are any text and must not run together: whatever one part holds, it
/// never makes the key of another row.
macro_rules! key {
    ($($part:expr),+) => {
        serde_json::Value::from(vec![$($part.to_string()),+]).to_string()
    };
}
pub(crate) use key;

pub(crate) type Result<T, E = Error> = result::Result<T, E>;

/// Both tables, in a transaction that reads or writes.
pub(crate) struct Tables<R, L> {
    pub(crate) rows: R,
    pub(crate) lists: L,
}

pub(crate) type Reading = Tables<
    ReadOnlyTable<&'static str, &'static str>,
    ReadOnlyTable<(&'static str, u128), &'static str>,
>;
pub(crate) type Writing<'t> =
    Tables<Table<'t, &'static str, &'static str>, Table<'t, (&'static str, u128), &'static str>>;

impl<R, L> Tables<R, L>
where
    R: ReadableTable<&'static str, &'static str>,
    L: ReadableTable<(&'static str, u128), &'static str>,
{
    /// The row with a unique key.
    pub(crate) fn get<T: Row>(&self, key: &str) -> Result<Option<T>> {
        let Some(json) = self.rows.get(key)? else {
            return Ok(None);
        };
        match serde_json::from_str(json.value()) {
            Ok(row) => Ok(Some(row)),
            Err(error) => Err(StoreError::corrupt(T::WHAT, error).into()),
        }
    }

    /// The row with an id, if it is in the list.
    pub(crate) fn find<T: Row>(&self, list: &str, id: Uuid) -> Result<Option<T>> {
        match self.lists.get((list, id.as_u128()))? {
            Some(key) => self.get(key.value()),
            None => Ok(None),
        }
    }

    /// Whether something with an id is in the list.
    pub(crate) fn has(&self, list: &str, id: Uuid) -> Result<bool> {
        Ok(self.lists.get((list, id.as_u128()))?.is_some())
    }

    /// The rows of a list with these ids, oldest first.
    pub(crate) fn list<'s, T: Row>(
        &'s self,
        list: &str,
        ids: Range<u128>,
    ) -> Result<impl DoubleEndedIterator<Item = Result<T>> + use<'s, T, R, L>> {
        let entries = self.lists.range((list, ids.start)..(list, ids.end))?;
        Ok(entries.filter_map(|entry| match entry {
            Ok((_, key)) => self.get(key.value()).transpose(),
            Err(error) => Some(Err(error.into())),
        }))
    }

    /// The highest number in a list that is numbered, or 0.
    pub(crate) fn last_number(&self, list: &str) -> Result<u64> {
        let mut entries = self.lists.range((list, ALL.start)..(list, ALL.end))?;
        match entries.next_back().transpose()? {
            Some((last, _)) => Ok(last.value().1 as u64),
            None => Ok(0),
        }
    }
}

impl Writing<'_> {
    /// Writes a row in place of what has its key, and moves it to the lists it belongs in now.
    pub(crate) fn save<T: Row>(&mut self, row: &T) -> Result<()> {
        let key = row.key();
        self.delete::<T>(&key)?;
        let json = serde_json::to_string(row).map_err(StoreError::backend)?;
        self.rows.insert(key.as_str(), json.as_str())?;
        for (list, id) in row.lists() {
            self.lists
                .insert((list.as_str(), id.as_u128()), key.as_str())?;
        }
        Ok(())
    }

    /// Deletes a row and takes it off its lists.
    pub(crate) fn delete<T: Row>(&mut self, key: &str) -> Result<()> {
        if let Some(row) = self.get::<T>(key)? {
            for (list, id) in row.lists() {
                self.lists.remove((list.as_str(), id.as_u128()))?;
            }
            self.rows.remove(key)?;
        }
        Ok(())
    }
}

/// A [`StoreError`] that `?` makes of every error of the database; neither type is ours, so there has
/// to be one between them.
pub(crate) struct Error(pub(crate) StoreError);

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

/// redb has an error type for each step.
macro_rules! from_redb {
    ($($Error:ident)+) => {$(
        impl From<redb::$Error> for Error {
            fn from(error: redb::$Error) -> Self {
                Self(StoreError::backend(error))
            }
        }
    )+};
}

from_redb!(CommitError DatabaseError StorageError TableError TransactionError);
