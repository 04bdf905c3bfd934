//! Texts for lists: those that the store has no message of, and what is known of those it has.

use std::collections::HashMap;

use twilio_hooks::{
    CompanyId, ContactId, MessageId,
    store::{PageRequest, StoreError},
};
use uuid::Uuid;

use super::Outgoing;
use crate::{
    args,
    database::{Db, Row},
};

/// A file of a text.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// The upload.
    pub id: Uuid,
    /// What it is.
    pub content_type: String,
}

/// Which texts: a company's, between two ids.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// The company.
    pub company: CompanyId,
    /// Only those to this contact.
    pub contact: Option<ContactId>,
    /// The lowest id.
    pub oldest: Uuid,
    /// The highest id.
    pub newest: Uuid,
}

impl Range {
    /// One text.
    #[must_use]
    pub fn only(company: CompanyId, id: MessageId) -> Self {
        let id = id.as_uuid();
        Self {
            company,
            contact: None,
            oldest: id,
            newest: id,
        }
    }
}

/// Texts that the store has no message of: those that wait and those that were never sent. Newest
/// first, and one more than the page holds.
///
/// Lists of messages and timelines are complete only with these. They are to be read before what the
/// store has: then a text that Twilio takes meanwhile is in both, under the same id, and the
/// store's is the better one.
///
/// # Errors
/// If the database fails.
pub async fn pending(
    db: &Db,
    company: CompanyId,
    contact: Option<ContactId>,
    page: PageRequest,
) -> Result<Vec<Outgoing>, StoreError> {
    let limit = i64::from(page.limit) + 1;
    // No id is as large.
    let before = page.before.unwrap_or(Uuid::max());
    let rows = match contact {
        None => {
            let sql = "select * from outgoing
                       where company_id = $1 and id < $2 and state <> 'sent'
                       order by id desc limit $3";
            db.rows(sql, args![company, before, limit]).await?
        }
        Some(contact) => {
            let sql = "select * from outgoing
                       where company_id = $1 and contact_id = $2 and id < $3 and state <> 'sent'
                       order by id desc limit $4";
            db.rows(sql, args![company, contact, before, limit]).await?
        }
    };
    rows.iter().map(Outgoing::read).collect()
}

/// The texts behind the messages of a range, by the id of the message in the store.
///
/// # Errors
/// If the database fails.
pub async fn behind(db: &Db, range: Range) -> Result<HashMap<MessageId, Outgoing>, StoreError> {
    let rows = rows_of(
        db,
        range,
        "select * from outgoing where company_id = $1 and id >= $2 and id <= $3",
        "select * from outgoing
         where company_id = $1 and id >= $2 and id <= $3 and contact_id = $4",
    );
    let mut found = HashMap::new();
    for row in &rows.await? {
        let text = Outgoing::read(row)?;
        found.insert(text.sms_id.unwrap_or(text.id), text);
    }
    Ok(found)
}

/// The files of the texts of a range, by the id of the text.
///
/// # Errors
/// If the database fails.
pub async fn attachments(
    db: &Db,
    range: Range,
) -> Result<HashMap<MessageId, Vec<Attachment>>, StoreError> {
    let rows = rows_of(
        db,
        range,
        "select m.outgoing_id, m.position, u.id, u.content_type
         from outgoing o
         join outgoing_media m on m.outgoing_id = o.id
         join uploads u on u.company_id = m.company_id and u.id = m.upload_id
         where o.company_id = $1 and o.id >= $2 and o.id <= $3",
        "select m.outgoing_id, m.position, u.id, u.content_type
         from outgoing o
         join outgoing_media m on m.outgoing_id = o.id
         join uploads u on u.company_id = m.company_id and u.id = m.upload_id
         where o.company_id = $1 and o.id >= $2 and o.id <= $3 and o.contact_id = $4",
    );
    let mut found: HashMap<MessageId, Vec<(i64, Attachment)>> = HashMap::new();
    for row in rows.await? {
        let file = Attachment {
            id: row.get("id")?,
            content_type: row.get("content_type")?,
        };
        let files = found.entry(row.get("outgoing_id")?).or_default();
        files.push((row.get("position")?, file));
    }
    let in_order = found.into_iter().map(|(text, mut files)| {
        files.sort_unstable_by_key(|(position, _)| *position);
        (text, files.into_iter().map(|(_, file)| file).collect())
    });
    Ok(in_order.collect())
}

/// Reads with the statement for one contact or for all.
async fn rows_of(
    db: &Db,
    range: Range,
    of_all: &'static str,
    of_one: &'static str,
) -> Result<Vec<Row>, StoreError> {
    let mut args = args![range.company, range.oldest, range.newest];
    match range.contact {
        None => db.rows(of_all, args).await,
        Some(contact) => {
            args.push(contact.into());
            db.rows(of_one, args).await
        }
    }
}
