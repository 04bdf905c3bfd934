//! [`Sweep`]: looks up calls whose end nobody has reported.
//!
//! A call is over when Twilio says so, and not because it is old.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    AccountSid, CallId, CallSid, CallStatus, CompanyId, Hooks,
    notify::Topic,
    store::{CallChange, Change, Direction, Interaction, NotificationDraft, StoreError},
};

use super::answer::Calls;
use crate::{accounts::Accounts, args, database::Row, jobs::Job};

/// How old a call is when it is looked up for the first time.
const AFTER: SignedDuration = SignedDuration::from_mins(5);

/// How long Twilio is not asked again about the same call, at first and at most.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);
const AGAIN_AT_MOST: i64 = 12;

/// How often to look for such calls.
const SLEEP: Duration = Duration::from_secs(60);

/// Looks up calls whose end nobody has reported.
#[derive(Debug)]
pub struct Sweep {
    calls: Calls,
    hooks: Hooks,
    accounts: Accounts,
}

struct Open {
    id: CallId,
    company: CompanyId,
    account: AccountSid,
    sid: CallSid,
    direction: Direction,
}

impl Sweep {
    /// Looks up calls of `calls`, and records by `hooks` what Twilio says.
    #[must_use]
    pub fn new(calls: Calls, hooks: Hooks, accounts: Accounts) -> Self {
        Self {
            calls,
            hooks,
            accounts,
        }
    }

    async fn open(&self, now: Timestamp) -> Result<Vec<Open>, StoreError> {
        let sql = "select c.id, c.company_id, c.account_sid, c.call_sid, c.direction from calls c
                   left join call_checks k on k.call_id = c.id
                   where c.status_rank < 70 and c.parent_call_sid is null
                       and c.company_id is not null and c.created_at <= $1
                       and (k.due_at is null or k.due_at <= $2)
                   order by c.created_at limit 20";
        let before = now.checked_sub(AFTER).unwrap_or(now);
        let rows = self.calls.database.db.rows(sql, args![before, now]).await?;
        rows.iter().map(open).collect()
    }

    /// Says whether this call is ours to look up: of several servers one does it.
    async fn claim(&self, call: &Open, now: Timestamp) -> Result<bool, StoreError> {
        let db = &self.calls.database.db;
        let sql = "select checks from call_checks where call_id = $1";
        let checks: i64 = match db.row(sql, args![call.id]).await? {
            Some(row) => row.get("checks")?,
            None => 0,
        };
        let wait = AGAIN
            .checked_mul(i32::try_from((1_i64 << checks.min(8)).min(AGAIN_AT_MOST)).unwrap_or(1))
            .unwrap_or(AGAIN);
        let sql = "insert into call_checks (call_id, company_id, checks, due_at)
                   values ($1, $2, $3, $4)
                   on conflict (call_id) do update set checks = excluded.checks,
                       due_at = excluded.due_at
                   where call_checks.due_at <= $5
                   returning call_id";
        let due = now.checked_add(wait).unwrap_or(now);
        let args = args![call.id, call.company, checks + 1, due, now];
        Ok(db.write_row(sql, args).await?.is_some())
    }

    async fn look_up(&self, call: &Open, now: Timestamp) -> anyhow::Result<()> {
        let client = self.accounts.client(&call.account).await?;
        let found = client.calls().fetch(&call.sid).await?;
        let Some(status) = found.status.filter(CallStatus::is_terminal) else {
            return Ok(());
        };
        let mut change = CallChange::new(call.sid.clone(), call.direction, status.clone());
        change.duration = found.duration;
        let draft = NotificationDraft::new(
            Topic::CallStatusUpdate,
            match call.direction {
                Direction::Inbound => "Call from {contact} is over",
                Direction::Outbound => "Call to {contact} is over",
            },
            format!("Status: {status}"),
        );
        let change = Change::new(call.account.clone(), Interaction::Call(change), now)
            .with_notification(draft);
        self.hooks.record(change).await?;
        self.calls
            .flows
            .call_is_over(call.company, call.id, now)
            .await?;
        self.calls.wake.wake();
        let sql = "delete from call_checks where call_id = $1";
        self.calls.database.db.execute(sql, args![call.id]).await?;
        Ok(())
    }
}

fn open(row: &Row) -> Result<Open, StoreError> {
    let (account, sid): (String, String) = (row.get("account_sid")?, row.get("call_sid")?);
    let direction: String = row.get("direction")?;
    Ok(Open {
        id: row.get("id")?,
        company: row.get("company_id")?,
        account: account.into(),
        sid: sid.into(),
        direction: if direction == "INBOUND" {
            Direction::Inbound
        } else {
            Direction::Outbound
        },
    })
}

#[async_trait]
impl Job for Sweep {
    fn name(&self) -> &'static str {
        "sweep-calls"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        for call in self.open(now).await? {
            if !self.claim(&call, now).await? {
                continue;
            }
            if let Err(error) = self.look_up(&call, now).await {
                let error: &(dyn std::error::Error + 'static) = error.as_ref();
                tracing::warn!(call.id = %call.id, error, "a call is not looked up");
            }
        }
        Ok(SLEEP)
    }
}
