//! What goes wrong in a database, as the contract's errors.

use std::{error::Error, fmt, sync::Arc};

use twilio_hooks::store::StoreError;

/// What a database did not do; the source of this crate's [`StoreError`]s.
///
/// It reads like the [`sqlx::Error`] it holds, in `Debug` as well: sqlx would show there the row that
/// was refused, with its numbers and texts, and errors end up in logs.
///
/// # Examples
/// ```
/// use twilio_hooks::store::StoreError;
/// use twilio_hooks_sqlx::{DatabaseError, sqlx};
///
/// fn is_overloaded(error: &StoreError) -> bool {
///     let StoreError::Backend(source) = error else {
///         return false;
///     };
///     source
///         .downcast_ref::<DatabaseError>()
///         .is_some_and(|error| matches!(error.as_sqlx(), sqlx::Error::PoolTimedOut))
/// }
/// # assert!(!is_overloaded(&StoreError::backend("no database")));
/// ```
#[derive(Clone)]
pub struct DatabaseError(Arc<sqlx::Error>);

impl DatabaseError {
    pub(crate) fn new(error: sqlx::Error) -> Self {
        Self(Arc::new(error))
    }

    /// What sqlx says. Its `Debug` may show personal data.
    #[must_use]
    pub fn as_sqlx(&self) -> &sqlx::Error {
        &self.0
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseError({})", self.0)
    }
}

impl Error for DatabaseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // sqlx repeats the database's own error in its message, and its `Debug` is the one to avoid.
        match &*self.0 {
            sqlx::Error::Database(_) => None,
            error => error.source(),
        }
    }
}

/// A column that can't be read is corrupt, everything else is the backend's failure.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::ColumnDecode { .. } => StoreError::corrupt("row", DatabaseError::new(error)),
        error => StoreError::backend(DatabaseError::new(error)),
    }
}
