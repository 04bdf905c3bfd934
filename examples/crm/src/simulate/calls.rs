//! Scenarios of calls and recordings.

use jiff::{SignedDuration, Timestamp};

use super::{
    Origin, Scenario, Step,
    numbers::area,
    people,
    scenario::{Form, VOICE_INCOMING, VOICE_RECORDING, VOICE_STATUS},
};

/// How a call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// Answered, and over after this time.
    Completed {
        /// How long the two talked.
        seconds: u32,
    },
    /// Nobody answered in time.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// The caller hung up before the answer.
    Canceled,
    /// It could not be put through.
    Failed,
}

impl Scenario {
    /// Somebody calls one of our numbers: it rings, and the call takes its course.
    ///
    /// The call ends at the time of the origin. Twilio itself reports nothing but the end of an
    /// incoming call; here an answered one is reported as `in-progress` too, so that it can be
    /// watched while it goes on.
    #[must_use]
    pub fn incoming_call(origin: &mut Origin, from: &str, to: &str, outcome: CallOutcome) -> Self {
        let call = Call::new(origin, from, to);
        let mut steps = vec![call.rings(origin)];
        match outcome {
            CallOutcome::Completed { seconds } => {
                steps.push(call.is_answered(origin, seconds));
                steps.push(call.ends(origin, "completed", 1, seconds));
            }
            CallOutcome::NoAnswer => steps.push(call.ends(origin, "no-answer", 0, 0)),
            CallOutcome::Busy => steps.push(call.ends(origin, "busy", 0, 0)),
            CallOutcome::Canceled => steps.push(call.ends(origin, "canceled", 0, 0)),
            CallOutcome::Failed => steps.push(call.ends(origin, "failed", 0, 0)),
        }
        Self { steps }
    }

    /// A call that goes on already, or went on, is recorded.
    #[must_use]
    pub fn recording(origin: &mut Origin, call_sid: &str, seconds: u32) -> Self {
        Self {
            steps: recording(origin, call_sid, seconds).into(),
        }
    }

    /// Somebody calls, and all of the call is recorded.
    #[must_use]
    pub fn recorded_call(origin: &mut Origin, from: &str, to: &str, seconds: u32) -> Self {
        let call = Call::new(origin, from, to);
        let rings = call.rings(origin);
        let is_answered = call.is_answered(origin, seconds);
        let [starts, is_ready] = recording(origin, &call.sid, seconds);
        let ends = call.ends(origin, "completed", 1, seconds);
        Self {
            steps: vec![rings, is_answered, starts, ends, is_ready],
        }
    }
}

/// What all requests about one call share.
struct Call<'a> {
    sid: String,
    from: &'a str,
    to: &'a str,
}

/// What a status report says on top.
struct Report {
    sequence: u32,
    at: Timestamp,
    duration: Option<u32>,
}

impl<'a> Call<'a> {
    fn new(origin: &mut Origin, from: &'a str, to: &'a str) -> Self {
        let sid = origin.random.sid("CA");
        Self { sid, from, to }
    }

    fn rings(&self, origin: &mut Origin) -> Step {
        let form = self.form(origin, "ringing", None);
        Step::new(VOICE_INCOMING, &self.sid, form, &mut origin.random)
    }

    fn is_answered(&self, origin: &mut Origin, seconds: u32) -> Step {
        let report = Report {
            sequence: 0,
            at: earlier(origin.now, seconds),
            duration: None,
        };
        let form = self.form(origin, "in-progress", Some(&report));
        Step::new(VOICE_STATUS, &self.sid, form, &mut origin.random)
    }

    fn ends(&self, origin: &mut Origin, status: &str, sequence: u32, seconds: u32) -> Step {
        let report = Report {
            sequence,
            at: origin.now,
            duration: Some(seconds),
        };
        let form = self.form(origin, status, Some(&report));
        Step::new(VOICE_STATUS, &self.sid, form, &mut origin.random)
    }

    /// The parameters in the order of captured requests.
    fn form(&self, origin: &Origin, status: &str, report: Option<&Report>) -> Form {
        let (there, here) = (area(self.from), area(self.to));
        let duration = report.and_then(|report| report.duration);
        let mut form = Form::default();
        form.add_all([("Called", self.to), ("ToState", here.state)]);
        form.add_all([("CallerCountry", there.country), ("Direction", "inbound")]);
        form.add_some("Timestamp", report.map(|report| rfc2822(report.at)));
        form.add_some("CallbackSource", report.map(|_| "call-progress-events"));
        form.add_all([("CallerState", there.state), ("ToZip", here.zip)]);
        form.add_some("SequenceNumber", report.map(|report| report.sequence));
        form.add_all([("CallSid", &*self.sid), ("To", self.to)]);
        form.add_all([("CallerZip", there.zip), ("ToCountry", here.country)]);
        if report.is_none() && there.country == "US" {
            form.add("StirVerstat", "TN-Validation-Passed-A");
        }
        form.add_some("CallerName", people::name(self.from));
        form.add_all([("CalledZip", here.zip), ("ApiVersion", "2010-04-01")]);
        form.add_all([("CalledCity", here.city), ("CallStatus", status)]);
        form.add_some("Duration", duration.map(|seconds| seconds.div_ceil(60)));
        form.add("From", self.from);
        form.add_some("CallDuration", duration);
        form.add("AccountSid", &origin.account_sid);
        form.add_all([("CalledCountry", here.country), ("CallerCity", there.city)]);
        form.add_all([("ToCity", here.city), ("FromCountry", there.country)]);
        form.add_all([("Caller", self.from), ("FromCity", there.city)]);
        form.add_all([("CalledState", here.state), ("FromZip", there.zip)]);
        form.add_all([("FromState", there.state)]);
        form
    }
}

/// A recording starts, and is ready.
fn recording(origin: &mut Origin, call_sid: &str, seconds: u32) -> [Step; 2] {
    let sid = origin.random.sid("RE");
    let started = rfc2822(earlier(origin.now, seconds));
    let account = origin.account_sid.as_str().to_owned();
    let url = format!("https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{sid}");
    [("in-progress", None), ("completed", Some(seconds))].map(|(status, duration)| {
        let mut form = Form::default();
        form.add("RecordingSource", "StartCallRecordingTwiML");
        form.add_all([("RecordingTrack", "both"), ("RecordingSid", &sid)]);
        form.add_all([("RecordingUrl", &*url), ("RecordingStatus", status)]);
        form.add_all([("RecordingChannels", "2"), ("ErrorCode", "0")]);
        form.add_all([("CallSid", call_sid), ("RecordingStartTime", &started)]);
        form.add("AccountSid", &account);
        form.add_some("RecordingDuration", duration);
        Step::new(VOICE_RECORDING, &sid, form, &mut origin.random)
    })
}

/// The time some seconds before; the same time if there is none so early.
fn earlier(now: Timestamp, seconds: u32) -> Timestamp {
    now.checked_sub(SignedDuration::from_secs(i64::from(seconds)))
        .unwrap_or(now)
}

fn rfc2822(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
