//! [`Call`]: what the caller does and hears.

use std::{fmt, time::Duration};

use super::{
    facts::Facts,
    leg::{Leg, State},
    record::Recording,
    reports::Reports,
};
use crate::{
    CallSid,
    testing::simulation::{Failure, Form, Session, Transcript},
};

/// A call that is going on, as its caller sees it; or, if the application has made it, the one who
/// was called.
///
/// Made by [`Caller::call`](super::Caller::call) and `Callee::answers`. Every step gives the call back, so that steps can
/// be chained. The [module](crate::testing::call) has an example, and tells which step goes with which verb.
pub struct Call {
    pub(super) session: Session,
    pub(super) leg: Leg,
    pub(super) reports: Option<Reports>,
    /// The recording of the whole call.
    pub(super) recording: Option<Recording>,
    /// Whether the end of the call was told.
    pub(super) told: bool,
}

/// What a step of a test gives.
type Step<'c> = Result<&'c mut Call, Failure>;

impl Call {
    pub(super) async fn begin(
        mut session: Session,
        facts: Facts,
        reports: Option<Reports>,
    ) -> Result<Self, Failure> {
        let home = session.home().clone();
        facts.keep("ringing");
        let mut leg = Leg::new(facts, "caller", "ringing", home.clone());
        if let Err(failure) = leg.go_to(&mut session, &home, Form::default()).await {
            // Twilio ends a call whose TwiML is of no use.
            leg.facts.keep("completed");
            return Err(failure);
        }
        Ok(Self::new(session, leg, reports))
    }

    pub(super) const fn new(session: Session, leg: Leg, reports: Option<Reports>) -> Self {
        Self {
            session,
            leg,
            reports,
            recording: None,
            told: false,
        }
    }

    /// The SID of the caller's leg, or of that which the application has made.
    #[must_use]
    pub fn sid(&self) -> CallSid {
        CallSid::from(self.leg.facts.sid.clone())
    }

    /// What has happened so far.
    #[must_use]
    pub const fn transcript(&self) -> &Transcript {
        &self.session.transcript
    }

