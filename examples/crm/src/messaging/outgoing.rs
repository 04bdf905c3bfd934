//! [`Outgoing`]: a text that somebody wants to be sent, as it is kept.

use jiff::Timestamp;
use twilio_hooks::{
    AccountSid, Address, CompanyId, ContactId, LineId, MessageId, MessageSid, MessageStatus,
    UserId, store::StoreError,
};

use super::{
    Messaging,
    channel::Channel,
    failure::{Delay, Failure, GaveUp},
};
use crate::{
    args,
    consent::Between,
    database::{Db, Row},
};

/// How far a text is; see [the module](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// To be sent.
    Queued,
    /// Twilio is being asked.
    Sending,
    /// Twilio was asked, and nobody knows with which outcome.
    Unknown,
    /// Twilio has it, the store not yet.
    Taken,
    /// Twilio and the store have it.
    Sent,
    /// It will not be sent.
    Failed,
    /// Somebody took it back.
    Canceled,
}

impl State {
    /// As a column has it.
    ///
    /// # Errors
    /// If it is no state.
    pub(crate) fn read(word: &str) -> Result<Self, StoreError> {
        Ok(match word {
            "queued" => Self::Queued,
            "sending" => Self::Sending,
            "unknown" => Self::Unknown,
            "taken" => Self::Taken,
            "sent" => Self::Sent,
            "failed" => Self::Failed,
            "canceled" => Self::Canceled,
            _ => return Err(StoreError::corrupt("outgoing", "its state is no state")),
        })
    }

    /// It, in Twilio's words. What Twilio has is in the store, with its own status.
    #[must_use]
    pub fn status(self) -> MessageStatus {
        match self {
            Self::Failed => MessageStatus::Failed,
            Self::Canceled => MessageStatus::Canceled,
            Self::Queued | Self::Sending | Self::Unknown | Self::Taken | Self::Sent => {
                MessageStatus::Queued
            }
        }
    }
}

/// A text that somebody wants to be sent. `Debug` shows neither text nor number.
#[derive(Clone)]
#[non_exhaustive]
pub struct Outgoing {
    /// The id, of the message in the store, too.
    pub id: MessageId,
    /// Whose it is.
    pub company_id: CompanyId,
    /// Whom it is for.
    pub contact_id: ContactId,
    /// The line that sends it.
    pub line_id: LineId,
    /// The account of the line.
    pub account_sid: AccountSid,
    /// The line's number, or the SID of its messaging service.
    pub sender: String,
    /// The recipient's number.
    pub to: String,
    /// The way it goes.
    pub channel: Channel,
    /// The text.
    pub body: String,
    /// The person who wrote it.
    pub user_id: Option<UserId>,
    /// Whether no person wrote it.
    pub automatic: bool,
    /// The one that it tries again.
    pub retry_of: Option<MessageId>,
    /// The one that tries it again.
    pub retried_by: Option<MessageId>,
    /// How far it is.
    pub state: State,
    /// How often it was taken up to ask Twilio.
    pub attempts: i64,
    pub(super) unknowns: i64,
    pub(super) checks: i64,
    pub(super) asked_at: Option<Timestamp>,
    /// Twilio's name for it, once there is one.
    pub message_sid: Option<MessageSid>,
    /// The message in the store, once it is there.
    pub sms_id: Option<MessageId>,
    error_code: Option<u32>,
    problem: Option<String>,
    pub(super) budget_day: String,
    /// When somebody wanted it.
    pub created_at: Timestamp,
    /// When something last happened to it.
    pub updated_at: Timestamp,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing")
            .field("id", &self.id)
            .field("company_id", &self.company_id)
            .field("state", &self.state)
            .field("message_sid", &self.message_sid)
            .finish_non_exhaustive()
    }
}

