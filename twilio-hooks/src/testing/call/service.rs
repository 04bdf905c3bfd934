//! `<Connect>`: a service that has the call for a while.

use std::time::Duration;

use super::leg::{Leg, State};
use crate::{
    testing::simulation::{Failure, Form, Session},
    twiml::{Connect, Node},
};

/// A `<Connect>` that is going on. The simulator doesn't open its socket.
pub(super) struct Service {
    connect: Connect,
    /// What it is, in the transcript.
    pub(super) name: String,
    since: Duration,
}

impl Service {
    pub(super) fn start(session: &mut Session, connect: Connect) -> Self {
        let name = connect.children().iter().find_map(|child| match child {
            Node::Stream(stream) => Some(("a media stream", stream.url.as_deref())),
            Node::ConversationRelay(relay) => Some(("ConversationRelay", relay.url.as_deref())),
            Node::Comment(_) => None,
            _ => Some(("a service", None)),
        });
        let name = match name {
            Some((name, Some(url))) => format!("{name} at {url}"),
            Some((name, None)) => name.to_owned(),
            None => "nothing".to_owned(),
        };
        session.event(format!("the call is handed to {name}"));
        Self {
            connect,
            name,
            since: session.elapsed,
        }
    }
}

impl Leg {
    /// The service is done, or the caller has hung up.
    pub(super) async fn leave_service(
        &mut self,
        session: &mut Session,
        over: State,
    ) -> Result<(), Failure> {
        let State::Service(service) = std::mem::replace(&mut self.state, over) else {
            return Ok(());
        };
        let seconds = session.elapsed.saturating_sub(service.since).as_secs();
        let form = match service.connect.children().first() {
            Some(Node::Stream(_)) => Form::default().and("StreamSid", session.account.sid("MZ")),
            Some(Node::ConversationRelay(_)) => Form::default()
                .and("SessionId", session.account.sid("VX"))
                .and("SessionStatus", "ended")
                .and("SessionDuration", seconds),
            _ => Form::default(),
        };
        let (action, method) = (service.connect.action.as_deref(), service.connect.method);
        self.go_on(session, action, method, form).await
    }
}
