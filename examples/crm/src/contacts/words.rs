//! The indexes for full-text search, and the words of removed rows in them.
//!
//! SQLite only notes that a row is removed, and drops its words when it merges the parts of an index,
//! which may be years later. No search finds them, but they are in the file. Postgres tidies up by
//! itself.

use twilio_hooks::store::StoreError;

use crate::{
    args,
    database::{Db, Tx},
};

/// What begins to merge all parts of an index, and what goes on with it: sixty-four pages each time,
/// so that others may write in between.
const MERGES: [[&str; 2]; 2] = [
    [
        "insert into contact_words (contact_words, rank) values ('merge', -64)",
        "insert into contact_words (contact_words, rank) values ('merge', 64)",
    ],
    [
        "insert into message_words (message_words, rank) values ('merge', -64)",
        "insert into message_words (message_words, rank) values ('merge', 64)",
    ],
];

/// Drops the words of removed rows.
///
/// # Errors
/// If the database fails.
pub async fn forget_removed(db: &Db) -> Result<(), StoreError> {
    let Db::Sqlite { .. } = db else {
        return Ok(());
    };
    for [begin, go_on] in MERGES {
        let mut sql = begin;
        while merge(db, sql).await? {
            sql = go_on;
        }
    }
    Ok(())
}

/// Says whether there was something to merge.
async fn merge(db: &Db, sql: &'static str) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    let before = changes(&mut tx).await?;
    tx.execute(sql, args![]).await?;
    let after = changes(&mut tx).await?;
    tx.commit().await?;
    // The statement itself counts as one.
    Ok(after - before > 1)
}

async fn changes(tx: &mut Tx) -> Result<i64, StoreError> {
    let row = tx.row("select total_changes() as changes", args![]).await?;
    row.map_or(Ok(0), |row| row.get("changes"))
}
