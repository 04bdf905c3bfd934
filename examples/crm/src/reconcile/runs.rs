//! Runs: when which account was looked at, and what was found.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{AccountSid, CompanyId, UserId, store::StoreError};
use uuid::Uuid;

use crate::{
    args,
    database::{Db, Row},
};

/// How long whoever looks has the account for itself; it is renewed on the way.
pub(super) const LEASE: SignedDuration = SignedDuration::from_mins(15);

/// How long runs are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A report of an earlier run may have come in after it.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// What was recorded of one company.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// Messages that are new or further along.
    pub messages: u32,
    /// Calls.
    pub calls: u32,
    /// Recordings.
    pub recordings: u32,
}

impl Found {
    /// All together.
    #[must_use]
    pub fn sum(self) -> u32 {
        self.messages + self.calls + self.recordings
    }
}

/// What came of looking at one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many entries of Twilio's lists were looked at.
    pub looked_at: u32,
    /// What was missed, of all companies and of nobody.
    pub found: Found,
    /// What was missed of each company.
    pub by_company: BTreeMap<CompanyId, Found>,
    /// How much of it nobody owns.
    pub unrouted: u32,
    /// How much could not be stored.
    pub not_stored: u32,
}

/// A run that was claimed.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) id: Uuid,
    pub(super) account: AccountSid,
    pub(super) since: Timestamp,
}

/// A run as a company sees it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunRow {
    /// The row.
    pub id: Uuid,
    /// The account.
    pub account_sid: AccountSid,
    /// `waiting`, `running`, `done` or `failed`.
    pub state: String,
    /// From when on it looks.
    pub since: Timestamp,
    /// Until when it has looked.
    pub until: Option<Timestamp>,
    /// What it found of the company.
    pub found: Found,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it was over.
    pub finished_at: Option<Timestamp>,
}

/// Starts a run, unless one of this account is open.
pub(super) async fn open(
    db: &Db,
    account: &AccountSid,
    since: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "insert into reconcile_runs (id, account_sid, state, since, created_at)
               values ($1, $2, 'waiting', $3, $4)
               on conflict do nothing";
    let id = UserId::at(now).as_uuid();
    let args = args![id, account.as_str(), since, now];
    db.execute(sql, args).await.map(drop)
}

/// Claims an open run that nobody is at, of one account or of any.
pub(super) async fn claim(
    db: &Db,
    account: Option<&AccountSid>,
    now: Timestamp,
) -> Result<Option<Run>, StoreError> {
    let sql = db.pick(
        "update reconcile_runs set state = 'running', lease_until = $2
         where id in (
             select id from reconcile_runs
             where state in ('waiting', 'running') and account_sid = coalesce($3, account_sid)
               and (state = 'waiting' or lease_until <= $1)
             order by id limit 1)
         returning id, account_sid, since",
        "update reconcile_runs set state = 'running', lease_until = $2
         where id in (
             select id from reconcile_runs
             where state in ('waiting', 'running') and account_sid = coalesce($3, account_sid)
               and (state = 'waiting' or lease_until <= $1)
             order by id limit 1 for update skip locked)
         returning id, account_sid, since",
    );
    let lease = later(now, LEASE);
    let args = args![now, lease, account.map(AccountSid::as_str)];
    let row = db.write_row(sql, args).await?;
    row.map(|row| {
        Ok(Run {
            id: row.get("id")?,
            account: row.get::<String>("account_sid")?.into(),
            since: row.get("since")?,
        })
    })
    .transpose()
}

/// Keeps a run for longer.
pub(super) async fn renew(db: &Db, run: Uuid, now: Timestamp) -> Result<(), StoreError> {
    let sql = "update reconcile_runs set lease_until = $2 where id = $1 and state = 'running'";
    db.execute(sql, args![run, later(now, LEASE)])
        .await
        .map(drop)
}

