//! The migrations of this crate, in a table of their own: an application's migrations don't meet
//! them.

use std::borrow::Cow;

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// A migrator for numbered SQL; the first script has number 1.
pub(crate) fn migrator(scripts: &[(&'static str, &'static str)]) -> Migrator {
    let migrations = (1..)
        .zip(scripts)
        .map(|(number, &(description, sql))| {
            let description = Cow::Borrowed(description);
            let kind = MigrationType::Simple;
            Migration::new(number, description, kind, sql.into_sql_str(), false)
        })
        .collect();
    let mut migrator = Migrator::with_migrations(migrations);
    migrator.dangerous_set_table_name("_twilio_hooks_migrations");
    migrator
}
