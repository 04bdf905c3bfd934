//! The CRM's own tables, in numbered steps.
//!
//! A step is one file for both databases, in which `{id}`, `{time}`, `{flag}`, `{number}`,
//! `{bytes}` and `{strict}` stand for what each calls it; or a file for each, where even that is not enough
//! (triggers). A step that was released is never changed: databases remember what they were made of.

use sqlx::{
    AssertSqlSafe, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

/// One step.
enum Script {
    /// One text for both.
    Shared(&'static str),
    /// One for each.
    Each {
        sqlite: &'static str,
        postgres: &'static str,
    },
}

macro_rules! shared {
    ($file:literal) => {
        (
            $file,
            Script::Shared(include_str!(concat!("../../migrations/", $file, ".sql"))),
        )
    };
}

macro_rules! each {
    ($file:literal) => {
        (
            $file,
            Script::Each {
                sqlite: include_str!(concat!("../../migrations/sqlite/", $file, ".sql")),
                postgres: include_str!(concat!("../../migrations/postgres/", $file, ".sql")),
            },
        )
    };
}

/// In order; the number is the place in this list.
const STEPS: &[(&str, Script)] = &[
    each!("0001_start"),
    shared!("0002_people"),
    shared!("0003_accounts"),
    shared!("0004_outgoing"),
    shared!("0005_replies"),
    shared!("0006_calls"),
    shared!("0007_recordings"),
    shared!("0008_contacts"),
    each!("0009_threads"),
    shared!("0010_notices"),
    shared!("0011_reconcile"),
    shared!("0012_idempotency"),
    shared!("0013_lookups"),
    shared!("0014_channel"),
    shared!("0015_pending_texts"),
    each!("0016_pending_threads"),
    each!("0017_line_owners"),
    shared!("0018_untold"),
    shared!("0019_marker"),
    shared!("0020_webhook_log"),
];

/// What stands in a shared step for the names of types.
const WORDS: [&str; 6] = [
    "{id}", "{time}", "{flag}", "{number}", "{bytes}", "{strict}",
];

/// What a database calls the types.
#[derive(Debug, Clone, Copy)]
pub(super) enum Dialect {
    /// Ids and times are text.
    Sqlite,
    /// Every type has its own.
    Postgres,
}

impl Dialect {
    fn sql(self, script: &Script) -> String {
        let names = match self {
            Self::Sqlite => ["text", "text", "integer", "integer", "blob", " strict"],
            Self::Postgres => ["uuid", "timestamptz", "boolean", "bigint", "bytea", ""],
        };
        match (self, script) {
            (_, Script::Shared(sql)) => WORDS
                .iter()
                .zip(names)
                .fold((*sql).to_owned(), |sql, (word, name)| {
                    sql.replace(word, name)
                }),
            (Self::Sqlite, Script::Each { sqlite, .. }) => (*sqlite).to_owned(),
            (Self::Postgres, Script::Each { postgres, .. }) => (*postgres).to_owned(),
        }
    }
}

/// What brings the tables up to date.
pub(super) fn migrator(dialect: Dialect) -> Migrator {
    let migrations = (1..)
        .zip(STEPS)
        .map(|(number, (name, script))| {
            let (_, description) = name.split_once('_').unwrap_or(("", name));
            let sql = AssertSqlSafe(dialect.sql(script)).into_sql_str();
            Migration::new(
                number,
                description.into(),
                MigrationType::Simple,
                sql,
                false,
            )
        })
        .collect();
    let mut migrator = Migrator::with_migrations(migrations);
    migrator.dangerous_set_table_name("_crm_migrations");
    migrator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_in_order() {
        for (number, (name, _)) in (1..).zip(STEPS) {
            assert!(name.starts_with(&format!("{number:04}_")), "{name}");
        }
    }

    #[test]
    fn no_word_is_left_in_the_sql() {
        for (name, script) in STEPS {
            for dialect in [Dialect::Sqlite, Dialect::Postgres] {
                let sql = dialect.sql(script);
                for word in WORDS {
                    assert!(!sql.contains(word), "{name} {dialect:?}");
                }
            }
        }
    }
}
