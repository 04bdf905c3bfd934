//! Consent as it is kept: what is read before sending, and what statements write.

use jiff::Timestamp;
use twilio_hooks::{
    CompanyId, ContactId, HistoryId, LineId, MessageId, MessagingServiceSid, UserId,
    store::StoreError,
};

use super::{Consent, Keyword, Said, Source, Statement, statement::Known};
use crate::{
    args,
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

/// A text that may say something about consent.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The contact who wrote, and the line that was written to.
    pub between: Between,
    /// The text.
    pub message: MessageId,
    /// The messaging service that it came through.
    pub service: Option<&'a MessagingServiceSid>,
    /// What it says.
    pub said: Said,
    /// When it was received.
    pub at: Timestamp,
}

/// What came of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Whether the text was about consent and nothing else: Twilio has answered it. A YES from
    /// somebody who had not stopped anything is an ordinary text.
    pub is_keyword: bool,
    /// Whether it changed anything, or has done so when it came before.
    pub changed: bool,
}

/// A person wanted to undo what the contact had said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the contact texted STOP to this number, and only START from the contact undoes it")]
pub struct ContactOptedOut;

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

/// What a line's own scope is, and those it shares: its messaging service, and if the line is a
/// messaging service, itself.
const STATE: &str = "select opted_out, source, since from consents
    where company_id = $1 and contact_id = $2 and scope in (
        $3,
        (select service_sid from line_services where company_id = $1 and line_id = $4),
        (select address from lines where company_id = $1 and id = $4)
    )";

/// Whether we may write to a contact from a line.
///
/// # Errors
/// If the database fails.
pub async fn state(db: &Db, between: Between) -> Result<Consent, StoreError> {
    combine(&db.rows(STATE, state_args(between)).await?)
}

/// As [`state`], in a transaction.
///
/// # Errors
/// If the database fails.
pub async fn state_in(tx: &mut Tx, between: Between) -> Result<Consent, StoreError> {
    combine(&tx.rows(STATE, state_args(between)).await?)
}

fn state_args(between: Between) -> Vec<Arg> {
    args![
        between.company,
        between.contact,
        between.line.to_string(),
        between.line
    ]
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

/// Takes in what a text says. The same text again changes nothing, and neither does one that was
/// received before a later one that is known already.
///
/// # Errors
/// If the database fails.
pub async fn apply_incoming(db: &Db, incoming: &Incoming<'_>) -> Result<Applied, StoreError> {
    let Incoming { between, said, .. } = *incoming;
    if said.keyword == Keyword::Help {
        return Ok(Applied {
            is_keyword: true,
            changed: false,
        });
    }
    let mut tx = db.begin().await?;
    lock(&mut tx, between).await?;
    if let Some(service) = incoming.service {
        let sql = "insert into line_services (company_id, line_id, service_sid)
                   values ($1, $2, $3) on conflict (company_id, line_id) do nothing";
        let args = args![between.company, between.line, service.as_str()];
        tx.execute(sql, args).await?;
    }
    let is_yes = said.keyword == Keyword::Yes;
    let sql = "select changed from consent_events where company_id = $1 and message_id = $2";
    let repeated = tx
        .row(sql, args![between.company, incoming.message])
        .await?;
    let changed = if let Some(row) = repeated {
        row.get("changed")?
    } else {
        let statement = Statement {
            opted_out: said.keyword == Keyword::Stop,
            source: said.source,
            at: incoming.at,
        };
        let line = between.line.to_string();
        let service = incoming.service.map(|service| service.as_str().to_owned());
        let scopes = match (service, said.keyword) {
            // Only a yes to who is out means anything.
            _ if is_yes && !state_in(&mut tx, between).await?.opted_out => Vec::new(),
            (Some(service), Keyword::Stop) => vec![service],
            (Some(service), _) => vec![service, line],
            (None, _) => vec![line],
        };
        let mut changed = false;
        for scope in scopes {
            changed |= say(&mut tx, between, &scope, statement).await?;
        }
        let event = Event {
            statement,
            message: Some(incoming.message),
            user: None,
            changed,
        };
        note(&mut tx, between, &event).await?;
        changed
    };
    tx.commit().await?;
    Ok(Applied {
        is_keyword: !is_yes || changed,
        changed,
    })
}

/// Notes that a contact may not be written to: Twilio refused a message ([`Source::Refused`], with the
/// message), or a person says so. Nothing happens if that is known already.
///
/// # Errors
/// If the database fails.
pub async fn opted_out(
    db: &Db,
    between: Between,
    source: Source,
    at: Timestamp,
    message: Option<MessageId>,
    user: Option<UserId>,
) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    opted_out_in(&mut tx, between, source, at, message, user).await?;
    tx.commit().await
}

