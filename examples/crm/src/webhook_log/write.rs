//! [`WebhookLog`]: writes what was seen, and forgets what is old.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{AccountSid, CompanyId, HistoryId, store::StoreError};
use uuid::Uuid;

use super::{noted::Noted, queue::Queue};
use crate::{accounts::Accounts, args, clock::Clock, database::Db, jobs::Job};

/// How many requests one transaction writes: others wait for it.
const PORTION: usize = 100;

/// How long what was seen waits to be written.
const PAUSE: Duration = Duration::from_millis(300);

/// How many old requests one statement forgets.
const FORGOTTEN_AT_ONCE: i64 = 500;

/// How often old ones are looked for.
const FORGET_EVERY: SignedDuration = SignedDuration::from_mins(10);

/// The log: clones share what was seen and is not written yet. As a [`Job`] it writes that, and forgets
/// what is old.
#[derive(Debug, Clone)]
pub struct WebhookLog {
    db: Db,
    accounts: Accounts,
    clock: Clock,
    keep: SignedDuration,
    queue: Arc<Mutex<Queue>>,
    /// When old ones are looked for next, in seconds.
    forget_at: Arc<AtomicI64>,
}

impl WebhookLog {
    /// Keeps each request for `keep`.
    #[must_use]
    pub fn new(db: Db, accounts: Accounts, clock: Clock, keep: SignedDuration) -> Self {
        Self {
            db,
            accounts,
            clock,
            keep,
            queue: Arc::default(),
            forget_at: Arc::new(AtomicI64::new(i64::MIN)),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn add(&self, noted: Noted) {
        self.queue().add(noted);
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what was seen.
    ///
    /// # Errors
    /// If the database fails; then it is written later.
    pub async fn write(&self) -> Result<(), StoreError> {
        loop {
            let portion = self.queue().take(PORTION);
            if portion.is_empty() {
                break;
            }
            if let Err(error) = self.write_portion(&portion).await {
                self.queue().put_back(portion);
                return Err(error);
            }
        }
        let left_out = self.queue().left_out();
        if left_out > 0 {
            tracing::warn!(left_out, "requests were left out of the webhook log");
        }
        Ok(())
    }

    async fn write_portion(&self, portion: &[Noted]) -> Result<(), StoreError> {
        // Before the transaction, which holds up everybody else who writes.
        let only = self.only_company().await?;
        let mut owners = Vec::with_capacity(portion.len());
        for noted in portion {
            let owner = match &noted.account_sid {
                Some(account) => self.accounts.company_of(account).await?,
                None => None,
            };
            owners.push(owner.or(only));
        }
        // Whose something is, the store knows best. A step of a call is its call's.
        let sql = "insert into webhook_log (id, company_id, received_at, milliseconds, route, status,
                       result, reason, account_sid, sid, event, diagnosis)
                   select $1, coalesce(
                           (select company_id from webhooks
                            where account_sid = $9 and sid = $10 and company_id is not null limit 1),
                           (select company_id from calls
                            where account_sid = $9 and call_sid = $10),
                           (select company_id from calls
                            where account_sid = $9 and call_sid = $13),
                           $2),
                       $3, $4, $5, $6,
                       case when $7 = 'taken'
                               and exists (select 1 from webhooks
                                   where account_sid = $9 and sid = $10 and company_id is null)
                           then 'unrouted' else $7 end,
                       $8, $9, $10, $11, $12";
        let mut tx = self.db.begin().await?;
        for (noted, owner) in portion.iter().zip(owners) {
            let args = args![
                HistoryId::at(noted.received_at),
                owner,
                noted.received_at,
                noted.milliseconds,
                &noted.route,
                i64::from(noted.status),
                noted.outcome.as_str(),
                noted.reason,
                noted.account_sid.as_ref().map(AccountSid::as_str),
                noted.sid.as_deref(),
                noted.event.as_deref(),
                noted.diagnosis.as_deref(),
                noted.parent_sid.as_deref(),
            ];
            tx.execute(sql, args).await?;
        }
        tx.commit().await
    }

    /// On a server with one company all is that one's.
    async fn only_company(&self) -> Result<Option<CompanyId>, StoreError> {
        let sql = "select id from companies limit 2";
        match &self.db.rows(sql, args![]).await?[..] {
            [only] => only.get("id").map(Some),
            _ => Ok(None),
        }
    }

    async fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        if now.as_second() < self.forget_at.load(Ordering::Relaxed) {
            return Ok(());
        }
        let before = now.checked_sub(self.keep).unwrap_or(Timestamp::MIN);
        let sql = "delete from webhook_log where id in (
                       select id from webhook_log where id < $1 order by id limit $2)";
        let args = args![first_id(before), FORGOTTEN_AT_ONCE];
        let gone = self.db.execute(sql, args).await?;
        if gone < FORGOTTEN_AT_ONCE as u64 {
            let next = now.checked_add(FORGET_EVERY).unwrap_or(Timestamp::MAX);
            self.forget_at.store(next.as_second(), Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Ids follow the time: the one before all that were made from then on.
fn first_id(time: Timestamp) -> Uuid {
    let milliseconds = u128::try_from(time.as_millisecond()).unwrap_or(0);
    Uuid::from_u128(milliseconds << 80)
}

#[async_trait]
impl Job for WebhookLog {
    fn name(&self) -> &'static str {
        "webhook-log"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        self.write().await?;
        self.forget(now).await?;
        Ok(PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_before_are_smaller_and_others_are_not() {
        let time: Timestamp = "2026-11-23T15:00:00Z".parse().unwrap();
        let before = time - SignedDuration::from_millis(1);
        assert!(HistoryId::at(before).as_uuid() < first_id(time));
        assert!(HistoryId::at(time).as_uuid() >= first_id(time));
        assert_eq!(first_id(Timestamp::MIN), Uuid::nil());
    }
}
