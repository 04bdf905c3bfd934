//! What the other side of a [`Call`] does: those who are dialled, and those who serve a queue.

use std::time::Duration;

use super::{
    Call,
    leg::{Ending, Leg, State},
    queue::Queued,
};
use crate::testing::simulation::{Failure, Session};

/// What a step of a test gives.
type Step<'c> = Result<&'c mut Call, Failure>;

impl Call {
    /// Checks that a `<Dial>` rings this number, client, SIP address, conference or queue, or has
    /// connected the caller with it.
    ///
    /// The name is that of the TwiML, or what Twilio makes of it, such as `client:alice`.
    ///
    /// # Errors
    /// If it doesn't, or the application's answer is of no use.
    pub async fn is_connected_to(&mut self, name: &str) -> Step<'_> {
        self.until_waiting().await?;
        let found = match &self.leg.state {
            State::Dial(dialling) => {
                let talking = dialling.talk.as_ref().map(|talk| &talk.child);
                let mut children = dialling.ringing.iter().chain(talking);
                children.any(|child| child.is(name))
            }
            _ => false,
        };
        if found {
            return Ok(self);
        }
        Err(self.not_so(&format!("the {} isn't connected to {name}", self.leg.who)))
    }

    /// The first of those whom a `<Dial>` rings answers, or somebody takes the caller out of a queue.
    ///
    /// If the noun has a `url`, the one who answers hears that TwiML first, and is connected when it
    /// ends without a `<Hangup>`. Of others that ring, the ringing ends when somebody is connected.
    ///
    /// # Errors
    /// If nobody rings, or the application's answer is of no use.
    pub async fn somebody_answers(&mut self) -> Step<'_> {
        self.answer(None).await
    }

    /// This one of those whom a `<Dial>` rings answers; see
    /// [`somebody_answers`](Self::somebody_answers).
    ///
    /// # Errors
    /// If nobody rings by that name, or the application's answer is of no use.
    pub async fn answers(&mut self, name: &str) -> Step<'_> {
        self.answer(Some(name)).await
    }

    /// The `timeout` of a `<Dial>` passes without an answer.
    ///
    /// # Errors
    /// If nobody rings, or the application's answer is of no use.
    pub async fn nobody_answers(&mut self) -> Step<'_> {
        self.miss("no-answer").await
    }

    /// All whom a `<Dial>` rings are busy.
    ///
    /// # Errors
    /// If nobody rings, or the application's answer is of no use.
    pub async fn is_busy(&mut self) -> Step<'_> {
        self.miss("busy").await
    }

    /// Nobody whom a `<Dial>` dials can be reached.
    ///
    /// # Errors
    /// If nobody rings, or the application's answer is of no use.
    pub async fn fails(&mut self) -> Step<'_> {
        self.miss("failed").await
    }

    /// The two sides talk for some time, or a service has the call for so long.
    ///
    /// # Errors
    /// If the caller talks with nobody.
    pub async fn talks_for(&mut self, time: Duration) -> Step<'_> {
        let talks = match &self.leg.state {
            State::Dial(dialling) => dialling.talk.is_some(),
            State::Queue => self.leg.queued.as_ref().is_some_and(Queued::is_talking),
            State::Service(_) => true,
            _ => false,
        };
        if !talks {
            return Err(self.not_so(&format!("the {} talks with nobody", self.leg.who)));
        }
        self.session
            .event(format!("they talk for {} s", time.as_secs_f32()));
        self.session.wait(time);
        Ok(self)
    }

    /// The other side hangs up: the one who was dialled, also while hearing who calls; whoever took
    /// the caller out of a queue; the service of a `<Connect>`. The call goes on at the `action`, or
    /// with the next verb.
    ///
    /// # Errors
    /// If there is no other side, or the application's answer is of no use.
    pub async fn they_hang_up(&mut self) -> Step<'_> {
        self.until_waiting().await?;
        match &self.leg.state {
            State::Dial(dialling) if dialling.talk.is_some() => {
                self.session.event("the other side hangs up");
                if self.callee().is_some() {
                    self.callee_leaves().await?;
                } else {
                    self.end_dial().await?;
                }
            }
            State::Queue if self.leg.queued.as_ref().is_some_and(Queued::is_talking) => {
                self.session.event("the other side hangs up");
                self.leg.leave_queue(&mut self.session, "bridged").await?;
            }
            State::Service(_) => {
                self.session.event("the service is done");
                self.leg
                    .leave_service(&mut self.session, State::Running)
                    .await?;
            }
            _ => return Err(self.not_so("nobody is there to hang up")),
        }
        Ok(self)
    }

    /// The one who has answered hears words that contain this text, before being connected.
    ///
    /// # Errors
    /// If the TwiML at the `url` of the noun doesn't say so.
    pub async fn they_hear(&mut self, text: &str) -> Step<'_> {
        self.until_waiting().await?;
        let heard = match &mut self.leg.state {
            State::Dial(dialling) => dialling.talk.as_mut(),
            _ => None,
        }
        .and_then(|talk| talk.screening.as_mut())
        .is_some_and(|leg| leg.has_heard(text));
        if heard {
            return Ok(self);
        }
        Err(self.not_so(&format!("the one who answers never hears {text:?}")))
    }

    /// The one who has answered presses keys, as to accept the call.
    ///
    /// # Errors
    /// If no `<Gather>` listens on that side, or the application's answer is of no use.
    pub async fn they_press(&mut self, keys: &str) -> Step<'_> {
        self.until_waiting().await?;
        if let Some((session, leg)) = self.callee_and_session() {
            leg.press(session, keys).await?;
            return self.go_on_screening().await;
        }
        Err(self.not_so("nobody on the other side is asked for keys"))
    }

    /// The one who has answered says something.
    ///
    /// # Errors
    /// If no `<Gather>` listens on that side, or the application's answer is of no use.
    pub async fn they_say(&mut self, words: &str) -> Step<'_> {
        self.until_waiting().await?;
        if let Some((session, leg)) = self.callee_and_session() {
            leg.say(session, words).await?;
            return self.go_on_screening().await;
        }
        Err(self.not_so("nobody on the other side is asked for words"))
    }

    /// The one who has answered, perhaps a machine, does nothing.
    ///
    /// # Errors
    /// If no `<Gather>` listens on that side, or the application's answer is of no use.
    pub async fn they_stay_silent(&mut self) -> Step<'_> {
        self.until_waiting().await?;
        if let Some((session, leg)) = self.callee_and_session()
            && let State::Gather(gather) = &leg.state
        {
            let gather = gather.clone();
            session.event("the callee is silent");
            leg.no_input(session, &gather).await?;
            return self.go_on_screening().await;
        }
        Err(self.not_so("nobody on the other side is asked for anything"))
    }
}

