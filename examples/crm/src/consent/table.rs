//! Consent as it is kept.

use twilio_hooks::{CompanyId, ContactId, HistoryId, LineId, MessageId, UserId, store::StoreError};

use super::{Consent, Statement, statement::Known};
use crate::{
    args,
    contacts::tombstones,
    database::{Arg, Db, Row, Tx},
};

/// Whose consent, for which line of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    /// The company.
    pub company: CompanyId,
    /// Its line.
    pub line: LineId,
    /// Its contact.
    pub contact: ContactId,
}

/// An entry of the history of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HistoryEntry {
    /// The line it was said to.
    pub line: LineId,
    /// What was said.
    pub statement: Statement,
    /// The text that said it, or the message that was refused.
    pub message: Option<MessageId>,
    /// The person who entered it.
    pub user: Option<UserId>,
}

/// In a line's own scope, which is its address, and in the one that it shares: its messaging service.
const STATE: &str = "select opted_out, source, since from consents
    where company_id = $1 and contact_id = $2 and scope in (
        (select address from lines where company_id = $1 and id = $3),
        (select service_sid from line_services where company_id = $1 and line_id = $3)
    )";

/// Whether we may write to a contact from a line.
///
/// # Errors
/// If the database fails.
pub async fn state(db: &Db, between: Between) -> Result<Consent, StoreError> {
    let mut rows = db.rows(STATE, state_args(between)).await?;
    if rows.is_empty()
        && let Some(row) = db.row(NUMBER, number_args(between)).await?
    {
        rows = db.rows(BURIED, buried_args(between, &row)?).await?;
    }
    combine(&rows)
}

/// As [`state`], in a transaction.
///
/// # Errors
/// If the database fails.
pub async fn state_in(tx: &mut Tx, between: Between) -> Result<Consent, StoreError> {
    let mut rows = tx.rows(STATE, state_args(between)).await?;
    if rows.is_empty()
        && let Some(row) = tx.row(NUMBER, number_args(between)).await?
    {
        rows = tx.rows(BURIED, buried_args(between, &row)?).await?;
    }
    combine(&rows)
}

/// The number of a contact who has said nothing, if the company has erased anybody who had.
const NUMBER: &str = "select c.address, s.digest_key from contacts c
    join company_settings s on s.company_id = c.company_id
    where c.company_id = $1 and c.id = $2 and s.digest_key is not null";

fn number_args(between: Between) -> Vec<Arg> {
    args![between.company, between.contact]
}

/// What was said before the contact was erased, in the same scopes as [`STATE`].
const BURIED: &str = "select opted_out, source, since from consent_tombstones
    where company_id = $1 and digest = $2 and scope in (
        (select address from lines where company_id = $1 and id = $3),
        (select service_sid from line_services where company_id = $1 and line_id = $3)
    )";

fn buried_args(between: Between, row: &Row) -> Result<Vec<Arg>, StoreError> {
    let (key, address): (Vec<u8>, String) = (row.get("digest_key")?, row.get("address")?);
    Ok(args![
        between.company,
        tombstones::digest(&key, between.company, &address),
        between.line
    ])
}

fn state_args(between: Between) -> Vec<Arg> {
    args![between.company, between.contact, between.line]
}

/// A no in any scope is a no; what the contact said counts more than what a person entered.
fn combine(rows: &[Row]) -> Result<Consent, StoreError> {
    let mut all = Vec::new();
    for row in rows {
        all.push(Consent {
            opted_out: row.get("opted_out")?,
            source: Some(row.parse("source")?),
            since: row.get("since")?,
        });
    }
    let strongest = all
        .into_iter()
        .max_by_key(|consent| (consent.opted_out, !consent.can_opt_in(), consent.since));
    Ok(strongest.unwrap_or(Consent::UNSAID))
}

