//! Clauses 7, 10 and 11: notifications, from what causes them to their delivery.

use jiff::Timestamp;
use twilio_hooks::{
    NotificationId,
    store::{
        Claim, Claimed, InteractionId, Notice, Notification, NotificationDraft, Owner, Settlement,
        StoreError,
    },
};
use uuid::Uuid;

use crate::{
    record::contact_of,
    rows::Outgoing,
    tables::{ALL, Result, Writing, key},
};

/// Writes a notification, unless account, SID and status have caused one of its topic before.
pub(crate) fn tell(
    tables: &mut Writing<'_>,
    [account, sid, status]: [&str; 3],
    draft: &NotificationDraft,
    about: InteractionId,
    owner: Owner,
    now: Timestamp,
) -> Result<()> {
    let key = key!["notification", account, sid, status, draft.topic];
    let Some(company_id) = owner.company_id else {
        return Ok(());
    };
    if tables.get::<Outgoing>(&key)?.is_some() {
        return Ok(());
    }
    let contact = contact_of(tables, owner)?;
    let notification = Notification::first(draft, company_id, contact.as_ref(), about, now);
    tables.save(&Outgoing::new(key, notification))
}

/// Writes what the application tells, unless it has told it before. The first part of the key keeps
/// it apart from what webhooks tell of.
pub(crate) fn put_notice(
    tables: &mut Writing<'_>,
    notice: &Notice,
) -> Result<Option<NotificationId>> {
    let company = notice.company_id;
    for (what, list, id) in [
        ("contact", "contacts", notice.contact_id.map(Uuid::from)),
        ("message", "messages", notice.sms_id.map(Uuid::from)),
        ("call", "legs", notice.call_id.map(Uuid::from)),
    ] {
        if let Some(id) = id
            && !tables.has(&key![list, company], id)?
        {
            return Err(StoreError::NotFound { what }.into());
        }
    }
    let key = key!["notice", company, notice.topic, notice.key];
    if tables.get::<Outgoing>(&key)?.is_some() {
        return Ok(None);
    }
    let notification = Notification::of_notice(notice);
    let id = notification.id;
    tables.save(&Outgoing::new(key, notification))?;
    Ok(Some(id))
}

/// Walks the pending notifications in the order of their ids, which is that of time. What others
/// hold or what waits for a retry is passed over; that is the backlog, not everything ever told.
pub(crate) fn claim(tables: &mut Writing<'_>, claim: Claim) -> Result<Vec<Claimed>> {
    let due = tables
        .list(&key!["pending"], ALL)?
        .filter(|row: &Result<Outgoing>| {
            row.as_ref().map_or(true, |row| row.due <= Some(claim.now))
        })
        .take(claim.limit as usize)
        .collect::<Result<Vec<_>>>()?;
    let mut claimed = Vec::with_capacity(due.len());
    for mut row in due {
        if row.notification.seq == 0 {
            let list = key!["notifications", row.company_id];
            row.notification.seq = 1 + tables.last_number(&list)?;
        }
        row.attempt += 1;
        row.due = Some(claim.until());
        tables.save(&row)?;
        let attempt = row.attempt;
        claimed.push(Claimed::new(row.into_notification(), attempt));
    }
    Ok(claimed)
}

pub(crate) fn settle(
    tables: &mut Writing<'_>,
    id: NotificationId,
    attempt: u32,
    settlement: Settlement,
) -> Result<()> {
    let pending: Option<Outgoing> = tables.find(&key!["pending"], id.as_uuid())?;
    let Some(mut row) = pending.filter(|row| row.attempt == attempt) else {
        return Ok(());
    };
    row.due = match settlement {
        Settlement::RetryAt(time) => Some(time),
        Settlement::Delivered | Settlement::Abandoned => None,
        _ => return Err(StoreError::backend("this store is older than the settlement").into()),
    };
    tables.save(&row)
}
