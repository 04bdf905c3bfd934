//! [`Calls`]: answers calls, from the first ring to the last word.

use std::sync::Arc;

use jiff::Timestamp;
use twilio_hooks::{
    AccountSid, Address, BoxError, CallDirection, CallId, CallSid, Handler, Received, async_trait,
    store::{InteractionId, Line, StoreError},
    twiml::{Say, VoiceResponse},
    webhook::{CallStatusUpdate, IncomingCall},
};

use super::{
    document::{DEFAULT_GREETING, Urls, apology, document},
    explain::{Step, explain},
    facts::{Purpose, facts},
    flow::{Event, Position, begin, next},
    flows::{Flow, Flows, Outcome},
    legs::Legs,
    planner::{Incoming, plan},
};
use crate::{
    clock::Clock,
    contacts::{is_address_blocked, is_blocked},
    database::Database,
    jobs::JobWake,
};

/// Answers calls with what is set. Settings are read when a call comes, so a change works on the next
/// one; what was decided about a call that is going on stays.
#[derive(Debug, Clone)]
pub struct Calls {
    pub(super) database: Database,
    pub(super) flows: Flows,
    pub(super) legs: Legs,
    pub(super) clock: Clock,
    pub(super) public_url: Arc<str>,
    pub(super) wake: JobWake,
}

impl Calls {
    /// Calls by the settings in `database`. `wake` is that of the job that settles calls.
    #[must_use]
    pub fn new(database: Database, clock: Clock, public_url: &str, wake: JobWake) -> Self {
        Self {
            flows: Flows::new(database.db.clone()),
            legs: Legs::new(database.db.clone()),
            database,
            clock,
            public_url: public_url.trim_end_matches('/').into(),
            wake,
        }
    }

    /// What the caller hears at the place where a call is.
    pub(super) fn render(&self, flow: &Flow) -> VoiceResponse {
        let urls = Urls {
            public_url: &self.public_url,
            call: flow.call_id,
            step: flow.step,
        };
        document(&flow.plan, &flow.state, &urls)
    }

    /// What somebody with this number would hear on a line now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn explain(&self, line: &Line, from: Address) -> Result<Vec<Step>, StoreError> {
        let db = &self.database.db;
        let is_blocked = is_address_blocked(db, line.company_id, &from).await?;
        let incoming = Incoming {
            line_id: line.id,
            to: line.address.as_str().into(),
            from,
            forwarded_from: None,
            is_blocked,
        };
        let facts = facts(&self.database, line, &incoming, Purpose::Preview).await?;
        Ok(explain(&plan(&facts, &incoming)))
    }

    async fn begin(
        &self,
        line: &Line,
        call_id: CallId,
        received: &Received<IncomingCall>,
    ) -> Result<Flow, StoreError> {
        let call = &received.webhook;
        let is_blocked = match &received.recorded.contact {
            Some(contact) => is_blocked(&self.database.db, line.company_id, contact.id).await?,
            None => false,
        };
        let incoming = Incoming {
            line_id: line.id,
            to: call.to.clone(),
            from: call.from.clone(),
            forwarded_from: call.forwarded_from.clone(),
            is_blocked,
        };
        let facts = facts(&self.database, line, &incoming, Purpose::Call).await?;
        let plan = plan(&facts, &incoming);
        let (state, happened) = begin(&plan);
        let flow = Flow {
            call_id,
            company_id: line.company_id,
            account_sid: call.account_sid.clone(),
            call_sid: Some(call.call_sid.clone()),
            plan,
            state,
            step: 1,
        };
        if self.flows.begin(&flow, &happened, self.clock.now()).await? {
            self.wake_if_over(&flow);
            return Ok(flow);
        }
        // The same question came twice at the same moment.
        let other = self.flows.incoming(&flow.account_sid, call_id).await?;
        Ok(other.unwrap_or(flow))
    }

    /// Where a webhook of a step belongs: to a call that waits for it, or nowhere any more; then there
    /// is an answer already.
    pub(super) async fn arrive(
        &self,
        path: Option<(CallId, i64)>,
        account: &AccountSid,
        call_sid: &CallSid,
    ) -> Result<Arrived, StoreError> {
        let Some((call, step)) = path else {
            return Ok(Arrived::Late(lost("no-step")));
        };
        let Some(flow) = self.flows.incoming(account, call).await? else {
            return Ok(Arrived::Late(lost("unknown-call")));
        };
        if flow.call_sid.as_ref() != Some(call_sid) {
            return Ok(Arrived::Late(lost("other-call")));
        }
        if step == flow.step {
            return Ok(Arrived::InTime(Box::new(flow)));
        }
        // An answer got lost on its way, or somebody has come back: the call is where it is.
        if step < flow.step - 1 || step > flow.step {
            tracing::warn!(reason = "stale-step", "a call is led to where it is");
        }
        Ok(Arrived::Late(self.render(&flow)))
    }

    /// Moves a call on, and says what the caller hears next.
    pub(super) async fn go_on(
        &self,
        mut flow: Flow,
        event: &Event,
        outcome: &Outcome,
    ) -> Result<VoiceResponse, StoreError> {
        let (state, happened) = next(&flow.plan, &flow.state, event);
        let now = self.clock.now();
        let moved = self.flows.advance(&flow, &state, outcome, &happened, now);
        if moved.await? {
            flow.state = state;
            flow.step += 1;
            self.wake_if_over(&flow);
            return Ok(self.render(&flow));
        }
        // Somebody else has moved it at the same moment.
        let flow = self.flows.incoming(&flow.account_sid, flow.call_id).await?;
        Ok(flow.map_or_else(apology, |flow| self.render(&flow)))
    }

    fn wake_if_over(&self, flow: &Flow) {
        if matches!(flow.state.at, Position::Over(_)) {
            self.wake.wake();
        }
    }

    /// The time now.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Where a webhook of a step belongs.
