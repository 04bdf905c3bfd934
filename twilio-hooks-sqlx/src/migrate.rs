//! [`migrator`]: numbered SQL, noted in a table of its own.

use std::borrow::Cow;

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// A migrator for numbered SQL whose progress is noted in `table`.
///
/// `scripts` are pairs of a description and SQL; the first one has number 1. This crate's own
/// migrations are noted in `_twilio_hooks_migrations`; an application that keeps tables of its own in
/// the same database names another table here, so that the two don't meet.
///
/// # Examples
/// ```
/// use twilio_hooks_sqlx::{SqliteStore, migrator};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = SqliteStore::connect("sqlite::memory:").await?;
/// store.migrate().await?;
/// let scripts = [("notes", "create table notes (contact_id text, note text)")];
/// migrator("_notes_migrations", &scripts).run(store.pool()).await?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn migrator(table: &'static str, scripts: &[(&'static str, &'static str)]) -> Migrator {
    let migrations = (1..)
        .zip(scripts)
        .map(|(number, &(description, sql))| {
            let description = Cow::Borrowed(description);
            let kind = MigrationType::Simple;
            Migration::new(number, description, kind, sql.into_sql_str(), false)
        })
        .collect();
    let mut migrator = Migrator::with_migrations(migrations);
    migrator.dangerous_set_table_name(table);
    migrator
}

/// The migrations of this crate.
pub(crate) fn own(scripts: &[(&'static str, &'static str)]) -> Migrator {
    migrator("_twilio_hooks_migrations", scripts)
}
