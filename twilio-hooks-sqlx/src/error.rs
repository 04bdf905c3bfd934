//! What goes wrong in a database, as the contract's errors.

use std::{error::Error, fmt, sync::Arc};

use twilio_hooks::store::StoreError;

/// A column that can't be read is corrupt, everything else is the backend's failure.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::ColumnDecode { .. } => StoreError::corrupt("row", error),
        error => StoreError::backend(error),
    }
}

/// One failure that several callers hear of.
#[cfg(feature = "sqlite")]
#[derive(Debug, Clone)]
pub(crate) struct Shared(pub(crate) Arc<sqlx::Error>);

#[cfg(feature = "sqlite")]
impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(feature = "sqlite")]
impl Error for Shared {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
