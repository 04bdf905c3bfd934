//! The CRM's migrations, in a table of their own so that the store's don't meet them.

use std::borrow::Cow;

use sqlx::{
    SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

/// A migrator for numbered SQL; the first script has number 1.
pub(super) fn migrator(scripts: &[(&'static str, &'static str)]) -> Migrator {
    let migrations = (1..)
        .zip(scripts)
        .map(|(number, &(description, sql))| {
            let description = Cow::Borrowed(description);
            let kind = MigrationType::Simple;
            Migration::new(number, description, kind, sql.into_sql_str(), false)
        })
        .collect();
    let mut migrator = Migrator::with_migrations(migrations);
    migrator.dangerous_set_table_name("_crm_migrations");
    migrator
}
