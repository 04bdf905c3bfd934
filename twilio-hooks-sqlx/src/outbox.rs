//! The outbox: what both databases share.

use jiff::Timestamp;
use sqlx::Error;
use twilio_hooks::{
    NotificationId,
    store::{Claim, Settlement, StoreError},
};

use crate::args::{Arg, Database};

/// `$1` the time now, `$2` how many at most, `$3` the end of the lease.
pub(crate) fn claim_args(claim: Claim) -> Vec<Arg<'static>> {
    vec![
        Arg::time(claim.now),
        Arg::number(claim.limit),
        Arg::time(claim.until()),
    ]
}

/// When a notification is due again; `None` if never.
pub(crate) fn due(settlement: Settlement) -> Result<Option<Timestamp>, StoreError> {
    match settlement {
        Settlement::RetryAt(time) => Ok(Some(time)),
        Settlement::Delivered | Settlement::Abandoned => Ok(None),
        _ => Err(StoreError::Unsupported {
            what: "this settlement",
        }),
    }
}

pub(crate) async fn settle(
    db: &mut impl Database,
    id: NotificationId,
    attempt: u32,
    due: Option<Timestamp>,
) -> Result<(), Error> {
    let sql = "update notifications set due_at = $3
               where id = $1 and attempt = $2 and due_at is not null";
    let args = vec![Arg::id(id), Arg::number(attempt), Arg::Time(due)];
    db.rows(sql, args).await?;
    Ok(())
}
