//! [`Reader`]: somebody who reads threads, and how far.
//!
//! Nothing counts along: what is unread is counted when it is shown, from the last entry that the
//! person has read, by an index and never beyond [`MOST`]. So no counter can be wrong.

use jiff::Timestamp;
use twilio_hooks::{CompanyId, ContactId, UserId, store::StoreError};
use uuid::Uuid;

use crate::{
    args,
    contacts::links,
    database::{Db, Tx},
};

/// More unread messages are shown as so many.
pub const MOST: i64 = 100;

/// A person, and from when on they read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// The person.
    pub user: UserId,
    /// What was said before is not unread: the person was not here.
    pub since: Uuid,
}

/// Who reads; `None` if the company has no such person.
///
/// # Errors
/// If the database fails.
pub async fn reader(
    db: &Db,
    company: CompanyId,
    user: UserId,
) -> Result<Option<Reader>, StoreError> {
    let sql = "select created_at from users where company_id = $1 and id = $2";
    let row = db.row(sql, args![company, user]).await?;
    row.map(|row| {
        Ok(Reader {
            user,
            since: first_id(row.get("created_at")?),
        })
    })
    .transpose()
}

/// The lowest id that anything can have that happened at a time.
pub(crate) fn first_id(time: Timestamp) -> Uuid {
    let milliseconds = u128::try_from(time.as_millisecond()).unwrap_or(0);
    Uuid::from_u128(milliseconds << 80)
}

/// The id right after this one.
pub(super) fn after(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().saturating_add(1))
}

/// How far somebody has read the thread of a primary contact.
///
/// # Errors
/// If the database fails.
pub async fn read_up_to(
    db: &Db,
    company: CompanyId,
    user: UserId,
    contact: ContactId,
) -> Result<Option<Uuid>, StoreError> {
    let sql = "select last_read_id from thread_reads
               where user_id = $1 and contact_id = $2 and company_id = $3";
    let row = db.row(sql, args![user, contact, company]).await?;
    row.map(|row| row.get("last_read_id")).transpose()
}

/// Whether this message, text to be sent, or call is in the thread of a primary contact.
///
/// # Errors
/// If the database fails.
pub async fn has_entry(
    db: &Db,
    company: CompanyId,
    contact: ContactId,
    entry: Uuid,
) -> Result<bool, StoreError> {
    let sql = "select contact_id from sms where company_id = $1 and id = $2
               union all
               select contact_id from calls where company_id = $1 and id = $2
               union all
               select contact_id from outgoing where company_id = $1 and id = $2";
    let group = links::group(db, company, contact).await?;
    for row in db.rows(sql, args![company, entry]).await? {
        let of: Option<ContactId> = row.get("contact_id")?;
        if of.is_some_and(|of| group.contains(&of)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Notes that somebody has read the thread of a primary contact up to an entry; what was read further
/// stays read.
///
/// # Errors
/// If the database fails.
pub async fn mark_read(
    tx: &mut Tx,
    company: CompanyId,
    user: UserId,
    contact: ContactId,
    up_to: Uuid,
) -> Result<(), StoreError> {
    let sql = tx.pick(
        "insert into thread_reads (user_id, contact_id, company_id, last_read_id)
         values ($1, $2, $3, $4)
         on conflict (user_id, contact_id) do update
         set last_read_id = max(last_read_id, excluded.last_read_id)",
        "insert into thread_reads as r (user_id, contact_id, company_id, last_read_id)
         values ($1, $2, $3, $4)
         on conflict (user_id, contact_id) do update
         set last_read_id = greatest(r.last_read_id, excluded.last_read_id)",
    );
    tx.execute(sql, args![user, contact, company, up_to])
        .await?;
    Ok(())
}

/// Makes the last message that came in unread again, and gives how far the thread is read then.
/// `None` if nothing came in.
///
/// # Errors
/// If the database fails.
pub async fn mark_unread(
    tx: &mut Tx,
    company: CompanyId,
    user: UserId,
    contact: ContactId,
) -> Result<Option<Uuid>, StoreError> {
    let sql = "select last_in_id from threads
               where company_id = $1 and contact_id = $2 and last_in_id is not null";
    let Some(row) = tx.row(sql, args![company, contact]).await? else {
        return Ok(None);
    };
    let last: Uuid = row.get("last_in_id")?;
    let before = Uuid::from_u128(last.as_u128().saturating_sub(1));
    let sql = "insert into thread_reads (user_id, contact_id, company_id, last_read_id)
               values ($1, $2, $3, $4)
               on conflict (user_id, contact_id) do update
               set last_read_id = excluded.last_read_id";
    tx.execute(sql, args![user, contact, company, before])
        .await?;
    Ok(Some(before))
}

#[cfg(test)]
mod tests {
    use twilio_hooks::MessageId;

    use super::*;

    #[test]
    fn ids_of_a_time_begin_with_the_lowest() {
        let now: Timestamp = "2026-11-23T15:00:00Z".parse().unwrap();
        let before = now - jiff::SignedDuration::from_millis(1);
        assert!(MessageId::at(before).as_uuid() < first_id(now));
        assert!(first_id(now) < MessageId::at(now).as_uuid());
    }
}
