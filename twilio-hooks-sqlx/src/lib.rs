//! Keeps what [`twilio_hooks`] receives in SQLite or Postgres.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod args;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod directory;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod error;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod lines;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod migrate;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod outbox;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod rank;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod record;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod rows;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use sqlx;

#[cfg(feature = "postgres")]
pub use crate::postgres::{PgBus, PgStore};
#[cfg(feature = "sqlite")]
pub use crate::sqlite::SqliteStore;
