//! `<Record>`, and what is told about recordings.

use std::time::Duration;

use super::leg::{Ending, Leg, State};
use crate::{
    testing::simulation::{Failure, Form, RecordingEntry, Session, Target},
    twiml::{Record, RecordingEvent},
};

/// Twilio's warning for a report on a recording that isn't taken.
const REPORT_REFUSED: u32 = 16011;
/// What Twilio writes as `ErrorCode` if nothing was recorded.
const SILENT: u32 = 16101;
const MAX_LENGTH: u32 = 3600;
const TIMEOUT: u32 = 5;

/// A `<Record>` that is going on.
pub(super) struct Recorded {
    record: Box<Record>,
    recording: Recording,
    spoken: Duration,
}

/// A recording, and whom to tell about it.
pub(super) struct Recording {
    sid: String,
    url: String,
    source: &'static str,
    channels: u32,
    start: String,
    report: Option<(Target, Vec<RecordingEvent>)>,
    account_sid: String,
    call_sid: String,
}

impl Recording {
    /// Begins a recording of a call.
    pub(super) fn new(
        session: &Session,
        source: &'static str,
        channels: u32,
        call_sid: &str,
        report: Option<(Target, Option<Vec<RecordingEvent>>)>,
    ) -> Self {
        let account_sid = session.account_sid.clone();
        let sid = session.account.sid("RE");
        Self {
            url: match session.account.ledger() {
                Some(ledger) => ledger.recording_url(&account_sid, &sid),
                None => format!(
                    "https://api.twilio.com/2010-04-01/Accounts/{account_sid}/Recordings/{sid}"
                ),
            },
            sid,
            source,
            channels,
            start: session.timestamp(),
            report: report.map(|(target, events)| {
                (
                    target,
                    events.unwrap_or_else(|| vec![RecordingEvent::Completed]),
                )
            }),
            account_sid,
            call_sid: call_sid.to_owned(),
        }
    }

    /// The recording of a whole call, which has a SID already.
    #[cfg(feature = "client")]
    pub(super) fn of_call(
        session: &Session,
        sid: String,
        channels: u32,
        call_sid: &str,
        report: Option<(Target, Option<Vec<RecordingEvent>>)>,
    ) -> Self {
        let ledger = session.account.ledger();
        let url = ledger.map(|ledger| ledger.recording_url(&session.account_sid, &sid));
        Self {
            sid,
            url: url.unwrap_or_default(),
            ..Self::new(session, "OutboundAPI", channels, call_sid, report)
        }
    }

    /// What is told to the `action` of the verb.
    pub(super) fn form(&self, seconds: u64) -> Form {
        Form::default()
            .and("RecordingUrl", &self.url)
            .and("RecordingSid", &self.sid)
            .and("RecordingDuration", seconds)
    }

    /// Tells the `recordingStatusCallback`, if it wants to know.
    pub(super) async fn tell(
        &self,
        session: &mut Session,
        event: RecordingEvent,
        seconds: Option<u64>,
    ) -> Result<(), Failure> {
        if let Some(ledger) = session.account.ledger() {
            ledger.recording(&RecordingEntry {
                sid: &self.sid,
                account_sid: &self.account_sid,
                call_sid: &self.call_sid,
                source: self.source,
                channels: self.channels,
                status: event.as_str(),
                seconds: seconds.unwrap_or_default(),
            });
        }
        let Some((target, events)) = &self.report else {
            return Ok(());
        };
        if !events.contains(&event) {
            return Ok(());
        }
        let absent = event == RecordingEvent::Absent;
        let form = Form::default()
            .and("RecordingSource", self.source)
            .and("RecordingSid", &self.sid)
            .and_if("RecordingUrl", Some(&self.url).filter(|_| !absent))
            .and("RecordingStatus", &event)
            .and("RecordingChannels", self.channels)
            .and("ErrorCode", if absent { SILENT } else { 0 })
            .and("CallSid", &self.call_sid)
            .and("RecordingStartTime", &self.start)
            .and("AccountSid", &self.account_sid);
        let form = match seconds {
            _ if absent => form.and("RecordingDuration", -1),
            seconds => form.and_if("RecordingDuration", seconds),
        };
        session.tell(target, form, REPORT_REFUSED).await
    }
}

