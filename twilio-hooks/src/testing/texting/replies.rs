//! What the application writes back, and what it is told about that.

use super::{Text, Texter};
use crate::{
    ErrorCode,
    testing::simulation::{Failure, FailureKind, Form, MessageEntry, Target},
    twiml::{Message, MessagingResponse, Node},
};

/// Twilio's code for a report on a message that isn't taken.
const REPORT_REFUSED: u32 = 11200;

impl Texter {
    /// Does what a document says; gives where the next one is.
    pub(super) async fn follow(
        &mut self,
        document: &MessagingResponse,
        source: &Target,
    ) -> Result<Option<Target>, Failure> {
        for verb in document.children() {
            match verb {
                Node::Message(message) => self.reply(message, source).await?,
                Node::Redirect(redirect) => {
                    return Ok(Some(source.join(Some(&redirect.url), redirect.method)));
                }
                Node::RawElement(element) => {
                    let name = element.name();
                    self.session.note(format!("12200: Twilio skips <{name}>"));
                }
                Node::Comment(_) | Node::Text(_) => {}
                other => {
                    let message = format!("{source}: the simulator can't play {other}");
                    return Err(self
                        .session
                        .failure(FailureKind::Unsupported, None, message));
                }
            }
        }
        Ok(None)
    }

    /// Delivers a reply, and tells how that went.
    async fn reply(&mut self, message: &Message, source: &Target) -> Result<(), Failure> {
        let text = read(message);
        let to = message.to.as_deref().unwrap_or(&self.from).to_owned();
        let from = message.from.as_deref().unwrap_or(&self.to).to_owned();
        let message_sid = self.new_sid(text.media.len());
        let (url, method) = match (&message.status_callback, &message.action) {
            (Some(url), _) => (Some(url), None),
            (None, Some(url)) => (Some(url), message.method),
            (None, None) => (None, None),
        };
        let report = url.map(|url| source.join(Some(url), method));
        if let Some(ledger) = self.session.account.ledger() {
            let entry = MessageEntry {
                sid: &message_sid,
                account_sid: &self.session.account_sid,
                from: &from,
                to: &to,
                body: &text.body,
                media: &text.media,
            };
            let undelivered = self.undelivered.map(ErrorCode::number);
            ledger.reply(&entry, report.as_ref(), undelivered);
            self.look();
            return Ok(());
        }
        let shown = shown(&text);
        match self.undelivered {
            Some(code) => self
                .session
                .note(format!("{code}: \u{201c}{shown}\u{201d} is not delivered")),
            None if to == self.from => {
                self.session.heard(shown);
                self.unread.push_back(text);
            }
            None => self
                .session
                .event(format!("{to} receives \u{201c}{shown}\u{201d}")),
        }
        let Some(target) = report else {
            return Ok(());
        };
        let last = if self.undelivered.is_some() {
            "undelivered"
        } else {
            "delivered"
        };
        for status in ["sent", last] {
            let code = self.undelivered.filter(|_| status == last);
            let form = Form::default()
                .and("SmsSid", &message_sid)
                .and("SmsStatus", status)
                .and("MessageStatus", status)
                .and("To", &to)
                .and("MessageSid", &message_sid)
                .and("AccountSid", &self.session.account_sid)
                .and("From", &from)
                .and("ApiVersion", "2010-04-01")
                .and_if("ErrorCode", code.map(ErrorCode::number));
            self.session.tell(&target, form, REPORT_REFUSED).await?;
        }
        Ok(())
    }
}

impl Texter {
    /// Looks for messages of the account that have arrived.
    pub(super) fn look(&mut self) {
        let ledger = self.session.account.ledger();
        let messages = ledger.map(|ledger| ledger.messages_to(&self.from));
        for (sid, body, media) in messages.unwrap_or_default() {
            if self.arrived.insert(sid) {
                let text = Text { body, media };
                self.session.heard(shown(&text));
                self.unread.push_back(text);
            }
        }
    }
}

/// The text and media of a message, as it stands in a transcript.
fn shown(text: &Text) -> String {
    let parts = std::iter::once(&text.body).chain(&text.media);
    let parts = parts.filter(|part| !part.is_empty()).map(String::as_str);
    parts.collect::<Vec<_>>().join(" + ")
}

/// The text and media of a reply.
fn read(message: &Message) -> Text {
    let mut body = message.text.as_deref().unwrap_or_default().to_owned();
    let mut media = Vec::new();
    for child in message.children() {
        match child {
            Node::Body(inside) => body.push_str(&inside.text),
            Node::Text(text) => body.push_str(text),
            Node::Media(inside) => media.push(inside.url.trim().to_owned()),
            _ => {}
        }
    }
    Text { body, media }
}

/// How many messages a text is sent in, roughly: a character that GSM lacks makes them shorter.
pub(super) fn segments(body: &str) -> usize {
    let units = body.encode_utf16().count();
    let (one, more) = if body.is_ascii() {
        (160, 153)
    } else {
        (70, 67)
    };
    if units <= one {
        1
    } else {
        units.div_ceil(more)
    }
}