/// As [`opted_out`], in a transaction.
///
/// # Errors
/// If the database fails.
pub async fn opted_out_in(
    tx: &mut Tx,
    between: Between,
    source: Source,
    at: Timestamp,
    message: Option<MessageId>,
    user: Option<UserId>,
) -> Result<(), StoreError> {
    let statement = Statement {
        opted_out: true,
        source,
        at,
    };
    lock(tx, between).await?;
    // Twilio refuses for all of the service.
    let service = match source {
        Source::Person => None,
        _ => service(tx, between).await?,
    };
    let scope = service.unwrap_or_else(|| between.line.to_string());
    let known = state_in(tx, between).await?;
    let is_known = known.opted_out && !(known.can_opt_in() && source.is_contact());
    if !is_known && say(tx, between, &scope, statement).await? {
        let event = Event {
            statement,
            message,
            user,
            changed: true,
        };
        note(tx, between, &event).await?;
    }
    Ok(())
}

/// Undoes what a person has entered.
///
/// # Errors
/// If the database fails. The inner error says that the contact has said no, which nobody else can
/// undo.
pub async fn opted_in(
    db: &Db,
    between: Between,
    at: Timestamp,
    user: Option<UserId>,
) -> Result<Result<(), ContactOptedOut>, StoreError> {
    let statement = Statement {
        opted_out: false,
        source: Source::Person,
        at,
    };
    let mut tx = db.begin().await?;
    lock(&mut tx, between).await?;
    if !state_in(&mut tx, between).await?.can_opt_in() {
        return Ok(Err(ContactOptedOut));
    }
    if say(&mut tx, between, &between.line.to_string(), statement).await? {
        let event = Event {
            statement,
            message: None,
            user,
            changed: true,
        };
        note(&mut tx, between, &event).await?;
    }
    tx.commit().await?;
    Ok(Ok(()))
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

/// Gives a contact what was kept of the same number's consent when it was erased: the scopes in which it
/// had said no.
///
/// # Errors
/// If the database fails.
pub async fn restore(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    scopes: &[String],
    at: Timestamp,
) -> Result<(), StoreError> {
    let no = Known {
        opted_out: true,
        source: Source::Keyword,
        since: at,
        said_at: at,
    };
    for scope in scopes {
        if scoped(tx, company, contact, scope).await?.is_none() {
            put(tx, company, contact, scope, no).await?;
        }
    }
    Ok(())
}

/// Notes which messaging service the messages to a line come through, so that the line shares the
/// service's consent. `known` is what was noted before.
///
/// # Errors
/// If the database fails.
pub async fn note_service(
    db: &Db,
    company: CompanyId,
    line: LineId,
    known: Option<&str>,
    service: Option<&MessagingServiceSid>,
) -> Result<(), StoreError> {
    match service.map(MessagingServiceSid::as_str) {
        service if service == known => {}
        Some(service) => {
            let sql = "insert into line_services (company_id, line_id, service_sid)
                       values ($1, $2, $3)
                       on conflict (company_id, line_id) do update
                       set service_sid = excluded.service_sid";
            db.execute(sql, args![company, line, service]).await?;
        }
        None => {
            let sql = "delete from line_services where company_id = $1 and line_id = $2";
            db.execute(sql, args![company, line]).await?;
        }
    }
    Ok(())
}

async fn service(tx: &mut Tx, between: Between) -> Result<Option<String>, StoreError> {
    let sql = "select service_sid from line_services where company_id = $1 and line_id = $2";
    let row = tx.row(sql, args![between.company, between.line]).await?;
    row.map(|row| row.get("service_sid")).transpose()
}

/// Two statements of one contact wait for each other. On SQLite every transaction does.
async fn lock(tx: &mut Tx, between: Between) -> Result<(), StoreError> {
    if let Tx::Postgres(_) = tx {
        let sql = "select id from contacts where company_id = $1 and id = $2 for no key update";
        tx.row(sql, args![between.company, between.contact]).await?;
    }
    Ok(())
}

/// Writes a statement in one scope, and says whether it changed anything.
async fn say(
    tx: &mut Tx,
    between: Between,
    scope: &str,
    statement: Statement,
) -> Result<bool, StoreError> {
    let known = scoped(tx, between.company, between.contact, scope).await?;
    let (after, changed) = Known::after(known, statement);
    if known != Some(after) {
        put(tx, between.company, between.contact, scope, after).await?;
    }
    Ok(changed)
}

async fn scoped(
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

async fn put(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    scope: &str,
    known: Known,
) -> Result<(), StoreError> {
    let sql = "insert into consents
                   (company_id, contact_id, scope, opted_out, source, since, said_at)
               values ($1, $2, $3, $4, $5, $6, $7)
               on conflict (company_id, contact_id, scope) do update set
                   opted_out = excluded.opted_out, source = excluded.source,
                   since = excluded.since, said_at = excluded.said_at";
    let args = args![
        company,
        contact,
        scope,
        known.opted_out,
        known.source.as_str(),
        known.since,
        known.said_at
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
struct Event {
    statement: Statement,
    message: Option<MessageId>,
    user: Option<UserId>,
    changed: bool,
}

async fn note(tx: &mut Tx, between: Between, event: &Event) -> Result<(), StoreError> {
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
