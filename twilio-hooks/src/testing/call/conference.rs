//! `<Conference>`: a room that the caller enters, and what is told about it.

use super::facts::Facts;
use crate::{
    testing::simulation::{Failure, Form, Session, Target},
    twiml::{CallEvent, Conference, ConferenceEvent},
};

/// Twilio's warning for a report on a conference that isn't taken.
const REPORT_REFUSED: u32 = 15003;

/// A conference that only the caller and one other take part in.
pub(super) struct Room {
    sid: String,
    name: String,
    account_sid: String,
    call_sid: String,
    starts: bool,
    ends: bool,
    label: Option<String>,
    report: Option<(Target, Vec<ConferenceEvent>)>,
    sequence: u32,
    started: bool,
}

impl Room {
    pub(super) fn new(noun: &Conference, source: &Target, caller: &Facts) -> Self {
        let report = noun.status_callback.as_deref().map(|url| {
            let events = noun.status_callback_event.clone().unwrap_or_default();
            (source.join(Some(url), noun.status_callback_method), events)
        });
        Self {
            sid: caller.account.sid("CF"),
            name: noun.name.trim().to_owned(),
            account_sid: caller.account_sid.clone(),
            call_sid: caller.sid.clone(),
            starts: noun.start_conference_on_enter.unwrap_or(true),
            ends: noun.end_conference_on_exit.unwrap_or(false),
            label: noun.participant_label.as_ref().map(ToString::to_string),
            report,
            sequence: 0,
            started: false,
        }
    }

    /// Tells what happens in the room when the dialling gets so far.
    pub(super) async fn tell(
        &mut self,
        session: &mut Session,
        event: &CallEvent,
    ) -> Result<(), Failure> {
        match event {
            CallEvent::Initiated => self.report(session, ConferenceEvent::Join).await,
            CallEvent::Answered => {
                self.started = true;
                self.report(session, ConferenceEvent::Start).await
            }
            CallEvent::Completed => {
                self.report(session, ConferenceEvent::Leave).await?;
                if self.started {
                    self.report(session, ConferenceEvent::End).await?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn report(
        &mut self,
        session: &mut Session,
        event: ConferenceEvent,
    ) -> Result<(), Failure> {
        let Some((target, _)) = self
            .report
            .as_ref()
            .filter(|(_, events)| events.contains(&event))
        else {
            return Ok(());
        };
        self.sequence += 1;
        let (name, of_caller) = match event {
            ConferenceEvent::Join => ("participant-join", true),
            ConferenceEvent::Leave => ("participant-leave", true),
            ConferenceEvent::Start => ("conference-start", false),
            _ => ("conference-end", false),
        };
        let mut form = Form::default()
            .and("StatusCallbackEvent", name)
            .and("ConferenceSid", &self.sid)
            .and("FriendlyName", &self.name)
            .and("AccountSid", &self.account_sid)
            .and("SequenceNumber", self.sequence)
            .and("Timestamp", session.timestamp());
        if of_caller {
            form = form
                .and("CallSid", &self.call_sid)
                .and("Muted", false)
                .and("Hold", false)
                .and("Coaching", false)
                .and("EndConferenceOnExit", self.ends)
                .and("StartConferenceOnEnter", self.starts)
                .and_if("ParticipantLabel", self.label.as_ref());
        }
        session.tell(target, form, REPORT_REFUSED).await
    }
}
