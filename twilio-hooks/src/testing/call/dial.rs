//! `<Dial>`: who rings, who answers, and what is told to its `action`.

use std::{collections::VecDeque, mem, time::Duration};

use super::{
    child::{Child, Kind},
    leg::{CALLEE, Ending, Leg, State},
    record::Recording,
};
use crate::{
    testing::simulation::{Failure, Form, Session, Target},
    twiml::{CallEvent, Dial, DialRecord, RecordingEvent},
};

/// How long it rings before somebody answers or declines.
const RINGS: Duration = Duration::from_secs(5);
/// How long it rings if nobody answers.
const TIMEOUT: u32 = 30;

/// A `<Dial>` that is going on.
pub(super) struct Dialling {
    dial: Box<Dial>,
    source: Target,
    parent_sid: String,
    /// Who is put through, in the transcript.
    who: &'static str,
    /// Who is dialled after those that ring now.
    later: VecDeque<Child>,
    pub(super) ringing: Vec<Child>,
    pub(super) talk: Option<Talk>,
    /// What the `action` is told.
    outcome: Form,
}

/// Somebody has answered.
pub(super) struct Talk {
    pub(super) child: Child,
    since: Duration,
    /// What the called person hears before being connected.
    pub(super) screening: Option<Leg>,
    recording: Option<Recording>,
}

impl Dialling {
    pub(super) async fn start(
        session: &mut Session,
        leg: &Leg,
        dial: Box<Dial>,
    ) -> Result<Self, Failure> {
        let (parent, source) = (&leg.facts, &leg.source);
        let mut later: VecDeque<_> = Child::all(parent, &dial, source).into();
        let first = match dial.sequential {
            Some(true) => later.len().min(1),
            _ => later.len(),
        };
        let ringing = later.drain(..first).collect();
        let mut dialling = Self {
            dial,
            source: source.clone(),
            parent_sid: parent.sid.clone(),
            who: leg.who,
            later,
            ringing,
            talk: None,
            outcome: Form::default().and("DialCallStatus", "failed"),
        };
        dialling.ring(session).await?;
        Ok(dialling)
    }

    /// Whether nobody rings or talks any more.
    pub(super) fn is_over(&self) -> bool {
        self.ringing.is_empty() && self.talk.is_none()
    }

    /// Whether the caller can leave by the star, also while it rings.
    pub(super) fn ends_by_star(&self) -> bool {
        self.dial.hangup_on_star == Some(true)
    }

    /// Somebody answers: the first who rings, or who is named.
    pub(super) async fn answer(
        &mut self,
        session: &mut Session,
        name: Option<&str>,
    ) -> Result<(), Failure> {
        let found = self
            .ringing
            .iter()
            .position(|child| name.is_none_or(|name| child.is(name)));
        let Some(index) = found else {
            let message = match name {
                Some(name) => format!("{name} doesn't ring"),
                None => "nobody rings who could answer".to_owned(),
            };
            return Err(session.unexpected(message));
        };
        let mut child = self.ringing.remove(index);
        session.wait(RINGS);
        let since = session.elapsed;
        session.event(match &child.kind {
            Kind::Conference(_) => format!("somebody joins {}", child.name),
            Kind::Leg | Kind::Queue => format!("{} answers", child.name),
        });
        child
            .tell(session, CallEvent::Answered, "in-progress", None)
            .await?;
        let mut screening = None;
        if let Some(target) = child.screen.clone() {
            let mut leg = Leg::new(child.facts.clone(), CALLEE, "in-progress", target.clone());
            leg.go_to(session, &target, Form::default()).await?;
            leg.run(session).await?;
            screening = Some(leg);
        }
        self.talk = Some(Talk {
            child,
            since,
            screening,
            recording: None,
        });
        self.screened(session).await
    }

    /// Connects or refuses the caller, if what the called person hears is over.
    pub(super) async fn screened(&mut self, session: &mut Session) -> Result<(), Failure> {
        let Some(talk) = &self.talk else {
            return Ok(());
        };
        match talk.screening.as_ref().map(|leg| &leg.state) {
            None | Some(State::Ended(Ending::RanOut)) => self.connect(session).await,
            Some(State::Ended(Ending::HungUp)) => self.decline(session).await,
            Some(_) => Ok(()),
        }
    }

