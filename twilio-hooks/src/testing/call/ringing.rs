//! [`Ringing`]: a call of the application that somebody may answer.

use std::time::Duration;

use super::{Call, facts::Facts, leg::Leg, record::Recording, reports::Reports};
use crate::{
    Params,
    testing::simulation::{Failure, Form, Order, PlacedCall, Session, Target, Transcript},
    twiml::{CallEvent, HttpMethod, RecordingEvent},
};

/// How long it rings before somebody answers.
const RINGS: Duration = Duration::from_secs(3);
/// How long it rings if nobody answers and the application has not set a time.
const TIMEOUT: u64 = 60;
/// Who hears the TwiML, in the transcript.
const WHO: &str = "called person";
/// How long Twilio listens for a machine, in milliseconds.
const DETECTION: u32 = 3500;

/// A call that was picked up from the account.
pub(super) struct Ringing {
    pub(super) session: Session,
    pub(super) facts: Facts,
    pub(super) reports: Option<Reports>,
    pub(super) placed: PlacedCall,
}

impl Ringing {
    pub(super) async fn answered(mut self, by: &str) -> Result<Call, Failure> {
        self.rings().await?;
        self.session.wait(RINGS);
        self.session.keep_pace().await;
        self.session.event(format!("{} answers", self.facts.to));
        self.gets_to(CallEvent::Answered, "in-progress").await?;
        let form = &self.placed.form;
        let detects = is_given(form, "MachineDetection");
        let form = form.clone();
        let later = form.get("AsyncAmd") == Some("true");
        let mut question = Form::default();
        if detects {
            if let Some(ledger) = self.session.account.ledger() {
                ledger.answered_by(&self.facts.sid, by);
            }
            if !later {
                self.session.wait(Duration::from_millis(DETECTION.into()));
                question = question.and("AnsweredBy", by);
            }
        }
        let recording = self.recording();
        let Self {
            session,
            facts,
            reports,
            placed,
        } = self;
        let source = session.home().clone();
        let mut leg = Leg::new(facts, WHO, "in-progress", source);
        leg.answered = Some(session.elapsed);
        let mut call = Call::new(session, leg, reports);
        let (session, leg) = (&mut call.session, &mut call.leg);
        if let Some(recording) = recording {
            recording
                .tell(session, RecordingEvent::InProgress, None)
                .await?;
            call.recording = Some(recording);
        }
        let begun = match placed.first {
            Order::GoTo(target) => leg.go_to(session, &target, question).await,
            Order::Twiml(text) => leg.read(session, &text),
            Order::End => Ok(()),
        };
        if let Err(failure) = begun {
            call.give_up().await;
            return Err(failure);
        }
        if detects && later {
            detected(session, &leg.facts, &form, by).await?;
        }
        Ok(call)
    }

    pub(super) async fn missed(mut self, status: &str) -> Result<Transcript, Failure> {
        if status != "failed" {
            self.rings().await?;
            let timeout = self.placed.form.get("Timeout");
            let timeout = timeout.and_then(|seconds| seconds.parse().ok());
            self.session.wait(match status {
                "no-answer" => Duration::from_secs(timeout.unwrap_or(TIMEOUT)),
                _ => RINGS,
            });
        }
        self.session.event(format!("{}: {status}", self.facts.to));
        self.gets_to(CallEvent::Completed, status).await?;
        Ok(self.session.transcript)
    }

    async fn rings(&mut self) -> Result<(), Failure> {
        if self.placed.reached == "queued" {
            self.gets_to(CallEvent::Initiated, "initiated").await?;
        }
        if self.placed.reached != "ringing" {
            self.session.event(format!("{} rings", self.facts.to));
            self.gets_to(CallEvent::Ringing, "ringing").await?;
        }
        Ok(())
    }

    async fn gets_to(&mut self, event: CallEvent, status: &str) -> Result<(), Failure> {
        self.session.keep_pace().await;
        self.facts.keep(status);
        let Some(reports) = &mut self.reports else {
            return Ok(());
        };
        let seconds = (event == CallEvent::Completed).then_some(0);
        let (session, facts) = (&mut self.session, &self.facts);
        reports.tell(session, facts, event, status, seconds).await
    }

    /// The recording that was asked for when the call was made.
    fn recording(&self) -> Option<Recording> {
        let form = &self.placed.form;
        let sid = self.placed.recording.clone()?;
        let channels = if form.get("RecordingChannels") == Some("mono") {
            1
        } else {
            2
        };
        let url = "RecordingStatusCallback";
        let report = target(form, url, "RecordingStatusCallbackMethod").map(|target| {
            let events = form.get_all("RecordingStatusCallbackEvent");
            let events: Vec<_> = events
                .map(|event| RecordingEvent::from(event.into_owned()))
                .collect();
            (target, Some(events).filter(|events| !events.is_empty()))
        });
        let call_sid = &self.facts.sid;
        Some(Recording::of_call(
            &self.session,
            sid,
            channels,
            call_sid,
            report,
        ))
    }
}

/// Tells who has answered, some time after the TwiML has begun.
async fn detected(
    session: &mut Session,
    facts: &Facts,
    form: &Params,
    by: &str,
) -> Result<(), Failure> {
    let (url, method) = ("AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod");
    let Some(target) = target(form, url, method) else {
        return Ok(());
    };
    let report = Form::default()
        .and("CallSid", &facts.sid)
        .and("AccountSid", &facts.account_sid)
        .and("AnsweredBy", by)
        .and("MachineDetectionDuration", DETECTION);
    session.tell(&target, report, super::REPORT_REFUSED).await
}

fn is_given(form: &Params, name: &str) -> bool {
    form.get(name).is_some_and(|value| !value.is_empty())
}

fn target(form: &Params, url: &str, method: &str) -> Option<Target> {
    let url = form.get(url).filter(|url| !url.is_empty())?;
    let method = match form.get(method) {
        Some("GET") => HttpMethod::Get,
        _ => HttpMethod::Post,
    };
    Some(Target::new(url, method))
}
