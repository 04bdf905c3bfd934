//! [`audit`]: what people did, for their company to read. Rows are added and never changed.

use std::net::IpAddr;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use twilio_hooks::{
    CompanyId, UserId,
    store::{Page, PageRequest, StoreError},
};
use uuid::Uuid;

use crate::{
    api::{Actor, Caller},
    args,
    database::{Arg, Db, Row, Tx},
};

/// Puts on the audit log that the caller has done something.
///
/// `to` is the transaction that does it (`&mut tx`), so that both are kept or neither; or the database
/// (`&db`), where there is no transaction. `action` is a kind of object and a verb in the past, such as
/// `user.role_changed`; `object` is what it was done to. `details` is a JSON object, with `before` and
/// `after` where something was changed. It never has a secret, a text of a message or a phone number
/// of a contact: the log outlives what is erased.
///
/// # Errors
/// If the database fails.
///
/// # Examples
/// ```ignore
/// let details = json!({ "into": into });
/// audit(&mut tx, &caller, "contact.merged", Some(("contact", id.as_uuid())), details).await?;
/// ```
pub async fn audit(
    mut to: impl AuditTarget,
    caller: &Caller,
    action: &str,
    object: Option<(&str, Uuid)>,
    details: Value,
) -> Result<(), StoreError> {
    let sql = "insert into audit_log (id, company_id, user_id, api_token_id, action, object_kind,
                   object_id, details, ip, created_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let (user, token) = match caller.actor {
        Actor::User(user) => (Some(user), None),
        Actor::ApiToken(token) => (None, Some(token)),
        Actor::Configured | Actor::Server => (None, None),
    };
    let (kind, id) = object.unzip();
    to.run(
        sql,
        args![
            new_id(caller.at),
            caller.company,
            user,
            token,
            action,
            kind,
            id,
            details.to_string(),
            caller.ip.map(|ip| ip.to_string()),
            caller.at,
        ],
    )
    .await
}

/// Where an entry of the audit log is written: a transaction, or the database.
#[async_trait]
pub trait AuditTarget: Send {
    /// Runs the statement.
    ///
    /// # Errors
    /// If the database fails.
    async fn run(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<(), StoreError>;
}

#[async_trait]
impl AuditTarget for &mut Tx {
    async fn run(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<(), StoreError> {
        self.execute(sql, args).await.map(drop)
    }
}

#[async_trait]
impl AuditTarget for &Db {
    async fn run(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<(), StoreError> {
        self.execute(sql, args).await.map(drop)
    }
}

/// What somebody did.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AuditEntry {
    /// The entry.
    pub id: Uuid,
    /// The person, if it was one.
    pub user_id: Option<UserId>,
    /// The token of the program, if it was one with a token that was made in the CRM.
    pub api_token_id: Option<Uuid>,
    /// What was done.
    pub action: String,
    /// What kind of thing it was done to.
    pub object_kind: Option<String>,
    /// Which one it was.
    pub object_id: Option<Uuid>,
    /// More about it.
    pub details: Value,
    /// Where the request came from.
    pub ip: Option<IpAddr>,
    /// When.
    pub created_at: Timestamp,
}

/// The audit log of a company, newest first.
///
/// # Errors
/// If the database fails.
pub async fn audit_log(
    db: &Db,
    company: CompanyId,
    page: PageRequest,
) -> Result<Page<AuditEntry>, StoreError> {
    let sql =
        "select id, user_id, api_token_id, action, object_kind, object_id, details, ip, created_at
               from audit_log where company_id = $1 and id < $2 order by id desc limit $3";
    let before = page.before.unwrap_or(Uuid::max());
    let args = args![company, before, i64::from(page.limit) + 1];
    let rows = db.rows(sql, args).await?;
    let entries = rows.iter().map(entry).collect::<Result<_, _>>()?;
    Ok(Page::from_rows(entries, page.limit, |entry| entry.id))
}

fn entry(row: &Row) -> Result<AuditEntry, StoreError> {
    let ip: Option<String> = row.get("ip")?;
    Ok(AuditEntry {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        api_token_id: row.get("api_token_id")?,
        action: row.get("action")?,
        object_kind: row.get("object_kind")?,
        object_id: row.get("object_id")?,
        details: row.json("details")?,
        ip: ip.and_then(|ip| ip.parse().ok()),
        created_at: row.get("created_at")?,
    })
}

/// An id for a row that has no type of its own: ids made later sort later.
pub(super) fn new_id(now: Timestamp) -> Uuid {
    UserId::at(now).as_uuid()
}
