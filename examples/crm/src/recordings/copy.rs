//! [`CopyRecordings`]: finished recordings are copied to files of ours.

use std::{io, time::Duration};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    AccountSid, CompanyId, RecordingId, RecordingSid,
    client::{ClientError, DownloadOptions, RecordingFormat},
    store::StoreError,
};

use super::{Copied, Recordings};
use crate::{accounts::AccountError, args, jobs::Job};

/// How many are copied before others have their turn.
const AT_ONCE: usize = 20;

/// How long whoever copies has it for itself.
const LEASE: SignedDuration = SignedDuration::from_hours(1);

/// How often it is tried.
const ATTEMPTS: i64 = 12;

/// How much of the past is queued in one statement.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// How many of those at once.
const WINDOWS: u32 = 60;

/// A webhook that was received before another may be stored after it.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// Copies finished recordings of the companies that want it, and has them deleted at Twilio then, if
/// they want that.
#[derive(Debug, Clone)]
pub struct CopyRecordings(Recordings);

impl CopyRecordings {
    /// For these recordings.
    #[must_use]
    pub fn new(recordings: Recordings) -> Self {
        Self(recordings)
    }
}

#[async_trait]
impl Job for CopyRecordings {
    fn name(&self) -> &'static str {
        "copy-recordings"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        for company in self.0.companies().await? {
            if self.0.settings(company).await?.keep_copies {
                self.0.queue(company, now).await?;
            }
        }
        self.0.files.sweep().await?;
        for _ in 0..AT_ONCE {
            // Each has its lease from the time when it is begun: the ones before may have taken long.
            let now = self.0.clock.now();
            let Some(waiting) = self.0.claim_copy(now).await? else {
                return Ok(Duration::from_secs(60));
            };
            self.0.copy(&waiting).await?;
        }
        Ok(Duration::from_secs(1))
    }
}

/// A recording to be copied.
struct Waiting {
    account_sid: AccountSid,
    recording_sid: RecordingSid,
    company: CompanyId,
    id: RecordingId,
    attempt: i64,
}

