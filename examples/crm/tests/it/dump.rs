//! Everything that is in the database, to compare before and after.

use std::collections::BTreeMap;

use crm::{args, database::Db};

/// The rows of every table, as texts.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

/// Reads every table.
pub(crate) async fn dump(db: &Db) -> Dump {
    let sql = db.pick(
        "select name from sqlite_schema where type = 'table' order by name",
        "select table_name as name from information_schema.tables
         where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1",
    );
    let mut dump = Dump::new();
    for row in db.rows(sql, args![]).await.unwrap() {
        let table: String = row.get("name").unwrap();
        let rows = rows(db, &table).await;
        dump.insert(table, rows);
    }
    dump
}

async fn rows(db: &Db, table: &str) -> Vec<String> {
    let sql = match db {
        Db::Sqlite { .. } => {
            let sql = format!("select name from pragma_table_info('{table}')");
            let columns = db.rows(sql.leak(), args![]).await.unwrap();
            let columns: Vec<_> = columns
                .iter()
                .map(|row| {
                    let name: String = row.get("name").unwrap();
                    format!("'{name}', quote(\"{name}\")")
                })
                .collect();
            let columns = columns.join(", ");
            format!("select json_object({columns}) as row from \"{table}\" order by 1")
        }
        Db::Postgres(_) => {
            format!("select row_to_json(it)::text as row from \"{table}\" it order by 1")
        }
    };
    let rows = db.rows(sql.leak(), args![]).await.unwrap();
    rows.iter().map(|row| row.get("row").unwrap()).collect()
}

/// The rows that have a text in any column, in whatever case, and also if the column has bytes.
pub(crate) fn traces(dump: &Dump, text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let bytes: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let rows = dump
        .iter()
        .flat_map(|(table, rows)| rows.iter().map(move |row| (table, row)));
    rows.filter(|(_, row)| {
        let row = row.to_lowercase();
        row.contains(&text) || row.contains(&bytes)
    })
    .map(|(table, row)| format!("{table} {row}"))
    .collect()
}

/// What differs, for a person to read.
pub(crate) fn differences(before: &Dump, after: &Dump) -> Vec<String> {
    let mut differences = Vec::new();
    for (table, rows) in after {
        let old = before.get(table).map(Vec::as_slice).unwrap_or_default();
        let is_new = |row: &&String| !old.contains(row);
        differences.extend(
            rows.iter()
                .filter(is_new)
                .map(|row| format!("+ {table} {row}")),
        );
        let is_gone = |row: &&String| !rows.contains(row);
        differences.extend(
            old.iter()
                .filter(is_gone)
                .map(|row| format!("- {table} {row}")),
        );
    }
    differences
}
