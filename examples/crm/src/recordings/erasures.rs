//! [`DrainErasures`]: what erased contacts have left at Twilio and in files.
//!
//! Whoever erases a contact puts its messages, calls and recordings on the list `erasures`, because
//! their rows are gone by then. What Twilio reports of a recording only afterwards is put there here.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    AccountSid, CallSid, MessageSid, RecordingSid,
    client::{Client, ClientError, ListCallRecordings, ListMedia},
    store::StoreError,
};

use super::{
    Recordings,
    copy::{backoff, later},
    remove::{DeleteError, gone},
};
use crate::{args, contacts::words, jobs::Job};

/// How many before others have their turn.
const AT_ONCE: usize = 50;

/// How long whoever deletes has it for itself.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// What is here of recordings on the list.
const LATE: &[&str] = &[
    "delete from recording_drafts where recording_id in (
         select r.id from erasures e cross join recordings r
         where r.account_sid = e.account_sid and r.recording_sid = e.sid)",
    "update calls set recording_url = null where id in (
         select r.call_id from erasures e cross join recordings r
         where r.account_sid = e.account_sid and r.recording_sid = e.sid)",
    "delete from recordings where id in (
         select r.id from erasures e cross join recordings r
         where r.account_sid = e.account_sid and r.recording_sid = e.sid)",
];

/// Deletes at Twilio and in files what is on the list `erasures`.
#[derive(Debug, Clone)]
pub struct DrainErasures(Recordings);

impl DrainErasures {
    /// With these recordings, whose files are deleted too.
    #[must_use]
    pub fn new(recordings: Recordings) -> Self {
        Self(recordings)
    }

