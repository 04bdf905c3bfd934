//! [`Settle`]: when a call is over, our people are told, and the caller perhaps.
//!
//! Not while Twilio waits for an answer; and if the server stops in between, it is done later.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    Address, AddressKind, CallId, CallStatus, CompanyId, ContactId, RecordingSid,
    notify::Topic,
    store::{Notice, StoreError},
};

use super::{
    answer::Calls,
    flow::{DialOutcome, Ending, Event, LEAST_MESSAGE, Position, next, ringing},
    flows::{Due, Flow, Outcome, settled},
};
use crate::{
    args,
    jobs::Job,
    messaging::{Messaging, NewText, Refusal, intent::To},
    notices::Notices,
};

/// How often one caller gets a text for missed calls.
const TEXT_BACK_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// How long it is known who got one.
const TEXT_BACK_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// When to try again what has failed.
const LATER: SignedDuration = SignedDuration::from_secs(60);

/// How long the job sleeps at most.
const SLEEP: Duration = Duration::from_secs(60);

/// Tells what came of calls.
#[derive(Debug)]
pub struct Settle {
    calls: Calls,
    messaging: Messaging,
    notices: Notices,
}

/// Who has called, and which of our numbers.
struct Parties {
    contact: Option<ContactId>,
    name: Option<String>,
    from: Address,
    to: String,
}

impl Parties {
    fn caller(&self) -> &str {
        match (&self.name, self.from.kind()) {
            (Some(name), _) => name,
            (None, AddressKind::Hidden | AddressKind::Empty) => "hidden number",
            (None, _) => self.from.as_str(),
        }
    }
}

impl Settle {
    /// Settles the calls of `calls`.
    #[must_use]
    pub fn new(calls: Calls, messaging: Messaging, notices: Notices) -> Self {
        Self {
            calls,
            messaging,
            notices,
        }
    }

    async fn settle(&self, due: Due, now: Timestamp) -> Result<(), StoreError> {
        let (mut flow, mut message) = (due.flow, due.voicemail);
        if !due.has_ended {
            let (event, outcome) = self.how_it_ended(&flow).await?;
            let (state, happened) = next(&flow.plan, &flow.state, &event);
            let flows = &self.calls.flows;
            if !flows
                .advance(&flow, &state, &outcome, &happened, now)
                .await?
            {
                // It has just moved on; another round will see.
                return Ok(());
            }
            flow.state = state;
            let found = outcome.message;
            message = found.map(|(sid, seconds)| (sid.map(|sid| sid.to_string()), seconds));
        }
        if let Position::Over(ending) = flow.state.at
            && ending.is_missed()
        {
            let parties = self.parties(&flow).await?;
            self.tell(&flow, ending, message, &parties, now).await?;
            if let Some(text) = self.text_back(&flow, &parties).await?
                && self.settle_with(&flow, &text, &parties.from, now).await?
            {
                return Ok(());
            }
        }
        let mut tx = self.calls.database.db.begin().await?;
        settled(&mut tx, &flow, now).await?;
        tx.commit().await
    }

    /// The caller is gone, and no step of the call has said how it was.
    async fn how_it_ended(&self, flow: &Flow) -> Result<(Event, Outcome), StoreError> {
        let nothing = Outcome::default();
        match &flow.state.at {
            Position::Voicemail => Ok(match self.message(flow).await? {
                Some((sid, seconds)) => (
                    Event::Recorded {
                        seconds: Some(seconds),
                        gone: true,
                    },
                    Outcome {
                        message: Some((Some(sid), seconds)),
                        ..nothing
                    },
                ),
                None => (Event::Gone, nothing),
            }),
            Position::Ringing { .. } => {
                let rung = ringing(&flow.plan, &flow.state);
                let legs = &self.calls.legs;
                let legs = legs.of_call(flow.company_id, flow.call_id).await?;
                let talked = legs.iter().find(|leg| {
                    let target = flow.plan.targets.get(leg.target);
                    let needs_key = target.is_some_and(|target| target.accept_key);
                    let answered =
                        matches!(leg.status, CallStatus::InProgress | CallStatus::Completed);
                    rung.contains(&leg.target) && answered && (leg.accepted || !needs_key)
                });
                Ok(match talked {
                    Some(leg) => (
                        Event::Dialled {
                            outcome: DialOutcome::Answered,
                            who: Some(leg.target),
                            waited: 0,
                            gone: true,
                        },
                        Outcome {
                            handled_by: leg.user_id,
                            ..nothing
                        },
                    ),
                    None => (Event::Gone, nothing),
                })
            }
            Position::Menu { .. } | Position::Over(_) => Ok((Event::Gone, nothing)),
        }
    }

    /// A message that was recorded, although nobody has told us that it was left.
    async fn message(&self, flow: &Flow) -> Result<Option<(RecordingSid, u32)>, StoreError> {
        let Some(call_sid) = &flow.call_sid else {
            return Ok(None);
        };
        let sql = "select recording_sid, duration from recordings
                   where account_sid = $1 and call_sid = $2 and source = 'RecordVerb'
                       and duration >= $3
                   order by id desc limit 1";
        let args = args![flow.account_sid.as_str(), call_sid.as_str(), LEAST_MESSAGE];
        let Some(row) = self.calls.database.db.row(sql, args).await? else {
            return Ok(None);
        };
        let sid: String = row.get("recording_sid")?;
        Ok(Some((sid.into(), row.get("duration")?)))
    }

