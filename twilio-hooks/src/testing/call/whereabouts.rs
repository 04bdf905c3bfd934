//! Where a leg is, in words, for failures.

use super::leg::{Leg, State};

impl Leg {
    /// What the person does or waits for, as the end of a sentence.
    pub(super) fn whereabouts(&self) -> String {
        match &self.state {
            State::Running => "is in the middle of a document".to_owned(),
            State::Gather(_) => "is asked for input by a <Gather>".to_owned(),
            State::Record(_) => "is being recorded".to_owned(),
            State::Dial(dialling) => match &dialling.talk {
                Some(talk) if talk.screening.as_ref().is_some_and(|leg| !leg.has_ended()) => {
                    format!("waits while {} hears who calls", talk.child.name)
                }
                Some(talk) => format!("talks with {}", talk.child.name),
                None => {
                    let names = dialling.ringing.iter().map(|child| &*child.name);
                    format!("waits for {}", names.collect::<Vec<_>>().join(", "))
                }
            },
            State::Queue => match &self.queued {
                Some(queued) if queued.is_talking() => {
                    "talks with whoever took it out of the queue".to_owned()
                }
                Some(queued) => format!("waits in the queue {}", queued.name()),
                None => "waits in a queue".to_owned(),
            },
            State::Service(service) => format!("is with {}", service.name),
            State::Ended(_) => "has no call any more".to_owned(),
        }
    }
}
