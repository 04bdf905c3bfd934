//! Blocked contacts: what they send is kept, and nobody is told.
//!
//! A trigger on the table of notifications leaves out what is about a blocked contact, so no part of
//! the server can forget to ask. Those who answer by themselves, texts and calls, ask
//! [`is_blocked`] or [`is_address_blocked`].

use jiff::Timestamp;
use twilio_hooks::{Address, CompanyId, ContactId, store::StoreError};

use super::{details, links};
use crate::{
    args,
    database::{Db, Tx},
};

/// Whether nobody wants to hear of this contact, or of what it is a part of.
///
/// # Errors
/// If the database fails.
pub async fn is_blocked(
    db: &Db,
    company: CompanyId,
    contact: ContactId,
) -> Result<bool, StoreError> {
    Ok(db.row(IS_BLOCKED, args![company, contact]).await?.is_some())
}

/// As [`is_blocked`], in a transaction.
///
/// # Errors
/// If the database fails.
pub async fn is_blocked_in(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
) -> Result<bool, StoreError> {
    Ok(tx.row(IS_BLOCKED, args![company, contact]).await?.is_some())
}

const IS_BLOCKED: &str = "select 1 as yes from contact_details
    where company_id = $1 and blocked_at is not null
      and contact_id = coalesce((select primary_id from contact_links
          where company_id = $1 and other_id = $2), $2)";

/// Whether nobody wants to hear of whoever has this address.
///
/// # Errors
/// If the database fails.
pub async fn is_address_blocked(
    db: &Db,
    company: CompanyId,
    address: &Address,
) -> Result<bool, StoreError> {
    let sql = "select 1 as yes from contacts c
               left join contact_links l on l.company_id = c.company_id and l.other_id = c.id
               join contact_details d on d.company_id = c.company_id
                   and d.contact_id = coalesce(l.primary_id, c.id)
               where c.company_id = $1 and c.address = $2 and d.blocked_at is not null";
    let args = args![company, address.contact_key()];
    Ok(db.row(sql, args).await?.is_some())
}

/// Blocks a contact, or ends that, and gives the contact that stands for it. `None` if there is no
/// such contact.
///
/// # Errors
/// If the database fails.
pub async fn set_blocked(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    blocked: bool,
    now: Timestamp,
) -> Result<Option<ContactId>, StoreError> {
    let Some(primary) = links::primary_in(tx, company, contact).await? else {
        return Ok(None);
    };
    details::touch(tx, company, primary, now).await?;
    let sql = "update contact_details set updated_at = $4,
                   blocked_at = case when $3 then coalesce(blocked_at, $4) end
               where company_id = $1 and contact_id = $2";
    tx.execute(sql, args![company, primary, blocked, now])
        .await?;
    Ok(Some(primary))
}
