//! The outbox: what both databases share.

use jiff::{SignedDuration, Timestamp};
use sqlx::Error;
use twilio_hooks::{
    NotificationId,
    store::{Claim, Settlement},
};

use crate::args::{Arg, Database};

/// `$1` the time now, `$2` how many at most, `$3` the end of the lease.
pub(crate) fn claim_args(claim: Claim) -> Vec<Arg<'static>> {
    let lease = SignedDuration::try_from(claim.lease).unwrap_or(SignedDuration::MAX);
    let until = claim.now.checked_add(lease).unwrap_or(Timestamp::MAX);
    vec![
        Arg::time(claim.now),
        Arg::number(claim.limit),
        Arg::time(until),
    ]
}

pub(crate) async fn settle(
    db: &mut impl Database,
    id: NotificationId,
    attempt: u32,
    settlement: Settlement,
) -> Result<(), Error> {
    let due = match settlement {
        Settlement::RetryAt(time) => Some(time),
        _ => None,
    };
    let sql = "update notifications set due_at = $3
               where id = $1 and attempt = $2 and due_at is not null";
    let args = vec![Arg::id(id), Arg::number(attempt), Arg::Time(due)];
    db.rows(sql, args).await?;
    Ok(())
}
