//! What statements change: those of contacts, of Twilio, and of people.

use jiff::Timestamp;
use twilio_hooks::{
    CompanyId, ContactId, LineId, MessageId, MessagingServiceSid, UserId, store::StoreError,
};

use super::{
    Between, Keyword, Said, Source, Statement, state_in,
    statement::Known,
    table::{Event, address, heard_through, note, put, scoped, service},
};
use crate::{
    args,
    database::{Db, Tx},
};

/// A text that may say something about consent.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The contact who wrote, and the line that was written to.
    pub between: Between,
    /// The line's number, or the SID of the messaging service that it is.
    pub address: &'a str,
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
        let service = incoming.service.map(MessagingServiceSid::as_str);
        // Only from who has said no it means anything.
        let means_nothing = is_yes && state_in(&mut tx, between).await?.can_opt_in();
        let changed = if means_nothing {
            false
        } else {
            say_to(&mut tx, between, incoming.address, service, statement).await?
        };
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
/// message), or a person says so. Nothing happens if that is known already, or was said of this message
/// before.
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
    let sql = "select id from consent_events
               where company_id = $1 and message_id = $2 and source = $3";
    let args = args![between.company, message, source.as_str()];
    if message.is_some() && tx.row(sql, args).await?.is_some() {
        return Ok(());
    }
    // A line that is gone sends nothing.
    let Some(address) = address(tx, between).await? else {
        return Ok(());
    };
    // Twilio refuses for all of the service.
    let service = match source {
        Source::Person => None,
        _ => service(tx, between).await?,
    };
    let known = state_in(tx, between).await?;
    let is_known = known.opted_out && !(known.can_opt_in() && source.is_contact());
    if !is_known && say_to(tx, between, &address, service.as_deref(), statement).await? {
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
    tx: &mut Tx,
    between: Between,
    at: Timestamp,
    user: Option<UserId>,
) -> Result<Result<(), ContactOptedOut>, StoreError> {
    let statement = Statement {
        opted_out: false,
        source: Source::Person,
        at,
    };
    lock(tx, between).await?;
    if !state_in(tx, between).await?.can_opt_in() {
        return Ok(Err(ContactOptedOut));
    }
    let Some(address) = address(tx, between).await? else {
        return Ok(Ok(()));
    };
    if say_to(tx, between, &address, None, statement).await? {
        let event = Event {
            statement,
            message: None,
            user,
            changed: true,
        };
        note(tx, between, &event).await?;
    }
    Ok(Ok(()))
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
            put(tx, company, contact, scope, None, no).await?;
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

/// Two statements of one contact wait for each other. On SQLite every transaction does.
async fn lock(tx: &mut Tx, between: Between) -> Result<(), StoreError> {
    if let Tx::Postgres(_) = tx {
        let sql = "select id from contacts where company_id = $1 and id = $2 for no key update";
        tx.row(sql, args![between.company, between.contact]).await?;
    }
    Ok(())
}

/// Writes a statement that was made to a line, maybe through a messaging service, and says whether it
/// changed anything. It is the line's too: the line may leave the service.
async fn say_to(
    tx: &mut Tx,
    between: Between,
    address: &str,
    service: Option<&str>,
    statement: Statement,
) -> Result<bool, StoreError> {
    let mut changed = say(tx, between, address, service, statement).await?;
    let Some(service) = service else {
        return Ok(changed);
    };
    changed |= say(tx, between, service, None, statement).await?;
    if !statement.opted_out {
        // What was said through the service to its other lines is taken back with it.
        for address in heard_through(tx, between, service).await? {
            say(tx, between, &address, Some(service), statement).await?;
        }
    }
    Ok(changed)
}

/// Writes a statement in one scope, and says whether it changed anything.
async fn say(
    tx: &mut Tx,
    between: Between,
    scope: &str,
    through: Option<&str>,
    statement: Statement,
) -> Result<bool, StoreError> {
    let Between {
        company, contact, ..
    } = between;
    let known = scoped(tx, company, contact, scope).await?;
    let (after, changed) = Known::after(known, statement);
    if known != Some(after) {
        put(tx, company, contact, scope, through, after).await?;
    }
    Ok(changed)
}
