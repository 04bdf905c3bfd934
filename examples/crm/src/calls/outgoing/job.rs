//! [`LookUp`]: finds out what became of calls that Twilio was asked for, where no answer came.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    CallDirection, CallStatus,
    client::{Call, ListCalls},
};

use super::{
    Outgoing,
    kept::{OutgoingCall, OutgoingState},
};
use crate::{accounts::AccountError, jobs::Job};

/// How long after it was asked for a call may have been made at Twilio.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// How much the clocks of Twilio and of this machine may differ.
const SKEW: SignedDuration = SignedDuration::from_secs(30);

/// After this time without a trace of it, there is no such call.
const GIVE_UP: SignedDuration = SignedDuration::from_mins(3);

/// After this time it is not looked for any more, even if Twilio never said whether there is one.
const NEVER_TOLD: SignedDuration = SignedDuration::from_hours(1);

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
        let waited = now.duration_since(call.asked_at);
        match self.find(call, now).await {
            Ok(false) if waited >= GIVE_UP => {}
            Err(_) if waited >= NEVER_TOLD => {}
            found => return found.map(drop),
        }
        let failed = OutgoingState::Failed;
        let kept = &self.outgoing.kept;
        Ok(kept.not_started(call, failed, None, now).await?)
    }

    /// Looks once, and says whether it was found.
    async fn find(&self, call: &OutgoingCall, now: Timestamp) -> anyhow::Result<bool> {
        let outgoing = &self.outgoing;
        if let Some(sid) = &call.call_sid {
            outgoing.kept.started(call, sid).await?;
            return Ok(true);
        }
        let client = match outgoing.accounts.client(&call.account_sid).await {
            Ok(client) => client,
            // Nobody can look it up any more.
            Err(AccountError::Unknown) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
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
            if !may_be(&found, call) || outgoing.kept.is_of_another(call, &found.sid).await? {
                continue;
            }
            if outgoing.kept.started(call, &found.sid).await? {
                let status = found.status.unwrap_or(CallStatus::Queued);
                outgoing
                    .hooks
                    .record(call.change(&found.sid, status, now))
                    .await?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a call at Twilio may be the one that was asked for: made by a program, after that.
fn may_be(found: &Call, call: &OutgoingCall) -> bool {
    let after = found
        .date_created
        .map(|made| made.duration_since(call.asked_at));
    found.parent_call_sid.is_none()
        && found.direction == Some(CallDirection::OutboundApi)
        && after.is_some_and(|after| (-SKEW..=WINDOW).contains(&after))
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