/// Ends a run; `error` says why it failed.
pub(super) async fn finish(
    db: &Db,
    run: &Run,
    until: Timestamp,
    tally: &Tally,
    error: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let state = if error.is_some() { "failed" } else { "done" };
    let mut tx = db.begin().await?;
    let sql = "update reconcile_runs
               set state = $2, until = $3, looked_at = $4, unrouted = $5, not_stored = $6,
                   error = $7, finished_at = $8, lease_until = null
               where id = $1";
    let args = args![
        run.id,
        state,
        until,
        tally.looked_at,
        tally.unrouted,
        tally.not_stored,
        error,
        now
    ];
    tx.execute(sql, args).await?;
    for (company, found) in &tally.by_company {
        let sql = "insert into reconcile_found (run_id, company_id, messages, calls, recordings)
                   values ($1, $2, $3, $4, $5)
                   on conflict (run_id, company_id) do nothing";
        let args = args![
            run.id,
            *company,
            found.messages,
            found.calls,
            found.recordings
        ];
        tx.execute(sql, args).await?;
    }
    tx.commit().await
}

/// When a run of the account was started last.
pub(super) async fn last_started(
    db: &Db,
    account: &AccountSid,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "select created_at from reconcile_runs where account_sid = $1
               order by id desc limit 1";
    let row = db.row(sql, args![account.as_str()]).await?;
    row.map(|row| row.get("created_at")).transpose()
}

/// From when on to look: as far back as wanted, or to where the last good run ended.
pub(super) async fn since(
    db: &Db,
    account: &AccountSid,
    look_back: SignedDuration,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    let sql = "select since, until from reconcile_runs where account_sid = $1 and state = 'done'
               order by id";
    let mut looked_until: Option<Timestamp> = None;
    for row in db.rows(sql, args![account.as_str()]).await? {
        let (since, until): (Timestamp, Timestamp) = (row.get("since")?, row.get("until")?);
        // Somebody may have looked at the last hours only, and left a gap that is still to be seen.
        if looked_until.is_none_or(|looked| since <= looked) {
            looked_until = Some(looked_until.map_or(until, |looked| looked.max(until)));
        }
    }
    let since = later(now, -look_back);
    Ok(looked_until.map_or(since, |until| {
        since.min(later(until, -OVERLAP)).max(later(now, -KEPT))
    }))
}

/// Forgets old runs.
pub(super) async fn forget(db: &Db, now: Timestamp) -> Result<(), StoreError> {
    let sql = "delete from reconcile_runs where created_at < $1
               and state in ('done', 'failed')";
    db.execute(sql, args![later(now, -KEPT)]).await.map(drop)
}

/// The last runs of the accounts in which a company has lines.
pub(super) async fn of_company(
    db: &Db,
    company: CompanyId,
    limit: i64,
) -> Result<Vec<RunRow>, StoreError> {
    let sql = "select r.id, r.account_sid, r.state, r.since, r.until, r.error, r.created_at,
                   r.finished_at, coalesce(f.messages, 0) as messages,
                   coalesce(f.calls, 0) as calls, coalesce(f.recordings, 0) as recordings
               from reconcile_runs r
               left join reconcile_found f on f.run_id = r.id and f.company_id = $1
               where r.account_sid in (select account_sid from lines where company_id = $1)
               order by r.id desc limit $2";
    let rows = db.rows(sql, args![company, limit]).await?;
    rows.iter().map(run_row).collect()
}

fn run_row(row: &Row) -> Result<RunRow, StoreError> {
    Ok(RunRow {
        id: row.get("id")?,
        account_sid: row.get::<String>("account_sid")?.into(),
        state: row.get("state")?,
        since: row.get("since")?,
        until: row.get("until")?,
        found: Found {
            messages: row.get("messages")?,
            calls: row.get("calls")?,
            recordings: row.get("recordings")?,
        },
        error: row.get("error")?,
        created_at: row.get("created_at")?,
        finished_at: row.get("finished_at")?,
    })
}

pub(super) fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(time)
}