pub(super) enum Arrived {
    /// To this call, which waits for it.
    InTime(Box<Flow>),
    /// Nowhere; this is the answer.
    Late(VoiceResponse),
}

fn lost(reason: &'static str) -> VoiceResponse {
    tracing::warn!(reason, "a step of a call belongs nowhere");
    apology()
}

#[async_trait]
impl Handler<IncomingCall> for Calls {
    async fn handle(&self, received: Received<IncomingCall>) -> Result<VoiceResponse, BoxError> {
        let call = &received.webhook;
        let is_ours = call
            .direction
            .as_ref()
            .is_none_or(CallDirection::is_inbound)
            && call.parent_call_sid.is_none();
        let (Some(line), InteractionId::Call(id), true) =
            (&received.recorded.line, received.recorded.id, is_ours)
        else {
            return Ok(VoiceResponse::new().with(Say::new(DEFAULT_GREETING)));
        };
        let flow = match self.flows.incoming(&call.account_sid, id).await? {
            None => self.begin(line, id, &received).await?,
            // Twilio could not use an answer of ours, and asks the fallback URL.
            Some(flow)
                if call.error_url.is_some()
                    && matches!(
                        flow.state.at,
                        Position::Ringing { .. } | Position::Menu { .. }
                    ) =>
            {
                return Ok(self.go_on(flow, &Event::Lost, &Outcome::default()).await?);
            }
            Some(flow) => flow,
        };
        Ok(self.render(&flow))
    }
}

#[async_trait]
impl Handler<CallStatusUpdate> for Calls {
    async fn handle(&self, received: Received<CallStatusUpdate>) -> Result<(), BoxError> {
        let (webhook, recorded) = (&received.webhook, &received.recorded);
        if let (Some(company), InteractionId::Call(id)) = (recorded.company_id, recorded.id)
            && webhook.parent_call_sid.is_none()
            && webhook.call_status.is_terminal()
        {
            self.flows
                .call_is_over(company, id, self.clock.now())
                .await?;
            self.wake.wake();
        }
        Ok(())
    }
}
