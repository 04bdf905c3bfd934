//! [`LateStatement`]: texts that came while nobody owned the line may have said STOP as well.

use twilio_hooks::{
    MessagingServiceSid,
    store::{Change, Direction, Interaction, InteractionId, Recorded, StoreError},
    webhook::OptOutType,
};

use super::{Between, Incoming, Said, apply_incoming};
use crate::database::Db;

/// What a text says that is recorded again, now that somebody owns the line.
#[derive(Debug, Clone)]
pub struct LateStatement {
    said: Said,
    service: Option<MessagingServiceSid>,
    at: jiff::Timestamp,
}

impl LateStatement {
    /// What a change says about consent, if it says anything.
    #[must_use]
    pub fn of(change: &Change) -> Option<Self> {
        let Interaction::Message(message) = &change.interaction else {
            return None;
        };
        if message.direction != Direction::Inbound {
            return None;
        }
        let kind = change.params.get("OptOutType").map(OptOutType::from);
        let said = Said::read(message.body.as_deref().unwrap_or_default(), kind.as_ref())?;
        Some(Self {
            said,
            service: change.messaging_service_sid.clone(),
            at: change.received_at,
        })
    }

    /// Takes it in, as of the time when it was received.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn apply(&self, db: &Db, recorded: &Recorded) -> Result<(), StoreError> {
        let (Some(line), Some(contact), InteractionId::Message(message)) =
            (&recorded.line, &recorded.contact, recorded.id)
        else {
            return Ok(());
        };
        let incoming = Incoming {
            between: Between {
                company: line.company_id,
                line: line.id,
                contact: contact.id,
            },
            address: &line.address,
            message,
            service: self.service.as_ref(),
            said: self.said,
            at: self.at,
        };
        apply_incoming(db, &incoming).await.map(drop)
    }
}