    async fn connect(&mut self, session: &mut Session) -> Result<(), Failure> {
        for mut child in mem::take(&mut self.ringing) {
            child.end(session, "canceled", 0).await?;
        }
        self.later.clear();
        let channels = match self.dial.record {
            None | Some(DialRecord::DoNotRecord | DialRecord::False) => None,
            Some(DialRecord::RecordFromAnswerDual | DialRecord::RecordFromRingingDual) => Some(2),
            Some(_) => Some(1),
        };
        let Some(talk) = &mut self.talk else {
            return Ok(());
        };
        if let Some(leg) = &mut talk.screening {
            // What was not asked about stays to be asked about.
            leg.verbs.clear();
        }
        session.event(format!(
            "the {} is connected with {}",
            self.who, talk.child.name
        ));
        let Some(channels) = channels else {
            return Ok(());
        };
        let report = self.dial.recording_status_callback.as_deref().map(|url| {
            let target = self
                .source
                .join(Some(url), self.dial.recording_status_callback_method);
            (target, self.dial.recording_status_callback_event.clone())
        });
        let recording = Recording::new(session, "DialVerb", channels, &self.parent_sid, report);
        recording
            .tell(session, RecordingEvent::InProgress, None)
            .await?;
        talk.recording = Some(recording);
        Ok(())
    }

    /// The called person doesn't take the call; others may still ring.
    async fn decline(&mut self, session: &mut Session) -> Result<(), Failure> {
        let Some(mut talk) = self.talk.take() else {
            return Ok(());
        };
        session.event(format!("{} doesn't take the call", talk.child.name));
        let seconds = session.elapsed.saturating_sub(talk.since).as_secs();
        talk.child.end(session, "completed", seconds).await?;
        self.outcome = talk.child.outcome("completed", Some(seconds), false);
        self.next(session).await
    }

    /// Nobody who rings answers, for a reason.
    pub(super) async fn miss(
        &mut self,
        session: &mut Session,
        status: &'static str,
    ) -> Result<(), Failure> {
        session.wait(match status {
            "no-answer" => Duration::from_secs(self.dial.timeout.unwrap_or(TIMEOUT).into()),
            _ => RINGS,
        });
        for mut child in mem::take(&mut self.ringing) {
            session.event(format!("{}: {status}", child.name));
            child.end(session, status, 0).await?;
            self.outcome = child.outcome(status, None, false);
        }
        self.next(session).await
    }

    /// The caller has left, or the other side has.
    pub(super) async fn end(&mut self, session: &mut Session) -> Result<(), Failure> {
        self.later.clear();
        for mut child in mem::take(&mut self.ringing) {
            child.end(session, "canceled", 0).await?;
            self.outcome = child.outcome("canceled", None, false);
        }
        let Some(mut talk) = self.talk.take() else {
            return Ok(());
        };
        let bridged = talk.screening.as_ref().is_none_or(Leg::has_ended);
        let seconds = session.elapsed.saturating_sub(talk.since).as_secs();
        talk.child.end(session, "completed", seconds).await?;
        self.outcome = talk.child.outcome("completed", Some(seconds), bridged);
        if let Some(recording) = talk.recording {
            self.outcome = mem::take(&mut self.outcome).and_all(recording.form(seconds));
            recording
                .tell(session, RecordingEvent::Completed, Some(seconds))
                .await?;
        }
        Ok(())
    }

    /// Dials who comes next, if nobody rings any more.
    async fn next(&mut self, session: &mut Session) -> Result<(), Failure> {
        match self.later.pop_front() {
            Some(child) if self.is_over() => {
                self.ringing.push(child);
                self.ring(session).await
            }
            Some(child) => {
                self.later.push_front(child);
                Ok(())
            }
            None => Ok(()),
        }
    }

    async fn ring(&mut self, session: &mut Session) -> Result<(), Failure> {
        for child in &mut self.ringing {
            match &child.kind {
                Kind::Conference(_) => {
                    session.event(format!("the {} enters {}", self.who, child.name));
                }
                Kind::Leg | Kind::Queue => session.event(format!("{} rings", child.name)),
            }
            child
                .tell(session, CallEvent::Initiated, "initiated", None)
                .await?;
            child
                .tell(session, CallEvent::Ringing, "ringing", None)
                .await?;
        }
        Ok(())
    }
}

impl Leg {
    /// Goes on after a `<Dial>` that is over; `over` is where the leg is then without an `action`.
    pub(super) async fn leave_dial(
        &mut self,
        session: &mut Session,
        over: State,
    ) -> Result<(), Failure> {
        let State::Dial(dialling) = mem::replace(&mut self.state, over) else {
            return Ok(());
        };
        let Dialling { dial, outcome, .. } = *dialling;
        self.go_on(session, dial.action.as_deref(), dial.method, outcome)
            .await
    }
}
