//! [`Child`]: somebody or something that a `<Dial>` dials.

use super::{conference::Room, facts::Facts};
use crate::{
    testing::simulation::{Failure, Form, Session, Target},
    twiml::{CallEvent, Client, Conference, Dial, HttpMethod, Node, Queue, Sip, Text},
};

/// Somebody or something that a `<Dial>` dials.
pub(super) struct Child {
    /// As the TwiML has it.
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) facts: Facts,
    /// Where to get what the called person hears before being connected.
    pub(super) screen: Option<Target>,
    report: Option<(Target, Vec<CallEvent>)>,
    sequence: u32,
}

/// What is dialled.
pub(super) enum Kind {
    /// A phone or an app.
    Leg,
    Conference(Box<Room>),
    Queue,
}

impl Child {
    /// All that a `<Dial>` dials.
    pub(super) fn all(parent: &Facts, dial: &Dial, source: &Target) -> Vec<Self> {
        let from = dial.caller_id.as_deref();
        let number = dial
            .number
            .iter()
            .map(|number| Self::leg(parent, from, number, number));
        let children = dial.children().iter().filter_map(|child| {
            Some(match child {
                Node::Text(number) => Self::leg(parent, from, number, number),
                Node::Number(noun) => Self::leg(parent, from, &noun.number, &noun.number)
                    .screened_at(source, noun.url.as_ref(), noun.method)
                    .reporting_to(
                        source,
                        noun.status_callback.as_ref(),
                        noun.status_callback_method,
                        noun.status_callback_event.as_ref(),
                    ),
                Node::Client(noun) => {
                    let name = identity(noun);
                    Self::leg(parent, from, name, &format!("client:{}", name.trim()))
                        .screened_at(source, noun.url.as_ref(), noun.method)
                        .reporting_to(
                            source,
                            noun.status_callback.as_ref(),
                            noun.status_callback_method,
                            noun.status_callback_event.as_ref(),
                        )
                }
                Node::Sip(noun) => {
                    let uri = uri(noun);
                    Self::leg(parent, from, uri, uri)
                        .screened_at(source, noun.url.as_ref(), noun.method)
                        .reporting_to(
                            source,
                            noun.status_callback.as_ref(),
                            noun.status_callback_method,
                            noun.status_callback_event.as_ref(),
                        )
                }
                Node::Conference(noun) => Self::conference(parent, noun, source),
                Node::Queue(noun) => Self::queue(parent, noun),
                Node::Sim(noun) => Self::leg(parent, from, &noun.sid, &format!("sim:{}", noun.sid)),
                Node::WhatsApp(noun) => Self::leg(
                    parent,
                    from,
                    &noun.number,
                    &format!("whatsapp:{}", noun.number),
                ),
                _ => return None,
            })
        });
        number
            .chain(children)
            .filter(|child| !child.name.is_empty())
            .collect()
    }

    fn leg(parent: &Facts, from: Option<&str>, name: &str, to: &str) -> Self {
        Self {
            name: name.trim().to_owned(),
            kind: Kind::Leg,
            facts: parent.child(from, to.trim().to_owned()),
            screen: None,
            report: None,
            sequence: 0,
        }
    }

    fn conference(parent: &Facts, noun: &Conference, source: &Target) -> Self {
        let room = Box::new(Room::new(noun, source, parent));
        Self {
            kind: Kind::Conference(room),
            ..Self::leg(parent, None, &noun.name, &noun.name)
        }
    }

    fn queue(parent: &Facts, noun: &Queue) -> Self {
        Self {
            kind: Kind::Queue,
            ..Self::leg(parent, None, &noun.name, &noun.name)
        }
    }

    fn screened_at(
        mut self,
        source: &Target,
        url: Option<&Text>,
        method: Option<HttpMethod>,
    ) -> Self {
        let url = url.filter(|url| !url.is_empty());
        self.screen = url.map(|url| source.join(Some(url), method));
        self
    }

    fn reporting_to(
        mut self,
        source: &Target,
        url: Option<&Text>,
        method: Option<HttpMethod>,
        events: Option<&Vec<CallEvent>>,
    ) -> Self {
        let events = events.map_or_else(|| vec![CallEvent::Completed], Clone::clone);
        let url = url.filter(|url| !url.is_empty());
        self.report = url.map(|url| (source.join(Some(url), method), events));
        self
    }

    /// Whether this is who a test names.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name || self.facts.to == name
    }

    /// Tells the `statusCallback` of the noun how the leg goes, if it wants to know.
    pub(super) async fn tell(
        &mut self,
        session: &mut Session,
        event: CallEvent,
        status: &str,
        ended: Option<(u64, u16)>,
    ) -> Result<(), Failure> {
        if let Kind::Conference(room) = &mut self.kind {
            return room.tell(session, &event).await;
        }
        session.keep_pace().await;
        if matches!(self.kind, Kind::Leg) {
            self.facts.keep(status);
        }
        let sequence = self.sequence;
        self.sequence += 1;
        let Some((target, _)) = self
            .report
            .as_ref()
            .filter(|(_, events)| events.contains(&event))
        else {
            return Ok(());
        };
        let mut form = Form::default()
            .and("Timestamp", session.timestamp())
            .and("CallbackSource", "call-progress-events")
            .and("SequenceNumber", sequence);
        if let Some((seconds, sip)) = ended {
            form = form
                .and("SipResponseCode", sip)
                .and("CallDuration", seconds)
                .and("Duration", seconds.div_ceil(60));
        }
        let form = form.and_all(self.facts.form(status));
        session.tell(target, form, super::REPORT_REFUSED).await
    }

    /// Ends the leg.
    pub(super) async fn end(
        &mut self,
        session: &mut Session,
        status: &str,
        seconds: u64,
    ) -> Result<(), Failure> {
        let sip = match status {
            "busy" => 486,
            "no-answer" | "canceled" => 487,
            "failed" => 404,
            _ => 200,
        };
        self.tell(session, CallEvent::Completed, status, Some((seconds, sip)))
            .await
    }

    /// What the `action` of the `<Dial>` is told.
    pub(super) fn outcome(&self, status: &str, seconds: Option<u64>, bridged: bool) -> Form {
        let form = Form::default();
        match &self.kind {
            Kind::Conference(_) => form.and("DialCallStatus", "answered"),
            Kind::Leg => form
                .and("DialCallStatus", status)
                .and("DialCallSid", &self.facts.sid)
                .and_if("DialCallDuration", seconds)
                .and("DialBridged", bridged),
            Kind::Queue => form
                .and("DialCallStatus", status)
                .and("DialCallSid", &self.facts.sid)
                .and_if("DialCallDuration", seconds)
                .and("QueueSid", self.facts.account.sid("QU"))
                .and("QueueTime", 0),
        }
    }
}

fn identity(client: &Client) -> &str {
    let inside = client.children().iter().find_map(|child| match child {
        Node::Identity(identity) => Some(&*identity.identity),
        _ => None,
    });
    inside.or(client.identity.as_deref()).unwrap_or_default()
}

fn uri(sip: &Sip) -> &str {
    let inside = sip.children().iter().find_map(|child| match child {
        Node::Uri(uri) => uri.uri.as_deref(),
        _ => None,
    });
    sip.uri
        .as_deref()
        .filter(|uri| !uri.trim().is_empty())
        .or(inside)
        .unwrap_or_default()
}
