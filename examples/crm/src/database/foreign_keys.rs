//! Whoever deletes a row makes the database look for rows that point to it: by an index, or it reads all
//! of a table for each row that goes. A rule for every step, the store's too.

use twilio_hooks_tests::postgres::TestDatabase;
use uuid::Uuid;

use super::{Database, Db, Row};
use crate::{args, secret::Secret};

/// Tables whose rows stay, so that nothing is looked for.
const NEVER_DELETED: &[(&str, &str)] = &[
    ("companies", "there is no way to remove a company"),
    (
        "users",
        "a person is disabled, and what they did stays theirs",
    ),
    ("api_tokens", "a token is revoked"),
    ("sms", "the bare message stays when its contact is erased"),
    ("calls", "the bare call stays when its contact is erased"),
    ("call_flows", "as long as its call"),
];

/// The columns of a table that point to a row of another one.
#[derive(Debug)]
struct ForeignKey {
    table: String,
    parent: String,
    columns: Vec<String>,
}

#[derive(Debug)]
struct Index {
    table: String,
    columns: Vec<String>,
    is_unique: bool,
    /// What a row must be like to be in it.
    condition: Option<String>,
}

impl Index {
    /// Whether the rows that point to one row are found by it.
    fn serves(&self, key: &ForeignKey) -> bool {
        let is_of_key = |column: &String| key.columns.contains(column);
        // An id is one row's, also without its company.
        let begins = self.columns.iter().take_while(|it| is_of_key(it)).count();
        let begins = &self.columns[..begins];
        let is_there = |column: &String| column == "company_id" || begins.contains(column);
        // There is one row at most.
        let is_one = self.is_unique && begins.len() == self.columns.len();
        let has_all = self.condition.as_ref().is_none_or(|condition| {
            let not_null = |column| *condition == format!("{column} is not null");
            key.columns.iter().any(not_null)
        });
        let finds = is_one || key.columns.iter().all(is_there);
        self.table == key.table && finds && has_all
    }
}

#[tokio::test]
async fn what_points_to_a_row_that_goes_is_found_by_an_index_on_sqlite() {
    let name = std::env::temp_dir().join(format!("crm-keys-{}.sqlite", Uuid::now_v7()));
    let url = Secret::new(&format!("sqlite:{}", name.display()));
    let database = Database::connect(&url).await.unwrap();
    check(
        &database.db,
        "select t.name as child, k.\"table\" as parent, group_concat(k.\"from\", ' ') as columns
         from sqlite_schema t join pragma_foreign_key_list(t.name) k
         where t.type = 'table' group by t.name, k.id",
        "select t.name as child, i.\"unique\" = 1 as is_unique, group_concat(c.name, ' ') as columns,
             (select sql from sqlite_schema s where s.name = i.name) as definition
         from sqlite_schema t join pragma_index_list(t.name) i join pragma_index_info(i.name) c
         where t.type = 'table' group by t.name, i.name",
    )
    .await;
    std::fs::remove_file(name).unwrap();
}

#[tokio::test]
async fn what_points_to_a_row_that_goes_is_found_by_an_index_on_postgres() {
    let storage = TestDatabase::create_empty().await;
    let url = Secret::new(&storage.url());
    let database = Database::connect(&url).await.unwrap();
    check(
        &database.db,
        "select k.conrelid::regclass::text as child, k.confrelid::regclass::text as parent,
             string_agg(a.attname::text, ' ' order by c.place) as columns
         from pg_constraint k
         cross join unnest(k.conkey) with ordinality as c (attribute, place)
         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.attribute
         where k.contype = 'f' group by k.oid, k.conrelid, k.confrelid",
        "select i.indrelid::regclass::text as child, i.indisunique as is_unique,
             string_agg(a.attname::text, ' ' order by c.place) as columns,
             pg_get_indexdef(i.indexrelid) as definition
         from pg_index i
         cross join unnest(i.indkey::smallint[]) with ordinality as c (attribute, place)
         join pg_attribute a on a.attrelid = i.indrelid and a.attnum = c.attribute
         join pg_class t on t.oid = i.indrelid
         where t.relnamespace = 'public'::regnamespace
         group by i.indexrelid, i.indrelid, i.indisunique",
    )
    .await;
}

async fn check(db: &Db, keys: &'static str, indexes: &'static str) {
    let keys = db.rows(keys, args![]).await.unwrap();
    let indexes = db.rows(indexes, args![]).await.unwrap();
    db.close().await;
    let indexes: Vec<Index> = indexes.iter().map(index).collect();
    let keys: Vec<ForeignKey> = keys.iter().map(foreign_key).collect();
    assert!(keys.len() > 40 && indexes.len() > 80);
    for (parent, _) in NEVER_DELETED {
        assert!(keys.iter().any(|key| key.parent == *parent), "{parent}");
    }
    let is_deleted = |key: &&ForeignKey| NEVER_DELETED.iter().all(|(it, _)| key.parent != *it);
    let is_served = |key: &&ForeignKey| indexes.iter().any(|index| index.serves(key));
    let slow: Vec<_> = keys
        .iter()
        .filter(is_deleted)
        .filter(|key| !is_served(key))
        .collect();
    assert!(slow.is_empty(), "{slow:#?}");
}

fn foreign_key(row: &Row) -> ForeignKey {
    ForeignKey {
        table: row.get("child").unwrap(),
        parent: row.get("parent").unwrap(),
        columns: words(row),
    }
}

fn index(row: &Row) -> Index {
    // What SQLite makes for a unique column has no definition.
    let definition: Option<String> = row.get("definition").unwrap();
    let definition = definition.unwrap_or_default().to_lowercase();
    let condition = definition.split_once("where ");
    Index {
        table: row.get("child").unwrap(),
        columns: words(row),
        is_unique: row.get("is_unique").unwrap(),
        condition: condition.map(|(_, it)| it.trim_matches(['(', ')']).to_owned()),
    }
}

fn words(row: &Row) -> Vec<String> {
    let columns: String = row.get("columns").unwrap();
    columns.split(' ').map(str::to_owned).collect()
}