    async fn parties(&self, flow: &Flow) -> Result<Parties, StoreError> {
        let sql = "select c.contact_id, c.from_number, c.to_number, k.name from calls c
                   left join contacts k on k.company_id = c.company_id and k.id = c.contact_id
                   where c.company_id = $1 and c.id = $2";
        let args = args![flow.company_id, flow.call_id];
        let row = self.calls.database.db.row(sql, args).await?;
        let row = row.ok_or_else(|| StoreError::corrupt("call", "it is gone"))?;
        let from: String = row.get("from_number")?;
        Ok(Parties {
            contact: row.get("contact_id")?,
            name: row.get("name")?,
            from: from.into(),
            to: row.get("to_number")?,
        })
    }

    async fn tell(
        &self,
        flow: &Flow,
        ending: Ending,
        message: Option<(Option<String>, u32)>,
        parties: &Parties,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let caller = parties.caller();
        let (topic, title, text) = match (ending, &message) {
            (Ending::LeftMessage, Some((_, seconds))) => (
                Topic::VoicemailReceived,
                format!("Voicemail from {caller}"),
                format!("Duration {}:{:02}", seconds / 60, seconds % 60),
            ),
            _ => (
                Topic::MissedCall,
                format!("Missed call from {caller}"),
                format!("Called {}", parties.to),
            ),
        };
        // Once for a recording, and once for a call.
        let sid = message.and_then(|(sid, _)| sid);
        let key = sid.unwrap_or_else(|| flow.call_id.to_string());
        let notice = Notice::new(flow.company_id, topic, key, title, now)
            .with_message(text)
            .with_contact(parties.contact)
            .with_call(flow.call_id);
        self.notices.raise(&notice).await.map(drop)
    }

    /// The text for a caller who was missed; none for who hides, and none for a line of ours.
    async fn text_back(
        &self,
        flow: &Flow,
        parties: &Parties,
    ) -> Result<Option<NewText>, StoreError> {
        let (Some(body), Some(contact)) = (&flow.plan.text_back, parties.contact) else {
            return Ok(None);
        };
        let is_line = || self.calls.database.settings.is_line(parties.from.as_str());
        if parties.from.kind() != AddressKind::PhoneNumber || is_line().await? {
            return Ok(None);
        }
        let text = NewText::new(flow.company_id, To::Contact(contact), body.as_str());
        // Who calls has a phone; by WhatsApp one may not write to who has not written lately.
        Ok(Some(text.with_line(flow.plan.line_id).by_sms().automatic()))
    }

    /// Keeps the text to be sent, that this caller has got one, and that the call is settled: all of
    /// it or nothing. Says whether it did; who has got one lately, or wants none, gets none.
    async fn settle_with(
        &self,
        flow: &Flow,
        text: &NewText,
        caller: &Address,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.calls.database.db.begin().await?;
        match self.messaging.queue_in(&mut tx, text).await {
            Ok(_) => {}
            Err(Refusal::Store(error)) => return Err(error),
            Err(refusal) => {
                tracing::info!(
                    call.id = %flow.call_id,
                    error = &refusal as &dyn std::error::Error,
                    "no text for a missed call"
                );
                return Ok(false);
            }
        }
        // After the contact, in the order in which an erasure locks.
        let claim = "insert into text_backs (company_id, address, sent_at) values ($1, $2, $3)
                     on conflict (company_id, address) do update set sent_at = excluded.sent_at
                     where text_backs.sent_at <= $4";
        let before = now.checked_sub(TEXT_BACK_EVERY).unwrap_or(now);
        let args = args![flow.company_id, caller.as_str(), now, before];
        if tx.execute(claim, args).await? == 0 || !settled(&mut tx, flow, now).await? {
            return Ok(false);
        }
        tx.commit().await?;
        self.messaging.wake().wake();
        Ok(true)
    }

    /// Others have their turn before it is tried again.
    async fn postpone(
        &self,
        (company, call): (CompanyId, CallId),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "update call_flows set settle_at = $3 where company_id = $1 and call_id = $2";
        let later = now.checked_add(LATER).unwrap_or(now);
        let args = args![company, call, later];
        self.calls.database.db.execute(sql, args).await.map(drop)
    }
}

fn not_settled(call: CallId, error: &StoreError) {
    let error = error as &dyn std::error::Error;
    tracing::error!(call.id = %call, error, "a call is not settled");
}

#[async_trait]
impl Job for Settle {
    fn name(&self) -> &'static str {
        "settle-calls"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        let flows = &self.calls.flows;
        flows.notice_ended_calls(now).await?;
        let due = flows.to_settle(now).await?;
        let more = due.len() >= 50;
        for (call, due) in due {
            let settled = match due {
                Ok(due) => self.settle(due, now).await,
                Err(error) => Err(error),
            };
            if let Err(error) = settled {
                not_settled(call.1, &error);
                self.postpone(call, now).await?;
            }
        }
        let sql = "delete from text_backs where sent_at < $1";
        let before = now.checked_sub(TEXT_BACK_KEPT).unwrap_or(now);
        self.calls.database.db.execute(sql, args![before]).await?;
        if more {
            return Ok(Duration::ZERO);
        }
        let next = flows.next_to_settle().await?;
        let sleep = next.and_then(|next| Duration::try_from(next.duration_since(now)).ok());
        Ok(sleep
            .unwrap_or(SLEEP)
            .min(SLEEP)
            .max(Duration::from_secs(1)))
    }
}
