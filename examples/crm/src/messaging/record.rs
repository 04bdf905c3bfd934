//! From Twilio's answer, or its report, to the store.

use twilio_hooks::{
    Address, BoxError, CompanyId, MessageId, MessageSid, MessageStatus, Params, ReceiveError,
    notify::Topic,
    store::{
        Change, ContactDetails, Direction, Interaction, MessageChange, Notice, NotificationDraft,
        StoreError,
    },
};

use super::{
    Messaging, Outgoing, after,
    claim::LEASE,
    failure::{Failure, GaveUp},
};
use crate::{
    args,
    consent::{self, Source},
    contacts::erase::is_of_erased,
    database::is_duplicate,
};

/// A message at Twilio, as far as its API tells.
#[derive(Debug)]
pub(super) struct AtTwilio {
    pub(super) sid: MessageSid,
    pub(super) status: MessageStatus,
    /// The number that sends it, once it is chosen.
    pub(super) from: Option<Address>,
    pub(super) num_segments: Option<u32>,
    pub(super) error_code: Option<u32>,
}

impl AtTwilio {
    pub(super) fn of(message: &twilio_hooks::client::Message) -> Self {
        Self {
            sid: message.sid.clone(),
            status: message.status.clone().unwrap_or(MessageStatus::Queued),
            from: message.from.clone(),
            // 0 as long as a messaging service has not sent it.
            num_segments: message.num_segments.filter(|count| *count > 0),
            error_code: message.error_code.filter(|code| *code != 0),
        }
    }

    /// One of which only the name was kept.
    pub(super) fn named(text: &Outgoing, sid: MessageSid) -> Self {
        Self {
            sid,
            status: if text.is_of_service() {
                MessageStatus::Accepted
            } else {
                MessageStatus::Queued
            },
            from: None,
            num_segments: None,
            error_code: None,
        }
    }
}

