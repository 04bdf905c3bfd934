//! How a call ends, and what the application has asked the API to do with it.

use super::{
    Call,
    leg::{Ending, State},
};
use crate::{
    testing::simulation::{Failure, Form, Order},
    twiml::{CallEvent, RecordingEvent},
};

impl Call {
    /// Ends the call, where it is just now.
    pub(super) async fn leave(&mut self) -> Result<(), Failure> {
        self.leg.status = match self.leg.status {
            "ringing" => "no-answer",
            _ => "completed",
        };
        let (session, leg) = (&mut self.session, &mut self.leg);
        let over = State::Ended(Ending::HungUp);
        match &mut leg.state {
            State::Record(_) => leg.finish_recording(session, Some("hangup")).await?,
            State::Service(_) => leg.leave_service(session, over).await?,
            State::Dial(dialling) => {
                dialling.end(session).await?;
                leg.leave_dial(session, over).await?;
            }
            _ => leg.state = over,
        }
        if let Some(queued) = &self.leg.queued {
            let result = if queued.is_talking() {
                "bridged"
            } else {
                "hangup"
            };
            self.leg.leave_queue(&mut self.session, result).await?;
        }
        self.tell_the_end().await
    }

    /// Does what the application has asked the API to do with the call.
    pub(super) async fn obey(&mut self) -> Result<(), Failure> {
        let ledger = self.session.account.ledger();
        let order = ledger.and_then(|ledger| ledger.take_order(&self.leg.facts.sid));
        let Some(order) = order.filter(|_| !self.leg.has_ended()) else {
            return self.obey_for_others().await;
        };
        if matches!(order, Order::End) {
            self.session.event("the application ends the call");
            return self.leave().await;
        }
        self.session
            .event("the application leads the call elsewhere");
        if let State::Dial(dialling) = &mut self.leg.state {
            dialling.end(&mut self.session).await?;
        }
        self.leg.queued = None;
        self.leg.state = State::Running;
        match order {
            Order::End => Ok(()),
            Order::GoTo(target) => {
                let (session, leg) = (&mut self.session, &mut self.leg);
                leg.go_to(session, &target, Form::default()).await
            }
            Order::Twiml(text) => self.leg.read(&self.session, &text),
        }
    }

    /// Ends the leg of somebody who was dialled, if the application has asked the API for that.
    async fn obey_for_others(&mut self) -> Result<(), Failure> {
        let State::Dial(dialling) = &self.leg.state else {
            return Ok(());
        };
        let Some(talk) = &dialling.talk else {
            return Ok(());
        };
        let ledger = self.session.account.ledger();
        let order = ledger.and_then(|ledger| ledger.take_order(&talk.child.facts.sid));
        if matches!(order, Some(Order::End)) {
            self.session.event(format!(
                "the application ends the call with {}",
                talk.child.name
            ));
            self.end_dial().await?;
        }
        Ok(())
    }

    /// Ends the call as Twilio does if the application's answer is of no use.
    #[cfg(feature = "client")]
    pub(in crate::testing) async fn give_up(&mut self) {
        if !self.leg.has_ended() {
            self.session.event("Twilio ends the call");
            self.leg.state = State::Ended(Ending::HungUp);
        }
        // What has gone wrong is known; whether this is taken as well doesn't matter.
        drop(self.tell_the_end().await);
    }

    /// Tells the status callback of the number, once, when the call is over.
    pub(super) async fn tell_the_end(&mut self) -> Result<(), Failure> {
        if self.told || !self.leg.has_ended() {
            return Ok(());
        }
        self.told = true;
        if matches!(self.leg.status, "in-progress" | "ringing") {
            self.leg.status = "completed";
        }
        let seconds = self.leg.seconds(&self.session);
        self.session.event("the call is over");
        let (facts, status) = (&self.leg.facts, self.leg.status);
        facts.keep(status);
        if let Some(reports) = &mut self.reports {
            let (session, event) = (&mut self.session, CallEvent::Completed);
            reports
                .tell(session, facts, event, status, Some(seconds))
                .await?;
        }
        if let Some(recording) = self.recording.take() {
            let (session, event) = (&mut self.session, RecordingEvent::Completed);
            recording.tell(session, event, Some(seconds)).await?;
        }
        Ok(())
    }
}
