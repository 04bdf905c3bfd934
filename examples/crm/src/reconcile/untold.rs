//! What is recorded, and its handlers have still to hear of: after a server has died in between, or because
//! a handler failed.

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{AccountSid, store::StoreError};

use super::runs::later;
use crate::{args, database::Db};

/// How long whoever records has until others tell; longer than recording and telling may take.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// So often it is tried again, at longer and longer intervals.
const ATTEMPTS: i64 = 12;

/// Something to tell.
#[derive(Debug)]
pub(super) struct Untold {
    pub(super) account: AccountSid,
    pub(super) kind: String,
    pub(super) sid: String,
}

/// Remembers that something is to be told; says whether it was not remembered before.
pub(super) async fn remember(
    db: &Db,
    account: &AccountSid,
    (kind, sid): (&str, &str),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "insert into reconcile_untold (account_sid, kind, sid, due_at)
               values ($1, $2, $3, $4) on conflict (account_sid, sid) do nothing";
    let args = args![account.as_str(), kind, sid, later(now, LEASE)];
    Ok(db.execute(sql, args).await? > 0)
}

/// It was told, or there is nothing to tell.
pub(super) async fn forget(db: &Db, account: &AccountSid, sid: &str) -> Result<(), StoreError> {
    let sql = "delete from reconcile_untold where account_sid = $1 and sid = $2";
    db.execute(sql, args![account.as_str(), sid])
        .await
        .map(drop)
}

/// Claims the next one that nobody is at.
pub(super) async fn claim(db: &Db, now: Timestamp) -> Result<Option<Untold>, StoreError> {
    let sql = "delete from reconcile_untold where attempt >= $1 and due_at <= $2";
    let given_up = db.execute(sql, args![ATTEMPTS, now]).await?;
    if given_up > 0 {
        tracing::error!(
            given_up,
            reason = "reconcile",
            "handlers have failed too often to hear of what was missed"
        );
    }
    let sql = db.pick(
        "select account_sid, kind, sid, attempt from reconcile_untold
         where due_at <= $1 order by due_at limit 1",
        "select account_sid, kind, sid, attempt from reconcile_untold
         where due_at <= $1 order by due_at limit 1 for update skip locked",
    );
    let mut tx = db.begin().await?;
    let Some(row) = tx.row(sql, args![now]).await? else {
        return Ok(None);
    };
    let attempt: i64 = row.get("attempt")?;
    let wait = i32::try_from(1_i64 << attempt.clamp(0, ATTEMPTS)).unwrap_or(1);
    let due = later(now, LEASE.saturating_mul(wait));
    let (account, sid): (String, String) = (row.get("account_sid")?, row.get("sid")?);
    let sql = "update reconcile_untold set due_at = $3, attempt = attempt + 1
               where account_sid = $1 and sid = $2";
    tx.execute(sql, args![account.as_str(), sid.as_str(), due])
        .await?;
    tx.commit().await?;
    Ok(Some(Untold {
        account: account.into(),
        kind: row.get("kind")?,
        sid,
    }))
}