/// Why Twilio's answer is not in the store.
#[derive(Debug, thiserror::Error)]
pub(super) enum RecordError {
    #[error("what Twilio answered could not be kept")]
    Store(#[from] StoreError),
    #[error("the message could not be recorded")]
    Receive(#[from] ReceiveError),
    #[error("nobody could be told that it failed")]
    Tell(#[source] BoxError),
}

impl Messaging {
    /// Keeps that Twilio has a text, and then records its message.
    ///
    /// In two steps: if the second one fails, the first one has the SID, and the job tries again.
    pub(super) async fn keep(
        &self,
        text: &Outgoing,
        message: &AtTwilio,
    ) -> Result<(), RecordError> {
        let now = self.clock.now();
        let sql = "update outgoing set state = 'taken', message_sid = $2, problem = null,
                       error_code = null, due_at = $3, updated_at = $4
                   where id = $1 and (message_sid is null or message_sid = $2)
                     and state <> 'sent'";
        let due = after(now, LEASE);
        let args = args![text.id, message.sid.as_str(), due, now];
        match self.db().execute(sql, args).await {
            Ok(0) => {
                let of = (text.account_sid.as_str(), text.id);
                if is_of_erased(self.db(), of, &message.sid, now).await? {
                    return Ok(());
                }
            }
            Ok(_) => {}
            Err(error) => is_of_other_text(text, &message.sid, error)?,
        }
        self.record(text, message).await
    }

    /// Records a message that Twilio has.
    pub(super) async fn record(
        &self,
        text: &Outgoing,
        message: &AtTwilio,
    ) -> Result<(), RecordError> {
        let Some(current) = self.outgoing(text.company_id, text.id).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        let from = message.from.clone().unwrap_or_else(|| text.from_address());
        let mut sent = MessageChange::new(message.sid.clone(), Direction::Outbound)
            .with_status(message.status.clone())
            .with_parties(from, text.to_address())
            .with_body(text.body.as_str());
        sent.num_segments = message.num_segments;
        sent.error_code = message.error_code;
        // A second message to the same effect gets a row of its own.
        if current
            .message_sid
            .as_ref()
            .is_none_or(|sid| *sid == message.sid)
        {
            sent = sent.with_id(text.id);
        }
        let mut change = Change::new(text.account_sid.clone(), Interaction::Message(sent), now);
        text.route(&mut change);
        // What Twilio has reported meanwhile is further along.
        if current.sms_id.is_none() {
            change.notification = Some(NotificationDraft::new(
                Topic::SmsStatusUpdate,
                format!(
                    "SMS to {} {}",
                    NotificationDraft::CONTACT,
                    words(&message.status)
                ),
                format!("Status: {}", message.status),
            ));
        }
        if !self.is_found_here(text).await? {
            change = of_somebody_else(change);
        }
        self.hooks.record(change).await?;
        let Some(sms) = self.in_store(text, &message.sid).await? else {
            return Ok(self.lose(text, message).await?);
        };
        // No webhook has brought this, so no handler of webhooks has told of it.
        if matches!(
            message.status,
            MessageStatus::Failed | MessageStatus::Undelivered
        ) && let Some(message) = self
            .database
            .directory
            .message(text.company_id, sms)
            .await?
        {
            self.delivery
                .tell(&message)
                .await
                .map_err(RecordError::Tell)?;
        }
        Ok(self.note_sent(text, &message.sid, sms).await?)
    }

    /// Whether the line of a text is still the company's, so that it may be sent.
    pub(super) async fn has_its_line(&self, text: &Outgoing) -> Result<bool, StoreError> {
        let sql = "select id from lines
                   where company_id = $1 and account_sid = $2 and address = $3 and id = $4";
        let args = args![
            text.company_id,
            text.account_sid.as_str(),
            text.sender.as_str(),
            text.line_id
        ];
        Ok(self.db().row(sql, args).await?.is_some())
    }

    /// Whether the store finds the company by what Twilio says of a text. If its line was given away,
    /// that goes to who has it now, without what is nobody else's business.
    pub(super) async fn is_found_here(&self, text: &Outgoing) -> Result<bool, StoreError> {
        let sql = "select id from lines
                   where company_id = $1 and account_sid = $2 and address = $3";
        let args = args![
            text.company_id,
            text.account_sid.as_str(),
            text.sender.as_str()
        ];
        Ok(self.db().row(sql, args).await?.is_some())
    }

    /// Notes that the store has the message of a text.
    pub(super) async fn adopt(&self, text: &Outgoing, sid: &MessageSid) -> Result<(), StoreError> {
        match self.in_store(text, sid).await? {
            Some(sms) => self.note_sent(text, sid, sms).await,
            None => Ok(()),
        }
    }

    /// The message of a text in the store, if the company has it there.
    async fn in_store(
        &self,
        text: &Outgoing,
        sid: &MessageSid,
    ) -> Result<Option<MessageId>, StoreError> {
        let sql = "select id, company_id from sms where account_sid = $1 and message_sid = $2";
        let args = args![text.account_sid.as_str(), sid.as_str()];
        let Some(row) = self.db().row(sql, args).await? else {
            return Ok(None);
        };
        let company: Option<CompanyId> = row.get("company_id")?;
        if company != Some(text.company_id) {
            tracing::warn!(
                outgoing.id = %text.id,
                reason = "other-company",
                "a text was sent over a line that is not its company's any more"
            );
            return Ok(None);
        }
        row.get("id").map(Some)
    }

    /// Twilio has a text, and nothing more will be heard of it, because the line is not the company's
    /// any more.
    async fn lose(&self, text: &Outgoing, message: &AtTwilio) -> Result<(), StoreError> {
        let now = self.clock.now();
        let code = message.error_code;
        let why = code.is_none().then_some(GaveUp::LineLost);
        let sql = "update outgoing set state = 'failed', message_sid = $2, due_at = $6,
                       error_code = $3, problem = $4, updated_at = $5
                   where id = $1 and (message_sid is null or message_sid = $2)
                     and state not in ('sent', 'failed')
                   returning *";
        let args = args![
            text.id,
            message.sid.as_str(),
            code,
            why.map(GaveUp::as_str),
            now,
            after(now, LEASE)
        ];
        match self.db().write_row(sql, args).await {
            Ok(Some(row)) => self.tell_end(&Outgoing::read(&row)?).await,
            Ok(None) => Ok(()),
            Err(error) => is_of_other_text(text, &message.sid, error),
        }
    }

    async fn note_sent(
        &self,
        text: &Outgoing,
        sid: &MessageSid,
        sms: MessageId,
    ) -> Result<(), StoreError> {
        let sql = "update outgoing set state = 'sent', message_sid = $2, sms_id = $3,
                       due_at = null, problem = null, error_code = null, updated_at = $4
                   where id = $1 and (message_sid is null or message_sid = $2)
                     and (state <> 'sent' or sms_id is null)";
        let args = args![text.id, sid.as_str(), sms, self.clock.now()];
        match self.db().execute(sql, args).await {
            Ok(_) => Ok(()),
            Err(error) => is_of_other_text(text, sid, error),
        }
    }

    /// Twilio refuses texts to this contact from this line because of a STOP. It was there when Twilio
    /// was asked; the report may come much later, and after a START.
    pub(super) async fn note_stop(&self, text: &Outgoing) -> Result<(), StoreError> {
        consent::opted_out(
            self.db(),
            text.between(),
            Source::Refused,
            text.asked_at.unwrap_or(text.created_at),
            Some(text.id),
            None,
        )
        .await
    }

    /// Tells the company's people of a text that failed without a message in the store, which would
    /// tell them.
    pub(super) async fn tell_end(&self, text: &Outgoing) -> Result<(), StoreError> {
        let failure = text.failure().unwrap_or_else(Failure::without_reason);
        let contact = self
            .database
            .directory
            .contact(text.company_id, text.contact_id)
            .await?;
        let name = contact
            .as_ref()
            .map_or(NotificationDraft::NOBODY, |contact| contact.display_name());
        let notice = Notice::new(
            text.company_id,
            Topic::DeliveryFailed,
            format!("outgoing:{}", text.id),
            format!("SMS to {name} was not sent"),
            text.updated_at,
        )
        .with_message(format!("{} {}", failure.meaning, failure.advice))
        .with_contact(contact.map(|contact| contact.id));
        if self.database.notices.put_notice(&notice).await?.is_some() {
            self.notify.wake();
        }
        let sql = "update outgoing set due_at = null where id = $1 and state = 'failed'";
        self.db().execute(sql, args![text.id]).await.map(drop)
    }

    /// The text that Twilio reports of, by the id in the URL; nobody knows it but Twilio and us.
    pub(super) async fn reported(
        &self,
        id: MessageId,
        account: &str,
    ) -> Result<Option<Outgoing>, StoreError> {
        let sql = "select * from outgoing where id = $1 and account_sid = $2";
        let row = self.db().row(sql, args![id, account]).await?;
        row.as_ref().map(Outgoing::read).transpose()
    }
}

/// What is recorded of a text over a line that is not the company's any more: that Twilio has a message.
/// Whom it is for, what it says and our name for it are nobody else's business.
pub(super) fn of_somebody_else(mut change: Change) -> Change {
    if let Interaction::Message(message) = &mut change.interaction {
        message.id = None;
        message.body = None;
        message.to = Address::from("");
    }
    change.contact = None;
    change.notification = None;
    change.params = Params::default();
    change
}

/// Lets the error pass that says that Twilio's message belongs to another text already.
fn is_of_other_text(
    text: &Outgoing,
    sid: &MessageSid,
    error: StoreError,
) -> Result<(), StoreError> {
    if !is_duplicate(&error) {
        return Err(error);
    }
    tracing::warn!(
        outgoing.id = %text.id,
        message.sid = %sid,
        reason = "other-text",
        "Twilio's message belongs to another text already"
    );
    Ok(())
}

/// Words for a title.
fn words(status: &MessageStatus) -> &'static str {
    match status {
        MessageStatus::Sending => "is being sent",
        MessageStatus::Sent => "sent",
        MessageStatus::Delivered | MessageStatus::Read => "delivered",
        MessageStatus::Undelivered => "not delivered",
        MessageStatus::Failed => "failed",
        MessageStatus::Canceled => "canceled",
        _ => "queued",
    }
}

impl Outgoing {
    /// Lets the store find the owner and the contact by what the text says, and nothing else: the
    /// number that a messaging service has chosen may be a line of somebody else's.
    pub(super) fn route(&self, change: &mut Change) {
        change.line = self.from_address();
        if self.is_of_service() {
            change.messaging_service_sid = Some(self.sender.as_str().into());
        }
        if change.contact.is_none() {
            change.contact = ContactDetails::from_address(&Address::from(self.to.as_str()));
        }
    }
}
