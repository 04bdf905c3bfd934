//! [`Tidy`]: forgets what is of no use any more; and [`erase`], what must be forgotten.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use twilio_hooks::{CompanyId, ContactId, store::StoreError};
use uuid::Uuid;

use super::{Messaging, claim::forget_pace};
use crate::{args, database::Tx, jobs::Job};

/// How long a repeated request is known again.
const KEY_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long a file waits for a text.
const UPLOAD_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// At most so many rows in one statement, so that nobody waits for it.
const PORTION: i64 = 500;

/// Forgets old keys of requests, addresses that do not work any more, and files that no text has.
#[derive(Debug)]
pub struct Tidy {
    messaging: Messaging,
}

impl Tidy {
    /// Tidies up after `messaging`.
    #[must_use]
    pub fn new(messaging: Messaging) -> Self {
        Self { messaging }
    }
}

impl Tidy {
    /// Forgets the pace of lines that have sent everything: whoever looks for something to send looks at
    /// each line that has one. Gives how many were looked at.
    async fn forget_paces(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut tx = self.messaging.db().begin().await?;
        let sql = "select p.line_id from outgoing_lines p
                   where p.next_at <= $1
                     and not exists (select 1 from outgoing o
                         where o.line_id = p.line_id and o.state = 'queued')
                     and not exists (select 1 from outgoing o
                         where o.line_id = p.line_id and o.state in ('sending', 'unknown'))
                   order by p.line_id limit $2";
        let idle = tx.rows(sql, args![now, PORTION]).await?;
        for row in &idle {
            forget_pace(&mut tx, row.get("line_id")?).await?;
        }
        tx.commit().await?;
        Ok(idle.len())
    }
}

#[async_trait]
impl Job for Tidy {
    fn name(&self) -> &'static str {
        "messaging-tidy"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        let before = |life| now.checked_sub(life).unwrap_or(Timestamp::MIN);
        let portions = [
            (
                "delete from media_links where digest in (
                     select digest from media_links where expires_at <= $1 limit $2)",
                now,
            ),
            (
                "delete from outgoing_keys where (company_id, key) in (
                     select company_id, key from outgoing_keys where created_at < $1 limit $2)",
                before(KEY_LIFE),
            ),
            (
                "delete from uploads where id in (
                     select id from uploads where loose and created_at < $1 limit $2)",
                before(UPLOAD_LIFE),
            ),
        ];
        let mut is_more = self.forget_paces(now).await? == PORTION as usize;
        for (sql, until) in portions {
            let gone = self
                .messaging
                .db()
                .execute(sql, args![until, PORTION])
                .await?;
            is_more |= gone == PORTION as u64;
        }
        Ok(Duration::from_secs(if is_more { 1 } else { 3600 }))
    }
}

/// Forgets every text to a contact, with its files; what the store has of them is not in here.
///
/// # Errors
/// If the database fails.
pub async fn erase(tx: &mut Tx, company: CompanyId, contact: ContactId) -> Result<(), StoreError> {
    let args = || args![company, contact];
    let sql = "select distinct m.upload_id from outgoing_media m
               join outgoing o on o.company_id = m.company_id and o.id = m.outgoing_id
               where o.company_id = $1 and o.contact_id = $2";
    let files = tx.rows(sql, args()).await?;
    for sql in [
        "delete from outgoing_keys where company_id = $1 and outgoing_id in (
             select id from outgoing where company_id = $1 and contact_id = $2)",
        "delete from outgoing_media where company_id = $1 and outgoing_id in (
             select id from outgoing where company_id = $1 and contact_id = $2)",
        "delete from outgoing where company_id = $1 and contact_id = $2",
    ] {
        tx.execute(sql, args()).await?;
    }
    for row in files {
        let file: Uuid = row.get("upload_id")?;
        // Another contact may have got it, too.
        let sql = "select outgoing_id from outgoing_media
                   where company_id = $1 and upload_id = $2 limit 1";
        if tx.row(sql, args![company, file]).await?.is_some() {
            continue;
        }
        for sql in [
            "delete from media_links where company_id = $1 and upload_id = $2",
            "delete from uploads where company_id = $1 and id = $2",
        ] {
            tx.execute(sql, args![company, file]).await?;
        }
    }
    Ok(())
}
