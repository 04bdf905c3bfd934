//! Deleting recordings: by people, and because they are too old.
//!
//! The row says at once that the recording is deleted. What is at Twilio and in files goes on a list in
//! the same transaction, and [`DeleteRecordings`] works on that list until it is done.

use std::{io, time::Duration};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use twilio_hooks::{
    AccountSid, CompanyId, RecordingId, RecordingSid, client::ClientError, store::StoreError,
};

use super::{
    Recordings,
    copy::{backoff, later},
};
use crate::{
    accounts::AccountError,
    api::Caller,
    args,
    database::{Row, Tx},
    jobs::Job,
    people::audit,
};

/// How many too old ones go in one transaction.
const CHUNK: i64 = 100;

/// How many are deleted before others have their turn.
const AT_ONCE: usize = 50;

/// How long whoever deletes has it for itself.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// What a retention would delete now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preview {
    /// How many recordings.
    pub recordings: u64,
    /// How long they are together, in seconds.
    pub seconds: u64,
    /// When the oldest was made.
    pub oldest: Option<Timestamp>,
}

impl Recordings {
    /// Deletes a recording, and puts that on the audit log. Says whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove(&self, caller: &Caller, id: RecordingId) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        if !remove(&mut tx, caller.company, id, caller.at).await? {
            return Ok(false);
        }
        let object = Some(("recording", id.as_uuid()));
        audit(&mut tx, caller, "recording.deleted", object, json!({})).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// What would be deleted now if recordings were kept for so many days.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn preview(
        &self,
        company: CompanyId,
        keep_days: u32,
        now: Timestamp,
    ) -> Result<Preview, StoreError> {
        let sql = "select count(*) as recordings, cast(sum(duration) as bigint) as seconds,
                       min(created_at) as oldest
                   from recordings
                   where company_id = $1 and status_rank < 80 and created_at < $2";
        let args = args![company, cutoff(now, keep_days)];
        let row = self.db.row(sql, args).await?;
        let row = row.ok_or_else(|| StoreError::corrupt("count", "there is none"))?;
        let number = |column| {
            let number: Result<Option<i64>, _> = row.get(column);
            number.map(|number| number.and_then(|it| u64::try_from(it).ok()).unwrap_or(0))
        };
        Ok(Preview {
            recordings: number("recordings")?,
            seconds: number("seconds")?,
            oldest: row.get("oldest")?,
        })
    }

    /// Deletes some of what is too old; says whether there may be more.
    async fn forget(
        &self,
        company: CompanyId,
        keep_days: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // Before the transaction: it may have to look at many, and nobody else writes meanwhile.
        let sql = "select id from recordings
                   where company_id = $1 and status_rank < 80 and created_at < $2
                   order by id limit $3";
        let args = args![company, cutoff(now, keep_days), CHUNK];
        let rows = self.db.rows(sql, args).await?;
        if rows.is_empty() {
            return Ok(false);
        }
        let mut tx = self.db.begin().await?;
        for row in &rows {
            remove(&mut tx, company, row.get("id")?, now).await?;
        }
        let server = Caller::server(company, now);
        let details = json!({ "recordings": rows.len(), "keep_days": keep_days });
        audit(&mut tx, &server, "recording.expired", None, details).await?;
        tx.commit().await?;
        Ok(i64::try_from(rows.len()).is_ok_and(|count| count == CHUNK))
    }

    async fn claim_deletion(&self, now: Timestamp) -> Result<Option<Deletion>, StoreError> {
        let sql = self.db.pick(
            "update recording_deletions set due_at = $2, attempt = attempt + 1
             where (account_sid, recording_sid) in (
                 select account_sid, recording_sid from recording_deletions
                 where due_at <= $1 order by due_at limit 1)
             returning account_sid, recording_sid, company_id, recording_id, at_twilio, here, attempt",
            "update recording_deletions set due_at = $2, attempt = attempt + 1
             where (account_sid, recording_sid) in (
                 select account_sid, recording_sid from recording_deletions
                 where due_at <= $1 order by due_at limit 1 for update skip locked)
             returning account_sid, recording_sid, company_id, recording_id, at_twilio, here, attempt",
        );
        let row = self
            .db
            .write_row(sql, args![now, later(now, LEASE)])
            .await?;
        row.map(|row| Deletion::read(&row)).transpose()
    }

    async fn delete(&self, deletion: &Deletion, now: Timestamp) -> Result<(), StoreError> {
        let Deletion {
            account_sid,
            recording_sid,
            attempt,
            ..
        } = deletion;
        let key = args![account_sid.as_str(), recording_sid.as_str(), *attempt];
        if let Err(error) = self.delete_everywhere(deletion).await {
            tracing::warn!(
                recording.sid = %recording_sid,
                attempt,
                error = &error as &dyn std::error::Error,
                reason = "delete",
                "a recording is not deleted yet"
            );
            let sql = "update recording_deletions set due_at = $4
                       where account_sid = $1 and recording_sid = $2 and attempt = $3";
            let due = later(now, backoff(*attempt));
            self.db.execute(sql, [key, args![due]].concat()).await?;
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        let sql = "delete from recording_deletions
                   where account_sid = $1 and recording_sid = $2 and attempt = $3";
        tx.execute(sql, key).await?;
        if deletion.here {
            let sql = "delete from recording_files where account_sid = $1 and recording_sid = $2";
            let args = args![account_sid.as_str(), recording_sid.as_str()];
            tx.execute(sql, args).await?;
        }
        tx.commit().await
    }

    async fn delete_everywhere(&self, deletion: &Deletion) -> Result<(), DeleteError> {
        if deletion.here {
            self.files.remove(deletion.company, deletion.id).await?;
        }
        if deletion.at_twilio {
            let twilio = self.accounts.client(&deletion.account_sid).await?;
            gone(twilio.recordings().delete(&deletion.recording_sid).await)?;
        }
        Ok(())
    }
}