impl Leg {
    /// Begins a `<Record>`.
    pub(super) async fn record(
        &mut self,
        session: &mut Session,
        record: Box<Record>,
    ) -> Result<(), Failure> {
        session.event("a recording begins");
        let report = record.recording_status_callback.as_deref().map(|url| {
            let method = record.recording_status_callback_method;
            let events = record.recording_status_callback_event.clone();
            (self.source.join(Some(url), method), events)
        });
        let recording = Recording::new(session, "RecordVerb", 1, &self.facts.sid, report);
        recording
            .tell(session, RecordingEvent::InProgress, None)
            .await?;
        if record.transcribe == Some(true) || record.transcribe_callback.is_some() {
            session.note("the simulator doesn't transcribe recordings");
        }
        self.state = State::Record(Box::new(Recorded {
            record,
            recording,
            spoken: Duration::ZERO,
        }));
        Ok(())
    }

    /// Speaks into a recording; it ends by itself if that is too long.
    pub(super) async fn dictate(
        &mut self,
        session: &mut Session,
        time: Duration,
    ) -> Result<(), Failure> {
        let State::Record(recorded) = &mut self.state else {
            let message = format!(
                "nothing is recorded: the {} {}",
                self.who,
                self.whereabouts()
            );
            return Err(session.unexpected(message));
        };
        let most = Duration::from_secs(recorded.record.max_length.unwrap_or(MAX_LENGTH).into());
        let time = time.min(most.saturating_sub(recorded.spoken));
        recorded.spoken += time;
        let full = recorded.spoken >= most;
        session.event(format!(
            "the {} speaks for {} s",
            self.who,
            time.as_secs_f32()
        ));
        session.wait(time);
        if full {
            self.finish_recording(session, None).await?;
        }
        Ok(())
    }

    /// Presses a key, which ends the recording if it is one of those.
    pub(super) async fn press_in_recording(
        &mut self,
        session: &mut Session,
        keys: &str,
    ) -> Result<(), Failure> {
        session.event(format!("the {} presses {keys}", self.who));
        let State::Record(recorded) = &self.state else {
            return Ok(());
        };
        let finish = recorded
            .record
            .finish_on_key
            .as_deref()
            .unwrap_or("1234567890*#");
        match keys.chars().find(|key| finish.contains(*key)) {
            Some(key) => self.finish_recording(session, Some(&key.to_string())).await,
            None => Ok(()),
        }
    }

    /// Is silent until the recording ends.
    pub(super) async fn silence_in_recording(
        &mut self,
        session: &mut Session,
    ) -> Result<(), Failure> {
        if let State::Record(recorded) = &self.state {
            let timeout = recorded.record.timeout.unwrap_or(TIMEOUT);
            session.wait(Duration::from_secs(timeout.into()));
        }
        self.finish_recording(session, None).await
    }

    /// Ends a recording by a key, by `hangup`, or by itself.
    pub(super) async fn finish_recording(
        &mut self,
        session: &mut Session,
        digits: Option<&str>,
    ) -> Result<(), Failure> {
        let hung_up = digits == Some("hangup");
        let next = if hung_up {
            State::Ended(Ending::HungUp)
        } else {
            State::Running
        };
        let State::Record(recorded) = std::mem::replace(&mut self.state, next) else {
            return Ok(());
        };
        let Recorded {
            record,
            recording,
            spoken,
        } = *recorded;
        if spoken.is_zero() {
            session.note("nothing was recorded");
            return recording.tell(session, RecordingEvent::Absent, None).await;
        }
        let seconds = spoken.as_secs().max(1);
        let form = recording.form(seconds).and_if("Digits", digits);
        let target = self.source.join(record.action.as_deref(), record.method);
        self.go_to(session, &target, form).await?;
        recording
            .tell(session, RecordingEvent::Completed, Some(seconds))
            .await
    }
}