    /// Listens until words or the URL of a sound contain this text.
    ///
    /// What was heard since the last such step counts. Prompts inside of a `<Gather>` are heard
    /// before it waits for input.
    ///
    /// # Errors
    /// If the TwiML waits for somebody or is over before that, or the application's answer is of no
    /// use.
    pub async fn hears(&mut self, text: &str) -> Step<'_> {
        self.session.person_acts().await;
        self.obey().await?;
        loop {
            if self.leg.has_heard(text) {
                return Ok(self);
            }
            if !matches!(self.leg.state, State::Running) {
                self.tell_the_end().await?;
                let whereabouts = self.leg.whereabouts();
                let who = self.leg.who;
                let message = format!("the {who} never hears {text:?}: the {who} {whereabouts}");
                return Err(self.session.unexpected(message));
            }
            self.leg.advance(&mut self.session).await?;
        }
    }

    /// Presses keys for a `<Gather>`, or one that ends a `<Record>`, or the star that leaves a `<Dial>`
    /// with `hangupOnStar`.
    ///
    /// A `<Gather>` ends with the last key it takes, with a key of its `finishOnKey`, or after its
    /// `timeout`; then its `action` is asked.
    ///
    /// # Errors
    /// If nothing listens to keys, keys come after the end of the input, or the application's answer
    /// is of no use.
    pub async fn presses(&mut self, keys: &str) -> Step<'_> {
        self.until_waiting().await?;
        match &self.leg.state {
            State::Record(_) => self.leg.press_in_recording(&mut self.session, keys).await?,
            State::Dial(dialling) if keys == "*" && dialling.ends_by_star() => {
                let who = self.leg.who;
                self.session.event(format!("the {who} presses *"));
                self.end_dial().await?;
            }
            _ => self.leg.press(&mut self.session, keys).await?,
        }
        Ok(self)
    }

    /// Says something to a `<Gather>` that listens to speech.
    ///
    /// # Errors
    /// If nothing listens to speech, or the application's answer is of no use.
    pub async fn says(&mut self, words: &str) -> Step<'_> {
        self.until_waiting().await?;
        self.leg.say(&mut self.session, words).await?;
        Ok(self)
    }

    /// Does nothing until a `<Gather>` or `<Record>` gives up, or for a while in a queue.
    ///
    /// # Errors
    /// If nothing waits for the caller, or the application's answer is of no use.
    pub async fn stays_silent(&mut self) -> Step<'_> {
        self.until_waiting().await?;
        match &self.leg.state {
            State::Gather(gather) => {
                let gather = gather.clone();
                let who = self.leg.who;
                self.session.event(format!("the {who} is silent"));
                self.leg.no_input(&mut self.session, &gather).await?;
            }
            State::Record(_) => {
                let who = self.leg.who;
                self.session.event(format!("the {who} is silent"));
                self.leg.silence_in_recording(&mut self.session).await?;
            }
            State::Queue
                if self
                    .leg
                    .queued
                    .as_ref()
                    .is_some_and(|queued| !queued.is_talking()) =>
            {
                self.leg.wait_on(&mut self.session).await?;
            }
            _ => return Err(self.not_so(&format!("nothing waits for the {}", self.leg.who))),
        }
        Ok(self)
    }

    /// Speaks into a `<Record>`, which goes on unless its `maxLength` is reached.
    ///
    /// # Errors
    /// If nothing is recorded, or the application's answer is of no use.
    pub async fn speaks_for(&mut self, time: Duration) -> Step<'_> {
        self.until_waiting().await?;
        self.leg.dictate(&mut self.session, time).await?;
        Ok(self)
    }

    /// Speaks into a `<Record>` and then is silent until it ends; its `action` and
    /// `recordingStatusCallback` are asked and told.
    ///
    /// To end it by a key or by hanging up, take [`speaks_for`](Self::speaks_for).
    ///
    /// # Errors
    /// If nothing is recorded, or the application's answer is of no use.
    pub async fn leaves_voicemail(&mut self, time: Duration) -> Step<'_> {
        self.speaks_for(time).await?;
        if matches!(self.leg.state, State::Record(_)) {
            self.leg.silence_in_recording(&mut self.session).await?;
        }
        Ok(self)
    }

    /// Hangs up, where the call is just now.
    ///
    /// The `action` of a `<Record>`, `<Dial>`, `<Enqueue>` or `<Connect>` that is going on is asked with
    /// `CallStatus=completed`, and its answer has no effect. Then the status callback of the number is
    /// told.
    ///
    /// # Errors
    /// If the call is over already, or the application's answer is of no use.
    pub async fn hangs_up(&mut self) -> Step<'_> {
        self.session.person_acts().await;
        self.obey().await?;
        let who = self.leg.who;
        if self.leg.has_ended() {
            return Err(self.not_so(&format!("the {who} can't hang up")));
        }
        self.session.event(format!("the {who} hangs up"));
        self.leave().await?;
        Ok(self)
    }

    /// Listens to the end of the TwiML, where the call is over.
    ///
    /// # Errors
    /// If the TwiML waits for somebody, or the application's answer is of no use.
    pub async fn is_over(&mut self) -> Step<'_> {
        self.until_waiting().await?;
        if self.leg.has_ended() {
            return Ok(self);
        }
        Err(self.not_so("the call isn't over"))
    }

    /// Carries out verbs until somebody has to do something.
    pub(super) async fn until_waiting(&mut self) -> Result<(), Failure> {
        self.session.person_acts().await;
        self.obey().await?;
        self.leg.run(&mut self.session).await?;
        self.tell_the_end().await
    }

    /// A failure that says where the caller is.
    pub(super) fn not_so(&self, what: &str) -> Failure {
        let whereabouts = self.leg.whereabouts();
        self.session
            .unexpected(format!("{what}: the {} {whereabouts}", self.leg.who))
    }

    /// Ends a talk by `<Dial>`, and goes on.
    pub(super) async fn end_dial(&mut self) -> Result<(), Failure> {
        if let State::Dial(dialling) = &mut self.leg.state {
            dialling.end(&mut self.session).await?;
        }
        self.leg.leave_dial(&mut self.session, State::Running).await
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("transcript", &self.session.transcript)
            .finish_non_exhaustive()
    }
}
