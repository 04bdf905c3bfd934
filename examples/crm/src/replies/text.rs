//! [`TextReplies`]: what texts are answered with.

use twilio_hooks::{
    AddressKind, BoxError, Handler, Received, async_trait,
    store::InteractionId,
    twiml::{Message, MessagingResponse},
    webhook::IncomingMessage,
};

use crate::{
    clock::Clock,
    consent::{self, Between, Incoming, Said},
    database::Database,
};

/// Takes in what texts say about consent, and answers with what the line is set to. Settings are read
/// for each webhook, so a change works on the next one.
#[derive(Debug, Clone)]
pub struct TextReplies {
    database: Database,
    clock: Clock,
}

impl TextReplies {
    /// Replies from the settings in `database`.
    #[must_use]
    pub fn new(database: Database, clock: Clock) -> Self {
        Self { database, clock }
    }

    /// Whether the text was about consent and nothing else.
    async fn take_consent(&self, received: &Received<IncomingMessage>) -> Result<bool, BoxError> {
        let (webhook, recorded) = (&received.webhook, &received.recorded);
        let Some(said) = Said::of(webhook) else {
            return Ok(false);
        };
        let (Some(line), Some(contact), InteractionId::Message(message)) =
            (&recorded.line, &recorded.contact, recorded.id)
        else {
            return Ok(true);
        };
        let incoming = Incoming {
            between: Between {
                company: line.company_id,
                line: line.id,
                contact: contact.id,
            },
            message,
            service: webhook.messaging_service_sid.as_ref(),
            said,
            at: self.clock.now(),
        };
        let applied = consent::apply_incoming(&self.database.db, &incoming).await?;
        Ok(applied.is_keyword)
    }

    async fn text_reply(
        &self,
        received: &Received<IncomingMessage>,
    ) -> Result<Option<String>, BoxError> {
        let message = &received.webhook;
        if let Some(line) = &received.recorded.line {
            let service = message.messaging_service_sid.as_ref();
            consent::note_service(&self.database.db, line.company_id, line.id, service).await?;
        }
        if self.take_consent(received).await? {
            return Ok(None);
        }
        let (Some(line), true) = (&received.recorded.line, may_be_answered(message)) else {
            return Ok(None);
        };
        let settings = &self.database.settings;
        let Some(reply) = settings.line_settings(line.id).await?.text_reply else {
            return Ok(None);
        };
        // Two lines that answer each other never stop.
        let sender = message.from.contact_key().unwrap_or_default();
        Ok(if settings.is_line(sender).await? {
            None
        } else {
            Some(reply)
        })
    }
}

#[async_trait]
impl Handler<IncomingMessage> for TextReplies {
    async fn handle(
        &self,
        received: Received<IncomingMessage>,
    ) -> Result<MessagingResponse, BoxError> {
        let reply = self.text_reply(&received).await?;
        Ok(reply.map_or_else(MessagingResponse::new, |reply| {
            MessagingResponse::new().with(Message::new(reply))
        }))
    }
}

/// Whether the sender is a person's phone or messenger.
fn may_be_answered(message: &IncomingMessage) -> bool {
    match message.from.kind() {
        AddressKind::PhoneNumber | AddressKind::WhatsApp | AddressKind::Messenger => true,
        // A name is a company's agent.
        AddressKind::Rcs => message.from.e164().is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use twilio_hooks::{Params, webhook::Webhook as _};

    use super::*;

    fn message(from: &str, rest: &str) -> IncomingMessage {
        let account = "AC00000000000000000000000000000001";
        let sid = "SM00000000000000000000000000000001";
        let from = from.replace('+', "%2B");
        let form = format!("AccountSid={account}&MessageSid={sid}&From={from}&{rest}");
        IncomingMessage::from_params(&Params::from_form(form.as_bytes())).unwrap()
    }

    #[test]
    fn people_may_be_answered() {
        for from in [
            "+12025550143",
            "whatsapp:+12025550143",
            "messenger:123",
            "rcs:+12025550143",
        ] {
            assert!(may_be_answered(&message(from, "Body=Hi")), "{from}");
        }
    }

    #[test]
    fn machines_and_hidden_senders_are_not_answered() {
        for from in [
            "12345",
            "ACME Corp",
            "rcs:acme_agent",
            "+266696687",
            "",
            "sip:a@example.com",
        ] {
            assert!(!may_be_answered(&message(from, "Body=Hi")), "{from}");
        }
    }
}