/// What a contact's consent was changed by, latest first.
///
/// # Errors
/// If the database fails.
pub async fn history(
    db: &Db,
    company: CompanyId,
    contact: ContactId,
) -> Result<Vec<HistoryEntry>, StoreError> {
    let sql = "select line_id, opted_out, source, message_id, user_id, at from consent_events
               where company_id = $1 and contact_id = $2 and changed
               order by id desc limit 200";
    let rows = db.rows(sql, args![company, contact]).await?;
    rows.iter()
        .map(|row| {
            Ok(HistoryEntry {
                line: row.get("line_id")?,
                statement: Statement {
                    opted_out: row.get("opted_out")?,
                    source: row.parse("source")?,
                    at: row.get("at")?,
                },
                message: row.get("message_id")?,
                user: row.get("user_id")?,
            })
        })
        .collect()
}

/// The line's number, or the SID of the messaging service that it is; none if the line is gone.
pub(super) async fn address(tx: &mut Tx, between: Between) -> Result<Option<String>, StoreError> {
    let sql = "select address from lines where company_id = $1 and id = $2";
    let row = tx.row(sql, args![between.company, between.line]).await?;
    row.map(|row| row.get("address")).transpose()
}

/// The lines of a messaging service that have heard a no through it.
pub(super) async fn heard_through(
    tx: &mut Tx,
    between: Between,
    service: &str,
) -> Result<Vec<String>, StoreError> {
    let sql = "select c.scope from consents c
               join lines l on l.company_id = c.company_id and l.address = c.scope
               join line_services s on s.company_id = l.company_id and s.line_id = l.id
               where c.company_id = $1 and c.contact_id = $2 and c.opted_out
                   and c.through = $3 and s.service_sid = $3";
    let args = args![between.company, between.contact, service];
    let rows = tx.rows(sql, args).await?;
    rows.iter().map(|row| row.get("scope")).collect()
}

/// The messaging service that messages to the line come through.
pub(super) async fn service(tx: &mut Tx, between: Between) -> Result<Option<String>, StoreError> {
    let sql = "select service_sid from line_services where company_id = $1 and line_id = $2";
    let row = tx.row(sql, args![between.company, between.line]).await?;
    row.map(|row| row.get("service_sid")).transpose()
}

/// What is known in one scope.
pub(super) async fn scoped(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    scope: &str,
) -> Result<Option<Known>, StoreError> {
    let sql = "select opted_out, source, since, said_at from consents
               where company_id = $1 and contact_id = $2 and scope = $3";
    let row = tx.row(sql, args![company, contact, scope]).await?;
    row.as_ref().map(known).transpose()
}

/// Writes what is known in one scope. `through` is the messaging service that a line heard it through.
pub(super) async fn put(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    scope: &str,
    through: Option<&str>,
    known: Known,
) -> Result<(), StoreError> {
    let sql = "insert into consents
                   (company_id, contact_id, scope, opted_out, source, since, said_at, through)
               values ($1, $2, $3, $4, $5, $6, $7, $8)
               on conflict (company_id, contact_id, scope) do update set
                   opted_out = excluded.opted_out, source = excluded.source,
                   since = excluded.since, said_at = excluded.said_at,
                   through = excluded.through";
    let args = args![
        company,
        contact,
        scope,
        known.opted_out,
        known.source.as_str(),
        known.since,
        known.said_at,
        through
    ];
    tx.execute(sql, args).await.map(drop)
}

fn known(row: &Row) -> Result<Known, StoreError> {
    Ok(Known {
        opted_out: row.get("opted_out")?,
        source: row.parse("source")?,
        since: row.get("since")?,
        said_at: row.get("said_at")?,
    })
}

/// A row of the history.
pub(super) struct Event {
    pub(super) statement: Statement,
    pub(super) message: Option<MessageId>,
    pub(super) user: Option<UserId>,
    pub(super) changed: bool,
}

/// Adds to the history.
pub(super) async fn note(tx: &mut Tx, between: Between, event: &Event) -> Result<(), StoreError> {
    // A message that was refused may have said something before, such as a STOP that was forwarded.
    let sql = "insert into consent_events (id, company_id, contact_id, line_id, opted_out, source,
                   message_id, user_id, changed, at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
               on conflict (company_id, message_id) where message_id is not null do nothing";
    let args = args![
        HistoryId::at(event.statement.at),
        between.company,
        between.contact,
        between.line,
        event.statement.opted_out,
        event.statement.source.as_str(),
        event.message,
        event.user,
        event.changed,
        event.statement.at
    ];
    tx.execute(sql, args).await.map(drop)
}
