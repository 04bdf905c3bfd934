//! Calls in which everybody does what people usually do.

use std::time::Duration;

use super::{Call, CallFate, gather::listens_to, leg::State, queue::Queued};
use crate::{testing::simulation::Failure, twiml::GatherInput};

/// After doing so many things, people have had enough.
const PATIENCE: usize = 20;
/// How long people talk, if nothing else is set.
const TALK: Duration = Duration::from_secs(10);
const KEY: &str = "1";
const WORDS: &str = "Yes, please.";

/// What somebody has to do for the call to go on.
enum Turn {
    Nobody,
    Press,
    Speak,
    LeaveMessage,
    Answer(CallFate),
    TheyPress,
    TheySpeak,
    Talk(Duration),
    Over,
}

impl Call {
    /// Lets the call go on by itself until it is over.
    ///
    /// Who is asked for keys presses 1; who is asked for words says yes; a message is ten seconds
    /// long. Those who are dialled answer, talk for ten seconds and hang up; at a `FakeTwilio`,
    /// they do what its `set_call_fate` says. Who is asked twenty times hangs up.
    ///
    /// # Errors
    /// If the application's answer is of no use.
    pub async fn goes_on_by_itself(&mut self) -> Result<&mut Self, Failure> {
        for _ in 0..PATIENCE {
            self.until_waiting().await?;
            match self.turn() {
                Turn::Nobody => {}
                Turn::Press => drop(self.presses(KEY).await?),
                Turn::Speak => drop(self.says(WORDS).await?),
                Turn::LeaveMessage => drop(self.leaves_voicemail(TALK).await?),
                Turn::Answer(CallFate::Completed(_)) => drop(self.somebody_answers().await?),
                Turn::Answer(CallFate::Busy) => drop(self.is_busy().await?),
                Turn::Answer(CallFate::NoAnswer) => drop(self.nobody_answers().await?),
                Turn::Answer(CallFate::Failed) => drop(self.fails().await?),
                Turn::TheyPress => drop(self.they_press(KEY).await?),
                Turn::TheySpeak => drop(self.they_say(WORDS).await?),
                Turn::Talk(time) => drop(self.talks_for(time).await?.they_hang_up().await?),
                Turn::Over => return Ok(self),
            }
        }
        self.hangs_up().await
    }

    fn turn(&self) -> Turn {
        match &self.leg.state {
            State::Running => Turn::Nobody,
            State::Gather(gather) if listens_to(gather, &GatherInput::Dtmf) => Turn::Press,
            State::Gather(_) => Turn::Speak,
            State::Record(_) => Turn::LeaveMessage,
            State::Queue if !self.leg.queued.as_ref().is_some_and(Queued::is_talking) => {
                Turn::Answer(CallFate::Completed(TALK))
            }
            State::Queue | State::Service(_) => Turn::Talk(TALK),
            State::Ended(_) => Turn::Over,
            State::Dial(dialling) => match (&dialling.talk, dialling.ringing.first()) {
                (Some(talk), _) => match talk.screening.as_ref().map(|leg| &leg.state) {
                    Some(State::Gather(gather)) if listens_to(gather, &GatherInput::Dtmf) => {
                        Turn::TheyPress
                    }
                    Some(State::Gather(_)) => Turn::TheySpeak,
                    _ => match self.fate_of(&talk.child.facts.to) {
                        CallFate::Completed(time) => Turn::Talk(time),
                        _ => Turn::Talk(TALK),
                    },
                },
                (None, Some(child)) => Turn::Answer(self.fate_of(&child.facts.to)),
                (None, None) => Turn::Nobody,
            },
        }
    }

    fn fate_of(&self, to: &str) -> CallFate {
        let ledger = self.session.account.ledger();
        let fate = ledger.map(|ledger| ledger.fate_of_call(to));
        fate.unwrap_or(CallFate::Completed(TALK))
    }
}
