//! [`DeliveryFailed`]: tells of messages that did not arrive.

use async_trait::async_trait;
use twilio_hooks::{
    BoxError, Handler, MessageStatus, Received,
    notify::Topic,
    store::{Direction, InteractionId, Message, Notice},
    webhook::MessageStatusUpdate,
};

use super::Notices;
use crate::{
    clock::Clock,
    contacts::{company, details},
    database::Database,
    messaging::failure,
};

/// Tells of messages that did not arrive, once each, with the reason in plain words.
#[derive(Debug, Clone)]
pub struct DeliveryFailed {
    database: Database,
    notices: Notices,
    clock: Clock,
}

impl DeliveryFailed {
    /// Reads what failed from `database`.
    #[must_use]
    pub fn new(database: Database, notices: Notices, clock: Clock) -> Self {
        Self {
            database,
            notices,
            clock,
        }
    }

    /// Tells of a message, if it has failed. What was told once is not told again.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tell(&self, message: &Message) -> Result<(), BoxError> {
        let has_failed = matches!(
            message.status,
            MessageStatus::Failed | MessageStatus::Undelivered
        );
        let (true, Direction::Outbound, Some(company)) =
            (has_failed, message.direction, message.company_id)
        else {
            return Ok(());
        };
        let home = company::country(&self.database.db, company).await?;
        let contact = match message.contact_id {
            Some(id) => details::contact(&self.database.db, company, id).await?,
            None => None,
        };
        let name = contact.map(|contact| contact.display_name(home));
        let title = match name {
            Some(name) => format!("Message to {name} not delivered"),
            None => "Message not delivered".to_owned(),
        };
        let notice = Notice::new(
            company,
            Topic::DeliveryFailed,
            message.message_sid.as_str(),
            title,
            self.clock.now(),
        )
        .with_message(reason(message.error_code))
        .with_contact(message.contact_id)
        .with_sms(message.id);
        self.notices.raise(&notice).await?;
        Ok(())
    }
}

/// Twilio's reason, in a sentence.
fn reason(code: Option<u32>) -> String {
    let Some(code) = code.filter(|code| *code != 0) else {
        return "Twilio gave no reason.".to_owned();
    };
    match failure::meaning(code) {
        Some(meaning) => format!("{meaning} (Twilio error {code})"),
        None => format!("Twilio error {code}"),
    }
}

#[async_trait]
impl Handler<MessageStatusUpdate> for DeliveryFailed {
    async fn handle(&self, received: Received<MessageStatusUpdate>) -> Result<(), BoxError> {
        let is_failure = matches!(
            received.webhook.message_status,
            MessageStatus::Failed | MessageStatus::Undelivered
        );
        let (true, Some(company), InteractionId::Message(id)) = (
            is_failure,
            received.recorded.company_id,
            received.recorded.id,
        ) else {
            return Ok(());
        };
        // What is stored counts: a message that has arrived has not failed, whatever comes late.
        let directory = &self.database.directory;
        match directory.message(company, id).await? {
            Some(message) => self.tell(&message).await,
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_a_reason() {
        assert!(reason(Some(30003)).contains("30003"));
        assert_eq!(reason(Some(99999)), "Twilio error 99999");
        assert_eq!(reason(None), "Twilio gave no reason.");
        assert_eq!(reason(Some(0)), "Twilio gave no reason.");
    }
}