impl Outgoing {
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        let state: String = row.get("state")?;
        let sid: Option<String> = row.get("message_sid")?;
        let account: String = row.get("account_sid")?;
        let channel: String = row.get("channel")?;
        Ok(Self {
            channel: Channel::read(&channel)?,
            id: row.get("id")?,
            company_id: row.get("company_id")?,
            contact_id: row.get("contact_id")?,
            line_id: row.get("line_id")?,
            account_sid: account.into(),
            sender: row.get("sender")?,
            to: row.get("to_address")?,
            body: row.get("body")?,
            user_id: row.get("user_id")?,
            automatic: row.get("automatic")?,
            retry_of: row.get("retry_of")?,
            retried_by: row.get("retried_by")?,
            state: State::read(&state)?,
            attempts: row.get("attempts")?,
            unknowns: row.get("unknowns")?,
            checks: row.get("checks")?,
            asked_at: row.get("asked_at")?,
            message_sid: sid.map(Into::into),
            sms_id: row.get("sms_id")?,
            error_code: row.get("error_code")?,
            problem: row.get("problem")?,
            budget_day: row.get("budget_day")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }

    /// The sender as it is known before Twilio has chosen a number of a messaging service: nothing
    /// then.
    #[must_use]
    pub fn from_address(&self) -> Address {
        if self.is_of_service() {
            Address::from("")
        } else {
            self.channel.address(&self.sender)
        }
    }

    /// The recipient, as Twilio writes it.
    #[must_use]
    pub fn to_address(&self) -> Address {
        self.channel.address(&self.to)
    }

    /// Whose consent it needs.
    pub(super) fn between(&self) -> Between {
        Between {
            company: self.company_id,
            line: self.line_id,
            contact: self.contact_id,
        }
    }

    /// Whether a messaging service sends it.
    #[must_use]
    pub fn is_of_service(&self) -> bool {
        is_service(&self.sender)
    }

    /// Where it stands, in Twilio's words. What Twilio has is in the store, with its own status.
    #[must_use]
    pub fn status(&self) -> MessageStatus {
        self.state.status()
    }

    /// Why it was not sent, if it failed before Twilio had it.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        if self.state != State::Failed {
            return None;
        }
        let gave_up = || self.problem.as_deref().and_then(GaveUp::read);
        Some(match self.error_code {
            Some(code) => Failure::of_code(code),
            None => gave_up().map_or_else(Failure::without_reason, GaveUp::failure),
        })
    }

    /// Whether it can still be taken back: Twilio has surely not heard of it.
    #[must_use]
    pub fn is_cancelable(&self) -> bool {
        self.state == State::Queued && self.unknowns == 0
    }

    /// Why it still waits, if there is a reason.
    #[must_use]
    pub fn delay(&self) -> Option<Delay> {
        match self.state {
            State::Queued | State::Sending => self.problem.as_deref().and_then(Delay::read),
            State::Unknown => Some(Delay::Unknown),
            State::Taken if self.message_sid.is_none() => Some(Delay::NotReported),
            _ => None,
        }
    }
}

/// Whether a line is a messaging service.
pub(super) fn is_service(address: &str) -> bool {
    address.starts_with("MG") && address.len() == 34
}

impl Messaging {
    /// One text of a company.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn outgoing(
        &self,
        company: CompanyId,
        id: MessageId,
    ) -> Result<Option<Outgoing>, StoreError> {
        let sql = "select * from outgoing where company_id = $1 and id = $2";
        let row = self.db().row(sql, args![company, id]).await?;
        row.as_ref().map(Outgoing::read).transpose()
    }

    /// The text behind a message of the store, if it was sent from here.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn behind(
        &self,
        company: CompanyId,
        sms: MessageId,
    ) -> Result<Option<Outgoing>, StoreError> {
        let found = self.outgoing(company, sms).await?;
        Ok(found.filter(|it| it.sms_id == Some(sms)))
    }

    pub(super) fn db(&self) -> &Db {
        &self.database.db
    }
}