impl Call {
    async fn answer(&mut self, name: Option<&str>) -> Step<'_> {
        let queued = self.leg.queued.as_ref();
        if queued.is_some_and(|queued| !queued.is_talking()) && name.is_none() {
            self.session.person_acts().await;
            self.leg.leave_for_talk(&mut self.session);
            return Ok(self);
        }
        self.until_waiting().await?;
        let State::Dial(dialling) = &mut self.leg.state else {
            return Err(self.not_so("nobody rings"));
        };
        if dialling.talk.is_some() {
            return Err(self.not_so("somebody has answered already"));
        }
        dialling.answer(&mut self.session, name).await?;
        self.leave_dial_if_over().await
    }

    async fn miss(&mut self, status: &'static str) -> Step<'_> {
        self.until_waiting().await?;
        match &mut self.leg.state {
            State::Dial(dialling) if dialling.talk.is_none() => {
                dialling.miss(&mut self.session, status).await?;
            }
            _ => return Err(self.not_so("nobody rings")),
        }
        self.leave_dial_if_over().await
    }

    /// Whoever has answered and isn't connected yet.
    fn callee(&self) -> Option<&Leg> {
        match &self.leg.state {
            State::Dial(dialling) => dialling.talk.as_ref()?.screening.as_ref(),
            _ => None,
        }
        .filter(|leg| !leg.has_ended())
    }

    fn callee_and_session(&mut self) -> Option<(&mut Session, &mut Leg)> {
        match &mut self.leg.state {
            State::Dial(dialling) => dialling.talk.as_mut()?.screening.as_mut(),
            _ => None,
        }
        .filter(|leg| !leg.has_ended())
        .map(|leg| (&mut self.session, leg))
    }

    async fn callee_leaves(&mut self) -> Result<(), Failure> {
        if let Some((_, leg)) = self.callee_and_session() {
            leg.state = State::Ended(Ending::HungUp);
        }
        self.go_on_screening().await.map(|_| ())
    }

    /// Lets the one who has answered hear more, and be connected at the end.
    async fn go_on_screening(&mut self) -> Step<'_> {
        if let Some((session, leg)) = self.callee_and_session() {
            leg.run(session).await?;
        }
        if let State::Dial(dialling) = &mut self.leg.state {
            dialling.screened(&mut self.session).await?;
        }
        self.leave_dial_if_over().await
    }

    async fn leave_dial_if_over(&mut self) -> Step<'_> {
        if matches!(&self.leg.state, State::Dial(dialling) if dialling.is_over()) {
            self.leg
                .leave_dial(&mut self.session, State::Running)
                .await?;
        }
        Ok(self)
    }
}
