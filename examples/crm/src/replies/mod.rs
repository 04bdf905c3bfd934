//! [`Replies`]: what texts and calls are answered with.

use twilio_hooks::{
    AddressKind, BoxError, Handler, Received, async_trait,
    twiml::{Message, MessagingResponse, Say, VoiceResponse},
    webhook::{IncomingCall, IncomingMessage},
};

use crate::database::Database;

/// What callers hear on a line that nobody has set a greeting for.
pub const DEFAULT_GREETING: &str =
    "Thank you for calling. We have noted your call and will get back to you.";

/// What callers hear when something is broken.
pub const CALL_FALLBACK: &str =
    "We are sorry, we can't take your call right now. Please call again later.";

/// Words that [Twilio takes as a wish](https://help.twilio.com/articles/223134027) to get no more
/// messages, or to get them again. It has answered them already.
const OPT_OUT_WORDS: [&str; 12] = [
    "STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
    "START",
    "UNSTOP",
    "HELP",
    "INFO",
];

/// Answers with what the line is set to. Settings are read for each webhook, so a change works on
/// the next one.
#[derive(Debug, Clone)]
pub struct Replies {
    database: Database,
}

impl Replies {
    /// Replies from the settings in `database`.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    async fn text_reply(
        &self,
        received: &Received<IncomingMessage>,
    ) -> Result<Option<String>, BoxError> {
        let message = &received.webhook;
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
impl Handler<IncomingMessage> for Replies {
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

#[async_trait]
impl Handler<IncomingCall> for Replies {
    async fn handle(&self, received: Received<IncomingCall>) -> Result<VoiceResponse, BoxError> {
        let greeting = match &received.recorded.line {
            Some(line) => {
                self.database
                    .settings
                    .line_settings(line.id)
                    .await?
                    .greeting
            }
            None => None,
        };
        let greeting = greeting.unwrap_or_else(|| DEFAULT_GREETING.to_owned());
        Ok(VoiceResponse::new().with(Say::new(greeting)))
    }
}

/// Whether an automatic reply can do no harm: the sender is a person's phone or messenger, and has
/// not just said to Twilio that messages are unwanted.
fn may_be_answered(message: &IncomingMessage) -> bool {
    let is_person = match message.from.kind() {
        AddressKind::PhoneNumber | AddressKind::WhatsApp | AddressKind::Messenger => true,
        // A name is a company's agent.
        AddressKind::Rcs => message.from.e164().is_some(),
        _ => false,
    };
    let word = message.body.trim();
    let is_opt_out = message.opt_out_type.is_some()
        || OPT_OUT_WORDS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word));
    is_person && !is_opt_out
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

    #[test]
    fn who_opts_out_is_not_answered() {
        for rest in [
            "OptOutType=STOP&Body=Schluss",
            "Body=+stop+",
            "Body=Unsubscribe",
        ] {
            assert!(!may_be_answered(&message("+12025550143", rest)), "{rest}");
        }
        assert!(may_be_answered(&message(
            "+12025550143",
            "Body=Please+stop+by+at+nine"
        )));
    }
}
