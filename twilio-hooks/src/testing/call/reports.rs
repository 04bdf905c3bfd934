//! [`Reports`]: who is told how the whole call goes, and of what.

use super::facts::Facts;
use crate::{
    testing::simulation::{Failure, Form, Session, Target},
    twiml::CallEvent,
};

/// A status callback URL of a call.
pub(super) struct Reports {
    target: Target,
    events: Vec<CallEvent>,
    told: u32,
}

impl Reports {
    /// Tells of the end only, as for a call that comes in.
    pub(super) fn of_end(target: Target) -> Self {
        Self::new(target, vec![CallEvent::Completed], 0)
    }

    /// Tells of these events; of some it was told before.
    pub(super) const fn new(target: Target, events: Vec<CallEvent>, told: u32) -> Self {
        Self {
            target,
            events,
            told,
        }
    }

    /// Tells of an event; at the end, how many seconds the call lasted.
    pub(super) async fn tell(
        &mut self,
        session: &mut Session,
        facts: &Facts,
        event: CallEvent,
        status: &str,
        seconds: Option<u64>,
    ) -> Result<(), Failure> {
        if !self.events.contains(&event) {
            return Ok(());
        }
        let form = Form::default()
            .and("Timestamp", session.timestamp())
            .and("CallbackSource", "call-progress-events")
            .and("SequenceNumber", self.told)
            .and_if("CallDuration", seconds)
            .and_if("Duration", seconds.map(|seconds| seconds.div_ceil(60)))
            .and_all(facts.form(status));
        self.told += 1;
        session
            .tell(&self.target, form, super::REPORT_REFUSED)
            .await
    }
}
