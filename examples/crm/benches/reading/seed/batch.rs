//! [`Batch`]: many rows by one statement.

use crm::database::{Arg, Db};
use serde_json::Value;

/// How many rows go at once.
const ROWS: usize = 5000;

/// Rows for a table, which go to the database as JSON.
pub(super) struct Batch {
    db: Db,
    sql: &'static str,
    rows: Vec<Value>,
}

impl Batch {
    /// `columns` are names, each with the type that Postgres has for it, as in `create table`.
    pub(super) fn new(db: &Db, table: &str, columns: &str) -> Self {
        let columns: Vec<_> = columns
            .split(',')
            .map(|column| column.trim().split_once(' ').unwrap())
            .collect();
        let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<_> = (0..)
            .zip(&columns)
            .map(|(place, (_, kind))| match db {
                Db::Sqlite { .. } => format!("value ->> {place}"),
                Db::Postgres(_) => format!("(value ->> {place})::{kind}"),
            })
            .collect();
        let rows = db.pick(
            "json_each($1)",
            "jsonb_array_elements($1::jsonb) as rows (value)",
        );
        let (names, values) = (names.join(", "), values.join(", "));
        let sql = format!("insert into {table} ({names}) select {values} from {rows}");
        Self {
            db: db.clone(),
            sql: sql.leak(),
            rows: Vec::new(),
        }
    }

    /// Adds an array with the values of the columns.
    pub(super) async fn add(&mut self, row: Value) {
        self.rows.push(row);
        if self.rows.len() == ROWS {
            self.end().await;
        }
    }

    /// Writes what is left.
    pub(super) async fn end(&mut self) {
        let rows = Value::Array(std::mem::take(&mut self.rows));
        let rows = Arg::from(rows.to_string());
        self.db.execute(self.sql, vec![rows]).await.unwrap();
    }
}
