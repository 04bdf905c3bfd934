//! Keeps what [`twilio_hooks`] receives in SQLite or Postgres.
//!
//! - [`SqliteStore`] (feature `sqlite`, on by default) is one file and nothing to install. Webhooks
//!   that come together share one commit, and an answered one survives a power cut.
//! - [`PgStore`] (feature `postgres`) is for teams and for several server processes at once.
//! - [`PgBus`] (feature `postgres`) carries live notifications between those processes.
//!
//! Both stores implement [`Store`], [`Directory`], [`Lines`] and [`Notices`] and pass the conformance
//! suite of `twilio_hooks`. Without either feature this crate is empty.
//!
//! ```
//! use std::sync::Arc;
//! use twilio_hooks::{notify::{Dispatcher, Notifier}, store::Store};
//! use twilio_hooks_sqlx::SqliteStore;
//!
//! # use twilio_hooks::{async_trait, notify::NotifyError, store::Notification};
//! # #[derive(Debug)] struct Screen;
//! # #[async_trait] impl Notifier for Screen {
//! #     async fn notify(&self, _: &Notification) -> Result<(), NotifyError> { Ok(()) }
//! # }
//! # #[tokio::main]
//! # async fn main() -> anyhow::Result<()> {
//! # let url = "sqlite::memory:";
//! # let notifier = Screen;
//! // let url = "sqlite://crm.db";
//! let store = SqliteStore::connect(url).await?;
//! store.migrate().await?;
//! let dispatcher = Dispatcher::new(store.clone(), notifier);
//! let store: Arc<dyn Store> = Arc::new(store);
//! // `Hooks::new(store)` records into it, `dispatcher.run(…)` tells of what came.
//! # Ok(())
//! # }
//! ```
//!
//! # Tables
//! `sms`, `calls`, `recordings`, `contacts`, `lines`, `notifications` and `webhooks` (every webhook as
//! it came). An application may read them and refer to their `id`s; it changes lines by [`Lines`], and
//! may edit a contact's details. What was migrated is noted in `_twilio_hooks_migrations`.
//!
//! | | Postgres | SQLite |
//! | --- | --- | --- |
//! | ids (UUID, version 7) | `uuid` | text, 36 characters |
//! | times | `timestamptz` | text, ISO 8601 in UTC with six decimals |
//! | media | `jsonb` | JSON as text |
//! | a NUL in a text | U+FFFD | as it came |
//!
//! Directions and statuses are in upper case with `_` (`INBOUND`, `NO_ANSWER`); a status that this
//! version does not know is kept as Twilio wrote it, with `status_rank` 0. `webhooks.params` has the
//! raw parameters, form-encoded, byte for byte.
//!
//! Contacts, messages, calls and recordings are tied together by foreign keys that hold the company,
//! so no row can point to another company's.
//!
//! # Rows of your own in the same transaction
//! `record_with` of either store writes a change on a connection of yours; see
//! [`SqliteStore::record_with`] and [`PgStore::record_with`].
//!
//! # Health
//! `ping` of either store asks the database for an answer: right for a `/readyz`.
//!
//! [`Store`]: twilio_hooks::store::Store
//! [`Directory`]: twilio_hooks::store::Directory
//! [`Lines`]: twilio_hooks::store::Lines
//! [`Notices`]: twilio_hooks::store::Notices

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
mod notices;
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
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use crate::{error::DatabaseError, migrate::migrator};