/// Why it was not.
#[derive(Debug, thiserror::Error)]
enum CopyError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Twilio(#[from] ClientError),
    #[error("the copy can't be written")]
    File(#[from] io::Error),
}

impl Recordings {
    /// Queues what was finished since the last time.
    async fn queue(&self, company: CompanyId, now: Timestamp) -> Result<(), StoreError> {
        let sql = "select coalesce(
                       (select queued_until from recording_queues where company_id = $1),
                       (select min(updated_at) from recordings where company_id = $1)
                   ) as since";
        let row = self.db.row(sql, args![company]).await?;
        let since = match row {
            Some(row) => row.get::<Option<Timestamp>>("since")?,
            None => None,
        };
        let Some(mut since) = since else {
            return Ok(());
        };
        for _ in 0..WINDOWS {
            let until = later(since, WINDOW);
            let sql = "insert into recording_files
                           (account_sid, recording_sid, company_id, recording_id, due_at)
                       select account_sid, recording_sid, company_id, id, $4
                       from recordings
                       where company_id = $1 and status = 'COMPLETED'
                         and updated_at >= $2 and updated_at <= $3
                       on conflict (account_sid, recording_sid) do nothing";
            self.db
                .execute(sql, args![company, since, until, now])
                .await?;
            if until >= now {
                break;
            }
            since = until;
        }
        let sql = "insert into recording_queues (company_id, queued_until) values ($1, $2)
                   on conflict (company_id) do update set queued_until = excluded.queued_until";
        let until = since.min(later(now, -OVERLAP));
        self.db.execute(sql, args![company, until]).await?;
        Ok(())
    }

    /// Looks at all recordings of a company again the next time: some came to it that are older than
    /// what was looked at already.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn look_again(&self, company: CompanyId) -> Result<(), StoreError> {
        let sql = "delete from recording_queues where company_id = $1";
        self.db.execute(sql, args![company]).await.map(drop)
    }

    async fn claim_copy(&self, now: Timestamp) -> Result<Option<Waiting>, StoreError> {
        let sql = self.db.pick(
            "update recording_files set due_at = $2, attempt = attempt + 1
             where (account_sid, recording_sid) in (
                 select account_sid, recording_sid from recording_files
                 where due_at <= $1 order by due_at limit 1)
             returning account_sid, recording_sid, company_id, recording_id, attempt",
            "update recording_files set due_at = $2, attempt = attempt + 1
             where (account_sid, recording_sid) in (
                 select account_sid, recording_sid from recording_files
                 where due_at <= $1 order by due_at limit 1 for update skip locked)
             returning account_sid, recording_sid, company_id, recording_id, attempt",
        );
        let row = self
            .db
            .write_row(sql, args![now, later(now, LEASE)])
            .await?;
        row.map(|row| {
            Ok(Waiting {
                account_sid: row.get::<String>("account_sid")?.into(),
                recording_sid: row.get::<String>("recording_sid")?.into(),
                company: row.get("company_id")?,
                id: row.get("recording_id")?,
                attempt: row.get("attempt")?,
            })
        })
        .transpose()
    }

    async fn copy(&self, waiting: &Waiting) -> Result<(), StoreError> {
        let copied = self.fetch_copy(waiting).await;
        let now = self.clock.now();
        match copied {
            Ok(copied) => self.keep(waiting, copied, now).await,
            Err(error) => self.try_later(waiting, &error, now).await,
        }
    }

    async fn fetch_copy(&self, waiting: &Waiting) -> Result<Copied, CopyError> {
        let twilio = self.accounts.client(&waiting.account_sid).await?;
        let options = DownloadOptions::new();
        let sid = &waiting.recording_sid;
        let download = twilio
            .recordings()
            .download(sid, RecordingFormat::Mp3, options)
            .await?;
        let files = &self.files;
        Ok(files.write(waiting.company, waiting.id, download).await?)
    }

    /// The copy counts from here on, unless somebody has deleted the recording meanwhile.
    async fn keep(
        &self,
        waiting: &Waiting,
        copied: Copied,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let delete_at_twilio = self.settings(waiting.company).await?.delete_at_twilio;
        let mut tx = self.db.begin().await?;
        let sql = "update recording_files
                   set due_at = null, copied_at = $4, bytes = $5, sha256 = $6
                   where account_sid = $1 and recording_sid = $2 and attempt = $3
                     and due_at is not null";
        let bytes = i64::try_from(copied.bytes).unwrap_or(i64::MAX);
        let kept = tx
            .execute(
                sql,
                args![
                    waiting.account_sid.as_str(),
                    waiting.recording_sid.as_str(),
                    waiting.attempt,
                    now,
                    bytes,
                    copied.sha256
                ],
            )
            .await?;
        if kept == 0 {
            drop(tx);
            return self.leave_or_remove(waiting).await;
        }
        if delete_at_twilio {
            let sql = "insert into recording_deletions (account_sid, recording_sid, company_id,
                           recording_id, at_twilio, here, due_at)
                       values ($1, $2, $3, $4, $5, $6, $7)
                       on conflict (account_sid, recording_sid) do nothing";
            tx.execute(
                sql,
                args![
                    waiting.account_sid.as_str(),
                    waiting.recording_sid.as_str(),
                    waiting.company,
                    waiting.id,
                    true,
                    false,
                    now
                ],
            )
            .await?;
        }
        tx.commit().await
    }

    /// For whoever has copied and was too late. Somebody else may have kept the same file meanwhile, and
    /// deleted the recording at Twilio: then this is the only copy, and stays.
    async fn leave_or_remove(&self, waiting: &Waiting) -> Result<(), StoreError> {
        let sql = "select recording_sid from recording_files f
                   where f.account_sid = $1 and f.recording_sid = $2 and not exists (
                       select d.recording_sid from recording_deletions d
                       where d.account_sid = f.account_sid and d.recording_sid = f.recording_sid
                         and d.here)";
        let key = args![waiting.account_sid.as_str(), waiting.recording_sid.as_str()];
        if self.db.row(sql, key).await?.is_none()
            && let Err(error) = self.files.remove(waiting.company, waiting.id).await
        {
            tracing::error!(recording.id = %waiting.id, %error, reason = "file", "a file is left over");
        }
        Ok(())
    }

    async fn try_later(
        &self,
        waiting: &Waiting,
        error: &CopyError,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        tracing::warn!(
            recording.sid = %waiting.recording_sid,
            attempt = waiting.attempt,
            error = error as &dyn std::error::Error,
            reason = "copy",
            "a recording is not copied"
        );
        let is_over = waiting.attempt >= ATTEMPTS;
        let due = (!is_over).then(|| later(now, backoff(waiting.attempt)));
        let sql = "update recording_files set due_at = $4
                   where account_sid = $1 and recording_sid = $2 and attempt = $3
                     and due_at is not null";
        let args = args![
            waiting.account_sid.as_str(),
            waiting.recording_sid.as_str(),
            waiting.attempt,
            due
        ];
        self.db.execute(sql, args).await.map(drop)
    }
}

/// How long to wait after so many attempts: from a minute to six hours.
pub(super) fn backoff(attempt: i64) -> SignedDuration {
    let doubled = attempt.saturating_sub(1).clamp(0, 9);
    SignedDuration::from_mins(1_i64 << doubled).min(SignedDuration::from_hours(6))
}

pub(super) fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_have_an_end() {
        assert_eq!(backoff(1), SignedDuration::from_mins(1));
        assert_eq!(backoff(4), SignedDuration::from_mins(8));
        for late in [10, 11, 1000, i64::MAX] {
            assert_eq!(backoff(late), SignedDuration::from_hours(6));
        }
    }
}
