//! Rows that those who change something wait for. On SQLite every transaction waits for the others.

use twilio_hooks::{CompanyId, LineId, UserId, store::StoreError};

use super::{Arg, Tx};
use crate::args;

/// Lets everybody wait who changes the company's settings, and says whether there is such a company.
///
/// # Errors
/// If the database fails.
pub async fn lock_company(tx: &mut Tx, company: CompanyId) -> Result<bool, StoreError> {
    let sql = [
        "select id from companies where id = $1",
        "select id from companies where id = $1 for no key update",
    ];
    lock(tx, sql, args![company]).await
}

/// Lets everybody wait who changes or removes a line, and says whether the company has it.
///
/// # Errors
/// If the database fails.
pub async fn lock_line(tx: &mut Tx, company: CompanyId, line: LineId) -> Result<bool, StoreError> {
    let sql = [
        "select id from lines where company_id = $1 and id = $2",
        "select id from lines where company_id = $1 and id = $2 for no key update",
    ];
    lock(tx, sql, args![company, line]).await
}

/// Lets everybody wait who changes a person, and says whether the company has them.
///
/// # Errors
/// If the database fails.
pub async fn lock_user(tx: &mut Tx, company: CompanyId, user: UserId) -> Result<bool, StoreError> {
    let sql = [
        "select id from users where company_id = $1 and id = $2",
        "select id from users where company_id = $1 and id = $2 for no key update",
    ];
    lock(tx, sql, args![company, user]).await
}

async fn lock(tx: &mut Tx, sql: [&'static str; 2], args: Vec<Arg>) -> Result<bool, StoreError> {
    let [sqlite, postgres] = sql;
    let sql = match tx {
        Tx::Sqlite(_) => sqlite,
        Tx::Postgres(_) => postgres,
    };
    Ok(tx.row(sql, args).await?.is_some())
}
