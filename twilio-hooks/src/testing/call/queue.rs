//! `<Enqueue>`: waiting in a queue, and how that ends.

use std::{collections::VecDeque, mem, time::Duration};

use super::leg::{Leg, State};
use crate::{
    testing::simulation::{Failure, Form, Session, Target},
    twiml::{Enqueue, Node},
};

/// How long a leg waits for somebody before its TwiML for that is asked for again.
const TURN: Duration = Duration::from_secs(10);

/// The queue that a leg waits in.
pub(super) struct Queued {
    enqueue: Box<Enqueue>,
    sid: String,
    since: Duration,
    /// How long it took until somebody came.
    waited: Option<Duration>,
    /// The document with the `<Enqueue>`, and what is left of it.
    source: Target,
    verbs: VecDeque<Node>,
}

impl Queued {
    pub(super) fn name(&self) -> &str {
        match (&self.enqueue.queue, &self.enqueue.workflow_sid) {
            (Some(queue), _) => queue.trim(),
            (None, Some(workflow)) => workflow,
            (None, None) => "without a name",
        }
    }

    pub(super) const fn is_talking(&self) -> bool {
        self.waited.is_some()
    }
}

impl Leg {
    /// Begins to wait.
    pub(super) async fn enter_queue(
        &mut self,
        session: &mut Session,
        enqueue: Box<Enqueue>,
    ) -> Result<(), Failure> {
        let queued = Queued {
            enqueue,
            sid: session.account.sid("QU"),
            since: session.elapsed,
            waited: None,
            source: self.source.clone(),
            verbs: mem::take(&mut self.verbs),
        };
        session.event(format!(
            "the {} waits in the queue {}",
            self.who,
            queued.name()
        ));
        self.queued = Some(queued);
        self.ask_how_to_wait(session).await
    }

    /// Waits for a while, and asks again what to hear.
    pub(super) async fn wait_on(&mut self, session: &mut Session) -> Result<(), Failure> {
        session.wait(TURN);
        self.ask_how_to_wait(session).await
    }

    async fn ask_how_to_wait(&mut self, session: &mut Session) -> Result<(), Failure> {
        self.state = State::Queue;
        let Some(queued) = &self.queued else {
            return Ok(());
        };
        let Some(url) = queued
            .enqueue
            .wait_url
            .as_deref()
            .filter(|url| !url.is_empty())
        else {
            return Ok(());
        };
        let target = queued
            .source
            .join(Some(url), queued.enqueue.wait_url_method);
        let seconds = session.elapsed.saturating_sub(queued.since).as_secs();
        let form = Form::default()
            .and("QueuePosition", 1)
            .and("QueueSid", &queued.sid)
            .and("QueueTime", seconds)
            .and("AvgQueueTime", seconds)
            .and("CurrentQueueSize", 1)
            .and(
                "MaxQueueSize",
                queued.enqueue.max_queue_size.unwrap_or(1000),
            );
        self.go_to(session, &target, form).await
    }

    /// Somebody takes the caller out of the queue.
    pub(super) fn leave_for_talk(&mut self, session: &mut Session) {
        if let Some(queued) = &mut self.queued {
            queued.waited = Some(session.elapsed.saturating_sub(queued.since));
            session.event(format!("somebody takes the {} out of the queue", self.who));
            self.verbs.clear();
            self.state = State::Queue;
        }
    }

    /// Goes on after the `<Enqueue>`, or at its `action`.
    pub(super) async fn leave_queue(
        &mut self,
        session: &mut Session,
        result: &str,
    ) -> Result<(), Failure> {
        let Some(queued) = self.queued.take() else {
            return Ok(());
        };
        let waited = queued
            .waited
            .unwrap_or_else(|| session.elapsed.saturating_sub(queued.since));
        self.source = queued.source;
        self.verbs = queued.verbs;
        let form = Form::default()
            .and("QueueResult", result)
            .and("QueueSid", queued.sid)
            .and("QueueTime", waited.as_secs());
        let (action, method) = (queued.enqueue.action.as_deref(), queued.enqueue.method);
        self.go_on(session, action, method, form).await
    }
}
