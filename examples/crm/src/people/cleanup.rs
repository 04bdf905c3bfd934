//! [`ForgetExpired`]: what is too old to be of use goes away.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    People,
    sessions::{IDLE_LASTS, ago},
};
use crate::{args, jobs::Job};

/// Deletes sessions and one-time tokens that are over. They are worth nothing before that already.
#[derive(Debug, Clone)]
pub struct ForgetExpired {
    people: People,
}

impl ForgetExpired {
    /// For the people in a database.
    #[must_use]
    pub fn new(people: People) -> Self {
        Self { people }
    }
}

#[async_trait]
impl Job for ForgetExpired {
    fn name(&self) -> &'static str {
        "forget-expired"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        self.people.limits.forget();
        let db = &self.people.db;
        let sql = "delete from sessions where expires_at <= $1 or seen_at <= $2";
        db.execute(sql, args![now, ago(now, IDLE_LASTS)]).await?;
        let sql = "delete from password_tokens where expires_at <= $1";
        db.execute(sql, args![now]).await?;
        Ok(Duration::from_secs(3600))
    }
}
