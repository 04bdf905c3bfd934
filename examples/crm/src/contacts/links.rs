//! One person with several contacts: [`merge`], [`unmerge`], and who belongs together.
//!
//! Nothing is moved: a link says that one contact is a part of another. What a webhook brings for the
//! number of the part is kept with the part, and shown with the whole.

use jiff::Timestamp;
use twilio_hooks::{CompanyId, ContactId, store::StoreError};

use crate::{
    args,
    database::{Db, Tx},
    threads,
};

/// How many contacts one person can have: everything of theirs is read for each of them.
const MOST: usize = 20;

/// Why two contacts can't be made one, or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The company has no such contact.
    #[error("there is no such contact")]
    NotFound,
    /// They are one already, or one is the other.
    #[error("these are one contact already")]
    Same,
    /// It would be more than `MOST`.
    #[error("one person can have 20 contacts at most")]
    TooMany,
    /// They are not one.
    #[error("this contact is not a part of the other one")]
    Apart,
}

/// The contact that stands for this one: itself, or what it is a part of. `None` if the company has
/// no such contact.
///
/// # Errors
/// If the database fails.
pub async fn primary(
    db: &Db,
    company: CompanyId,
    contact: ContactId,
) -> Result<Option<ContactId>, StoreError> {
    let row = db.row(PRIMARY, args![company, contact]).await?;
    row.map(|row| row.get("id")).transpose()
}

const PRIMARY: &str = "select coalesce(l.primary_id, c.id) as id
    from contacts c
    left join contact_links l on l.company_id = c.company_id and l.other_id = c.id
    where c.company_id = $1 and c.id = $2";

/// Everybody who is one with this primary contact, which comes first.
///
/// # Errors
/// If the database fails.
pub async fn group(
    db: &Db,
    company: CompanyId,
    primary: ContactId,
) -> Result<Vec<ContactId>, StoreError> {
    let rows = db.rows(OTHERS, args![company, primary]).await?;
    let others = rows.iter().map(|row| row.get("other_id"));
    std::iter::once(Ok(primary)).chain(others).collect()
}

const OTHERS: &str = "select other_id from contact_links
    where company_id = $1 and primary_id = $2 order by other_id";

/// As [`group`], in a transaction.
pub(super) async fn group_in(
    tx: &mut Tx,
    company: CompanyId,
    primary: ContactId,
) -> Result<Vec<ContactId>, StoreError> {
    let rows = tx.rows(OTHERS, args![company, primary]).await?;
    let others = rows.iter().map(|row| row.get("other_id"));
    std::iter::once(Ok(primary)).chain(others).collect()
}

/// As [`primary`], in a transaction.
pub(super) async fn primary_in(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
) -> Result<Option<ContactId>, StoreError> {
    let row = tx.row(PRIMARY, args![company, contact]).await?;
    row.map(|row| row.get("id")).transpose()
}

/// Makes `other`, with all that are a part of it, a part of `contact`, and gives the contact that
/// stands for all.
///
/// # Errors
/// If the database fails; the inner one if it can't be done.
pub async fn merge(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    other: ContactId,
    now: Timestamp,
) -> Result<Result<ContactId, MergeError>, StoreError> {
    lock(tx, company).await?;
    let (Some(whole), Some(part)) = (
        primary_in(tx, company, contact).await?,
        primary_in(tx, company, other).await?,
    ) else {
        return Ok(Err(MergeError::NotFound));
    };
    // Two that stand for themselves never make a circle.
    if whole == part {
        return Ok(Err(MergeError::Same));
    }
    let mut count = 0;
    for primary in [whole, part] {
        count += group_in(tx, company, primary).await?.len();
    }
    if count > MOST {
        return Ok(Err(MergeError::TooMany));
    }
    let sql = "update contact_links set primary_id = $3 where company_id = $1 and primary_id = $2";
    tx.execute(sql, args![company, part, whole]).await?;
    let sql = "insert into contact_links (company_id, other_id, primary_id, linked_to, linked_at)
               values ($1, $2, $3, $3, $4)";
    tx.execute(sql, args![company, part, whole, now]).await?;
    hold_messages(tx, company).await?;
    threads::rebuild(tx, company, part).await?;
    threads::rebuild(tx, company, whole).await?;
    threads::take_reads(tx, company, part, whole).await?;
    Ok(Ok(whole))
}

/// Takes `other` out of what it is a part of, together with what was a part of it before, and gives
/// the contact it was a part of.
///
/// # Errors
/// If the database fails; the inner one if it was not a part of `contact`.
pub async fn unmerge(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    other: ContactId,
) -> Result<Result<ContactId, MergeError>, StoreError> {
    lock(tx, company).await?;
    let (Some(whole), Some(_)) = (
        primary_in(tx, company, contact).await?,
        primary_in(tx, company, other).await?,
    ) else {
        return Ok(Err(MergeError::NotFound));
    };
    let sql = "delete from contact_links
               where company_id = $1 and other_id = $2 and primary_id = $3";
    if tx.execute(sql, args![company, other, whole]).await? == 0 {
        return Ok(Err(MergeError::Apart));
    }
    let sql = "with recursive parts (id) as (
                   select other_id from contact_links where company_id = $1 and linked_to = $2
                   union
                   select l.other_id from contact_links l join parts on parts.id = l.linked_to
                   where l.company_id = $1)
               update contact_links set primary_id = $2
               where company_id = $1 and other_id in (select id from parts)";
    tx.execute(sql, args![company, other]).await?;
    hold_messages(tx, company).await?;
    threads::rebuild(tx, company, whole).await?;
    threads::rebuild(tx, company, other).await?;
    Ok(Ok(whole))
}

/// One at a time in a company: two merges at once could make a circle.
pub(super) async fn lock(tx: &mut Tx, company: CompanyId) -> Result<(), StoreError> {
    let sql = tx.pick(
        "select id from companies where id = $1",
        "select id from companies where id = $1 for no key update",
    );
    tx.rows(sql, args![company]).await?;
    Ok(())
}

/// From here to the end of the transaction no message finds its thread: on Postgres those that are
/// just being recorded are waited for, and the next ones wait; see the function `thread_contact`
/// there. SQLite has one writer anyway.
async fn hold_messages(tx: &mut Tx, company: CompanyId) -> Result<(), StoreError> {
    if let Tx::Postgres(_) = tx {
        let sql =
            "select pg_advisory_xact_lock(1668443508, hashtext($1::uuid::text)) is null as held";
        tx.rows(sql, args![company]).await?;
    }
    Ok(())
}
