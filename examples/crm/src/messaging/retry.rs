//! Taking a text back, and sending one that failed again.

use jiff::Timestamp;
use twilio_hooks::{
    Address, AddressKind, CompanyId, MessageId, MessageStatus, UserId, store::StoreError,
};
use uuid::Uuid;

use super::{
    Messaging, NewText, Outgoing, Refusal, State, budget,
    channel::{Channel, is_window_open},
    failure::{Failure, OUTSIDE_WINDOW},
    intent::To,
};
use crate::{args, database::Tx};

impl Messaging {
    /// Takes a text back that Twilio has not heard of yet; the day's budget gets it back.
    ///
    /// # Errors
    /// If there is no such text, it is too late, or the database fails.
    pub async fn cancel(&self, company: CompanyId, id: MessageId) -> Result<Outgoing, Refusal> {
        let mut tx = self.db().begin().await?;
        budget::lock_day(&mut tx, company, id).await?;
        // After an unknown outcome Twilio may have it all the same.
        let sql = "update outgoing set state = 'canceled', due_at = null, updated_at = $3
                   where company_id = $1 and id = $2 and state = 'queued' and unknowns = 0
                   returning *";
        let row = tx.row(sql, args![company, id, self.clock.now()]).await?;
        let Some(row) = row else {
            return Err(self.too_late(company, id).await?);
        };
        let canceled = Outgoing::read(&row)?;
        budget::give_back(&mut tx, &canceled).await?;
        tx.commit().await?;
        Ok(canceled)
    }

    async fn too_late(&self, company: CompanyId, id: MessageId) -> Result<Refusal, StoreError> {
        let state = self.outgoing(company, id).await?.map(|text| text.state);
        let message = self.database.directory.message(company, id).await?;
        Ok(match (state, message) {
            (None, None) => Refusal::NotFound,
            (Some(State::Canceled), _) => Refusal::conflict("the message is canceled already"),
            (Some(State::Failed), _) => Refusal::conflict("the message has failed already"),
            _ => Refusal::conflict("the message has been handed to Twilio already"),
        })
    }

    /// Sends a text again that failed for a reason that may have passed: as a new one, linked to the
    /// old one. Asked a second time, it gives the one that it made.
    ///
    /// # Errors
    /// If there is no such text, sending it again is in vain or harmful, it may not be sent, or the
    /// database fails.
    pub async fn retry(
        &self,
        company: CompanyId,
        id: MessageId,
        user: Option<UserId>,
    ) -> Result<Outgoing, Refusal> {
        let mut tx = self.db().begin().await?;
        let Some(old) = lock(self, &mut tx, company, id).await? else {
            drop(tx);
            return Err(match self.database.directory.message(company, id).await? {
                Some(_) => Refusal::conflict("the message was not sent from here"),
                None => Refusal::NotFound,
            });
        };
        if let Some(again) = old.retried_by {
            drop(tx);
            let again = self.outgoing(company, again).await?;
            return again.ok_or(Refusal::NotFound);
        }
        let failure = failure_of(&mut tx, &old).await?;
        may_be_retried(&mut tx, &old, failure.as_ref(), self.clock.now()).await?;
        let sql = "select upload_id from outgoing_media
                   where company_id = $1 and outgoing_id = $2 order by position";
        let rows = tx.rows(sql, args![company, id]).await?;
        let media: Result<Vec<Uuid>, _> = rows.iter().map(|row| row.get("upload_id")).collect();
        let mut text = NewText::new(company, To::Contact(old.contact_id), old.body.as_str())
            .with_line(old.line_id)
            .with_media(media?)
            .with_user(user);
        text.retry_of = Some(id);
        text.channel = Some(old.channel);
        let again = self.queue_in(&mut tx, &text).await?;
        let sql = "update outgoing set retried_by = $3 where company_id = $1 and id = $2";
        tx.execute(sql, args![company, id, again.id]).await?;
        tx.commit().await?;
        self.wake.wake();
        Ok(again)
    }
}

/// Two who press the button at once come one after the other.
async fn lock(
    messaging: &Messaging,
    tx: &mut Tx,
    company: CompanyId,
    id: MessageId,
) -> Result<Option<Outgoing>, StoreError> {
    let sql = messaging.db().pick(
        "select * from outgoing where company_id = $1 and id = $2",
        "select * from outgoing where company_id = $1 and id = $2 for update",
    );
    let row = tx.row(sql, args![company, id]).await?;
    row.as_ref().map(Outgoing::read).transpose()
}

/// Why a text failed, before Twilio had it or after.
async fn failure_of(tx: &mut Tx, text: &Outgoing) -> Result<Option<Failure>, StoreError> {
    if text.state != State::Sent {
        return Ok(text.failure());
    }
    let sql = "select status, error_code from sms where company_id = $1 and id = $2";
    let row = tx.row(sql, args![text.company_id, text.sms_id]).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let status: String = row.get("status")?;
    let status = MessageStatus::from(status.to_ascii_lowercase().as_str());
    Ok(failure_of_message(&status, row.get("error_code")?))
}

/// Why a message that Twilio had did not arrive, if that is known.
#[must_use]
pub fn failure_of_message(status: &MessageStatus, code: Option<u32>) -> Option<Failure> {
    match (status, code) {
        (MessageStatus::Failed | MessageStatus::Undelivered, Some(code)) => {
            Some(Failure::of_code(code))
        }
        (MessageStatus::Failed | MessageStatus::Undelivered, None) => {
            Some(Failure::without_reason())
        }
        _ => None,
    }
}

async fn may_be_retried(
    tx: &mut Tx,
    old: &Outgoing,
    failure: Option<&Failure>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let Some(failure) = failure else {
        return Err(Refusal::conflict("the message has not failed"));
    };
    // An automatic reply went where the text came from, which may be a messenger that nothing else is
    // written by.
    if !matches!(
        Address::from(old.to.as_str()).kind(),
        AddressKind::PhoneNumber | AddressKind::ShortCode | AddressKind::WhatsApp
    ) {
        return Err(Refusal::conflict(
            "only messages to a number can be sent again",
        ));
    }
    let is_late = failure.code == Some(OUTSIDE_WINDOW);
    if !failure.retryable && !is_late {
        return Err(in_vain(failure));
    }
    // By WhatsApp the same text gets through once the person has written again, and not before.
    if old.channel == Channel::WhatsApp {
        if !is_window_open(tx, old, now).await? {
            return Err(in_vain(&Failure::of_code(OUTSIDE_WINDOW)));
        }
    } else if is_late {
        return Err(in_vain(failure));
    }
    // The carrier gave no reason: once more may help, twice does not.
    if failure.code == Some(30008)
        && let Some(first) = old.retry_of
    {
        let sql = "select o.id from outgoing o
                   join sms s on s.company_id = o.company_id and s.id = o.sms_id
                   where o.company_id = $1 and o.id = $2 and s.error_code = 30008";
        if tx.row(sql, args![old.company_id, first]).await?.is_some() {
            return Err(Refusal::conflict(
                "the carrier refused it twice without a reason; check the number",
            ));
        }
    }
    Ok(())
}

fn in_vain(failure: &Failure) -> Refusal {
    Refusal::conflict(format!(
        "sending the same again does not help. {} {}",
        failure.meaning, failure.advice
    ))
}
