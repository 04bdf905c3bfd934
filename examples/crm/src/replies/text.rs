//! [`TextReplies`]: what happens when a text comes.

use twilio_hooks::{
    BoxError, Handler, Received, async_trait,
    store::{InteractionId, Line, Outcome},
    twiml::{Message, MessagingResponse},
    webhook::IncomingMessage,
};

use super::{
    desk::{Reply, Text, answer},
    rule::Setup,
};
use crate::{
    clock::Clock,
    consent::{self, Between, Incoming, Said},
    database::Db,
    notices::Notices,
};

/// Takes in what texts say about consent, and answers what is to be answered by itself. Settings are
/// read for each text, so a change works on the next one.
#[derive(Debug, Clone)]
pub struct TextReplies {
    db: Db,
    notices: Notices,
    clock: Clock,
    /// What Twilio tells what became of a reply; the id of the message comes behind it.
    report_to: String,
}

impl TextReplies {
    /// Replies from the settings in `db`; Twilio reports on them to the server at `public_url`.
    #[must_use]
    pub fn new(db: Db, notices: Notices, clock: Clock, public_url: &str) -> Self {
        let public_url = public_url.trim_end_matches('/');
        Self {
            db,
            notices,
            clock,
            report_to: format!("{public_url}/api/webhooks/twilio/sms/status"),
        }
    }

    async fn reply(&self, received: &Received<IncomingMessage>) -> Result<Option<Reply>, BoxError> {
        let (webhook, recorded) = (&received.webhook, &received.recorded);
        let (Some(line), InteractionId::Message(id)) = (&recorded.line, recorded.id) else {
            return Ok(None);
        };
        let setup = Setup::load(&self.db, line.company_id, Some(line.id)).await?;
        let (known, service) = (setup.service.as_deref(), &webhook.messaging_service_sid);
        consent::note_service(&self.db, line.company_id, line.id, known, service.as_ref()).await?;
        let text = Text {
            id,
            line,
            contact: recorded.contact.as_ref().map(|contact| contact.id),
            from: &webhook.from,
            to: &webhook.to,
            body: &webhook.body,
            is_keyword: self.take_consent(received, line).await?,
            is_repeated: recorded.outcome == Outcome::Unchanged,
            at: self.clock.now(),
        };
        Ok(answer(&self.db, &self.notices, &setup, &text).await?)
    }

    /// Whether the text is about consent and nothing else.
    async fn take_consent(
        &self,
        received: &Received<IncomingMessage>,
        line: &Line,
    ) -> Result<bool, BoxError> {
        let (webhook, recorded) = (&received.webhook, &received.recorded);
        let Some(said) = Said::of(webhook) else {
            return Ok(false);
        };
        let (Some(contact), InteractionId::Message(message)) = (&recorded.contact, recorded.id)
        else {
            return Ok(true);
        };
        let incoming = Incoming {
            between: Between {
                company: line.company_id,
                line: line.id,
                contact: contact.id,
            },
            address: &line.address,
            message,
            service: webhook.messaging_service_sid.as_ref(),
            said,
            at: self.clock.now(),
        };
        let applied = consent::apply_incoming(&self.db, &incoming).await?;
        Ok(applied.is_keyword)
    }
}

#[async_trait]
impl Handler<IncomingMessage> for TextReplies {
    async fn handle(
        &self,
        received: Received<IncomingMessage>,
    ) -> Result<MessagingResponse, BoxError> {
        let reply = self.reply(&received).await?;
        Ok(reply.map_or_else(MessagingResponse::new, |reply| {
            // Which of the two counts depends on the age of the account.
            let report_to = format!("{}/{}", self.report_to, reply.id);
            let message = Message::new(reply.body)
                .action(report_to.clone())
                .status_callback(report_to);
            MessagingResponse::new().with(message)
        }))
    }
}
