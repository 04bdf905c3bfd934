//! [`LookUp`]: finds out what became of calls that Twilio was asked for, where no answer came.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{CallStatus, client::ListCalls};

use super::{
    Outgoing,
    kept::{OutgoingCall, OutgoingState},
};
use crate::jobs::Job;

/// How long after it was asked for a call may have been made at Twilio.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// After this time without a trace of it, there is no such call.
const GIVE_UP: SignedDuration = SignedDuration::from_mins(3);

/// How often to look.
const SLEEP: Duration = Duration::from_secs(30);

/// Looks up calls of which nobody knows whether Twilio has them.
#[derive(Debug)]
pub struct LookUp {
    outgoing: Outgoing,
}

impl LookUp {
    /// Looks up the calls of `outgoing`.
    #[must_use]
    pub fn new(outgoing: Outgoing) -> Self {
        Self { outgoing }
    }

    async fn look_up(&self, call: &OutgoingCall, now: Timestamp) -> anyhow::Result<()> {
        let outgoing = &self.outgoing;
        if let Some(sid) = &call.call_sid {
            outgoing.kept.started(call, sid).await?;
            return Ok(());
        }
        let client = outgoing.accounts.client(&call.account_sid).await?;
        let which = ListCalls::new()
            .to(call.phone.as_str())
            .from(call.decided.line.as_str())
            .page_size(20);
        let mut pages = client.calls().list(which);
        // The newest come first, and what is looked for is new.
        for _ in 0..20 {
            let Some(found) = pages.next().await.transpose()? else {
                break;
            };
            let fits = found
                .date_created
                .is_none_or(|made| made.duration_since(call.asked_at).abs() <= WINDOW);
            if !fits
                || outgoing
                    .kept
                    .is_known(&call.account_sid, &found.sid)
                    .await?
            {
                continue;
            }
            if outgoing.kept.started(call, &found.sid).await? {
                let status = found.status.unwrap_or(CallStatus::Queued);
                outgoing
                    .hooks
                    .record(call.change(&found.sid, status, now))
                    .await?;
                return Ok(());
            }
        }
        if now.duration_since(call.asked_at) >= GIVE_UP {
            let failed = OutgoingState::Failed;
            outgoing.kept.not_started(call, failed, None, now).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Job for LookUp {
    fn name(&self) -> &'static str {
        "look-up-outgoing-calls"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        for call in self.outgoing.kept.doubtful(now).await? {
            if !self.outgoing.kept.claim(&call, now).await? {
                continue;
            }
            if let Err(error) = self.look_up(&call, now).await {
                let error: &(dyn std::error::Error + 'static) = error.as_ref();
                tracing::warn!(call.id = %call.call_id, error, "a call is not looked up");
            }
        }
        Ok(SLEEP)
    }
}