    /// Puts recordings on the list that were reported after the contact of their call was erased.
    async fn add_late(&self, now: Timestamp) -> Result<(), StoreError> {
        // Few calls are on that list: each is looked up in the recordings, of which there are many. In
        // a cross join SQLite keeps that order.
        let sql = "select r.id from erased_sids e
                   cross join recordings r
                   where r.account_sid = e.account_sid and r.call_sid = e.sid
                     and r.company_id is not null
                   limit 1";
        if self.0.db.row(sql, args![]).await?.is_none() {
            return Ok(());
        }
        let mut tx = self.0.db.begin().await?;
        let sql = "insert into erasures (company_id, account_sid, kind, sid, due_at)
                   select r.company_id, r.account_sid, 'recording', r.recording_sid, $1
                   from erased_sids e
                   cross join recordings r
                   where r.account_sid = e.account_sid and r.call_sid = e.sid
                     and r.company_id is not null
                   on conflict (account_sid, sid) do nothing";
        if tx.execute(sql, args![now]).await? > 0 {
            for sql in LATE {
                tx.execute(sql, args![]).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    async fn claim(&self, now: Timestamp) -> Result<Option<Erasure>, StoreError> {
        let db = &self.0.db;
        let sql = db.pick(
            "update erasures set due_at = $2, attempt = attempt + 1
             where (account_sid, sid) in (
                 select account_sid, sid from erasures
                 where due_at <= $1 order by due_at limit 1)
             returning account_sid, kind, sid, attempt",
            "update erasures set due_at = $2, attempt = attempt + 1
             where (account_sid, sid) in (
                 select account_sid, sid from erasures
                 where due_at <= $1 order by due_at limit 1 for update skip locked)
             returning account_sid, kind, sid, attempt",
        );
        let row = db.write_row(sql, args![now, later(now, LEASE)]).await?;
        row.map(|row| {
            Ok(Erasure {
                account_sid: row.get::<String>("account_sid")?.into(),
                kind: row.get("kind")?,
                sid: row.get("sid")?,
                attempt: row.get("attempt")?,
            })
        })
        .transpose()
    }

    async fn settle(&self, erasure: &Erasure, now: Timestamp) -> Result<(), StoreError> {
        let key = args![
            erasure.account_sid.as_str(),
            erasure.sid.as_str(),
            erasure.attempt
        ];
        let Err(error) = self.0.erase(erasure).await else {
            let sql = "delete from erasures where account_sid = $1 and sid = $2 and attempt = $3";
            return self.0.db.execute(sql, key).await.map(drop);
        };
        tracing::warn!(
            kind = erasure.kind,
            attempt = erasure.attempt,
            error = &error as &dyn std::error::Error,
            reason = "erase",
            "what an erased contact left is not deleted yet"
        );
        let sql = "update erasures set due_at = $4
                   where account_sid = $1 and sid = $2 and attempt = $3";
        let due = later(now, backoff(erasure.attempt));
        let args = [key, args![due]].concat();
        self.0.db.execute(sql, args).await.map(drop)
    }
}

#[async_trait]
impl Job for DrainErasures {
    fn name(&self) -> &'static str {
        "drain-erasures"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        self.add_late(now).await?;
        for _ in 0..AT_ONCE {
            let Some(erasure) = self.claim(now).await? else {
                return Ok(Duration::from_secs(20));
            };
            self.settle(&erasure, now).await?;
        }
        Ok(Duration::from_secs(1))
    }
}

/// Something that an erased contact has left.
struct Erasure {
    account_sid: AccountSid,
    /// `recording`, `message` or `call`; or `words`, in the indexes for search.
    kind: String,
    sid: String,
    attempt: i64,
}

/// Why it is still there.
#[derive(Debug, thiserror::Error)]
enum EraseError {
    #[error(transparent)]
    Delete(#[from] DeleteError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("nobody knows how to delete that")]
    Unknown,
}

impl Recordings {
    async fn erase(&self, erasure: &Erasure) -> Result<(), EraseError> {
        if erasure.kind == "words" {
            return Ok(words::forget_removed(&self.db).await?);
        }
        let client = self.accounts.client(&erasure.account_sid).await;
        let twilio = client.map_err(DeleteError::from)?;
        let sid = erasure.sid.as_str();
        let deleted = match erasure.kind.as_str() {
            "recording" => {
                self.erase_copy(&erasure.account_sid, sid).await?;
                gone(twilio.recordings().delete(&RecordingSid::from(sid)).await)
            }
            "message" => erase_message(&twilio, &MessageSid::from(sid)).await,
            "call" => erase_call(&twilio, &CallSid::from(sid)).await,
            _ => return Err(EraseError::Unknown),
        };
        Ok(deleted.map_err(DeleteError::from)?)
    }

    /// Removes the copy of a recording whose row is gone.
    async fn erase_copy(&self, account: &AccountSid, sid: &str) -> Result<(), EraseError> {
        let key = || args![account.as_str(), sid];
        let sql = "update recording_files set due_at = null
                   where account_sid = $1 and recording_sid = $2
                   returning company_id, recording_id";
        if let Some(row) = self.db.write_row(sql, key()).await? {
            let removed = self
                .files
                .remove(row.get("company_id")?, row.get("recording_id")?)
                .await;
            removed.map_err(DeleteError::from)?;
        }
        for sql in [
            "delete from recording_files where account_sid = $1 and recording_sid = $2",
            "delete from recording_deletions where account_sid = $1 and recording_sid = $2",
        ] {
            self.db.execute(sql, key()).await?;
        }
        Ok(())
    }
}

/// Its recordings first, also those whose report never came: without the call nobody would find them.
async fn erase_call(twilio: &Client, sid: &CallSid) -> Result<(), ClientError> {
    let recordings = twilio.recordings();
    let of_call = recordings.list_of_call(sid, ListCallRecordings::new());
    match of_call.all().await {
        Ok(found) => {
            for recording in found {
                gone(recordings.delete(&recording.sid).await)?;
            }
        }
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(error),
    }
    gone(twilio.calls().delete(sid).await)
}

/// The files first: without the message nobody would find them.
async fn erase_message(twilio: &Client, sid: &MessageSid) -> Result<(), ClientError> {
    let messages = twilio.messages();
    let media = messages.media(sid);
    match media.list(ListMedia::new()).all().await {
        Ok(files) => {
            for file in files {
                gone(media.delete(&file.sid).await)?;
            }
        }
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(error),
    }
    gone(messages.delete(sid).await)
}
