//! Notices: the same SQL in both databases.

use sqlx::Error;
use twilio_hooks::{
    NotificationId,
    store::{Notice, Notification},
};

use crate::args::{Arg, Columns, Database};

/// What the company has none of.
pub(crate) type Missing = &'static str;

/// Writes a notice, unless it was put before.
///
/// The foreign keys say the same as the first statement. But they don't tell which row is missing, and
/// end the whole transaction.
pub(crate) async fn put(
    db: &mut impl Database,
    notice: &Notice,
) -> Result<Result<Option<NotificationId>, Missing>, Error> {
    let sql = "select
                   exists (select 1 from contacts where company_id = $1 and id = $2) as contact,
                   exists (select 1 from sms where company_id = $1 and id = $3) as message,
                   exists (select 1 from calls where company_id = $1 and id = $4) as call";
    let args = vec![
        Arg::id(notice.company_id),
        Arg::opt_id(notice.contact_id),
        Arg::opt_id(notice.sms_id),
        Arg::opt_id(notice.call_id),
    ];
    let found = db.rows(sql, args).await?;
    let found = found.first().ok_or(Error::RowNotFound)?;
    for (what, is_named) in [
        ("contact", notice.contact_id.is_some()),
        ("message", notice.sms_id.is_some()),
        ("call", notice.call_id.is_some()),
    ] {
        if is_named && !found.flag(what)? {
            return Ok(Err(what));
        }
    }

    let notification = Notification::of_notice(notice);
    let id = notification.id;
    let sql =
        "insert into notifications (id, company_id, topic, title, message, contact_id, sms_id,
                   call_id, notice_key, created_at, due_at, account_sid, sid, status)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, '', $11, '')
               on conflict (company_id, topic, notice_key) where notice_key is not null do nothing
               returning id";
    let args = vec![
        Arg::id(id),
        Arg::id(notification.company_id),
        Arg::text(notification.topic.as_str()),
        Arg::text(notification.title.as_str()),
        Arg::text(notification.message.as_str()),
        Arg::opt_id(notification.contact_id),
        Arg::opt_id(notification.sms_id),
        Arg::opt_id(notification.call_id),
        Arg::text(notice.key.as_str()),
        Arg::time(notification.created_at),
        Arg::text(id.to_string()),
    ];
    let written = db.rows(sql, args).await?;
    Ok(Ok((!written.is_empty()).then_some(id)))
}
