//! [`Tidy`]: forgets what is of no use any more.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::Messaging;
use crate::{args, jobs::Job};

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
        let mut is_more = false;
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