/// What is not there needs no deleting.
pub(super) fn gone(deleted: Result<(), ClientError>) -> Result<(), ClientError> {
    match deleted {
        Err(error) if error.is_not_found() => Ok(()),
        deleted => deleted,
    }
}

fn cutoff(now: Timestamp, keep_days: u32) -> Timestamp {
    let age = SignedDuration::from_hours(24 * i64::from(keep_days));
    // What is kept longer than there is time is kept.
    now.checked_sub(age).unwrap_or(Timestamp::MIN)
}

/// Makes a recording a deleted one. Says whether there is one.
async fn remove(
    tx: &mut Tx,
    company: CompanyId,
    id: RecordingId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "update recordings set status = 'DELETED', status_rank = 80, updated_at = $3
               where company_id = $1 and id = $2
               returning call_id";
    let Some(row) = tx.row(sql, args![company, id, now]).await? else {
        return Ok(false);
    };
    let call: Option<twilio_hooks::CallId> = row.get("call_id")?;
    let sql = "update calls set recording_url = (
                   select r.url from recordings r
                   where r.call_id = calls.id and r.status = 'COMPLETED' and r.url is not null
                   order by r.id desc limit 1)
               where company_id = $1 and id = $2";
    tx.execute(sql, args![company, call]).await?;
    // Whoever deletes it at Twilio alone just now must not take this off the list.
    let sql = "insert into recording_deletions (account_sid, recording_sid, company_id,
                   recording_id, at_twilio, here, due_at)
               select account_sid, recording_sid, company_id, id, $4, $4, $3
               from recordings where company_id = $1 and id = $2
               on conflict (account_sid, recording_sid) do update set
                   at_twilio = excluded.at_twilio, here = excluded.here,
                   due_at = excluded.due_at, attempt = recording_deletions.attempt + 1";
    tx.execute(sql, args![company, id, now, true]).await?;
    let sql = "update recording_files set due_at = null
               where company_id = $1 and recording_id = $2";
    tx.execute(sql, args![company, id]).await?;
    Ok(true)
}

/// Something to delete.
struct Deletion {
    account_sid: AccountSid,
    recording_sid: RecordingSid,
    company: CompanyId,
    id: RecordingId,
    at_twilio: bool,
    here: bool,
    attempt: i64,
}

impl Deletion {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            account_sid: row.get::<String>("account_sid")?.into(),
            recording_sid: row.get::<String>("recording_sid")?.into(),
            company: row.get("company_id")?,
            id: row.get("recording_id")?,
            at_twilio: row.get("at_twilio")?,
            here: row.get("here")?,
            attempt: row.get("attempt")?,
        })
    }
}

/// Why it was not deleted.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeleteError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Twilio(#[from] ClientError),
    #[error("the copy can't be removed")]
    File(#[from] io::Error),
}

/// Deletes at Twilio and in files what is on the list.
#[derive(Debug, Clone)]
pub struct DeleteRecordings(Recordings);

impl DeleteRecordings {
    /// For these recordings.
    #[must_use]
    pub fn new(recordings: Recordings) -> Self {
        Self(recordings)
    }
}

#[async_trait]
impl Job for DeleteRecordings {
    fn name(&self) -> &'static str {
        "delete-recordings"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        for _ in 0..AT_ONCE {
            let Some(deletion) = self.0.claim_deletion(now).await? else {
                return Ok(Duration::from_secs(20));
            };
            self.0.delete(&deletion, now).await?;
        }
        Ok(Duration::from_secs(1))
    }
}

/// Deletes what is older than its company wants to keep it, some at a time.
#[derive(Debug, Clone)]
pub struct ForgetRecordings(Recordings);

impl ForgetRecordings {
    /// For these recordings.
    #[must_use]
    pub fn new(recordings: Recordings) -> Self {
        Self(recordings)
    }
}

#[async_trait]
impl Job for ForgetRecordings {
    fn name(&self) -> &'static str {
        "forget-recordings"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        let mut more = false;
        for company in self.0.companies().await? {
            if let Some(days) = self.0.settings(company).await?.keep_days {
                more |= self.0.forget(company, days, now).await?;
            }
        }
        Ok(Duration::from_secs(if more { 1 } else { 3600 }))
    }
}
