//! Finding out what became of a text when Twilio's answer was lost.
//!
//! Twilio takes a message once for each request, so before the request is made again its list of
//! messages is read: what went to this recipient from this sender since Twilio was asked, with this
//! text, and is no other text's. One such message is ours. None, twice and after some time, means
//! that Twilio never got the request. Several are a question for people.

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    MessageSid,
    client::{Client, ClientError, ListMessages, Message, MessageDirection},
    store::StoreError,
};

use super::{
    Messaging, Outgoing, after,
    failure::{Delay, GaveUp},
    record::AtTwilio,
    sender::{LONGEST_WAIT, SendError},
};
use crate::args;

/// How much the clocks of Twilio and of this machine may differ.
const SKEW: SignedDuration = SignedDuration::from_secs(30);

/// How long to wait between two looks.
const PAUSE: SignedDuration = SignedDuration::from_secs(20);

/// How often Twilio may be asked for one text with nobody knowing the outcome.
const MAX_UNKNOWNS: i64 = 3;

/// How far back the list is read.
const MAX_LISTED: usize = 1000;

impl Messaging {
    /// Looks once for a text whose outcome is unknown.
    pub(super) async fn look_up(&self, text: &Outgoing) -> Result<(), SendError> {
        let now = self.clock.now();
        let Ok(client) = self.accounts.client(&text.account_sid).await else {
            return Ok(self.look_later(text, now).await?);
        };
        let found = match candidates(&client, text).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(
                    outgoing.id = %text.id,
                    error = &error as &dyn std::error::Error,
                    reason = "lookup",
                    "Twilio's messages can't be listed"
                );
                return Ok(self.look_later(text, now).await?);
            }
        };
        let mut ours = Vec::new();
        for message in found {
            if !self.is_of_another(text, &message.sid).await? {
                ours.push(message);
            }
        }
        match ours.as_slice() {
            [one] => Ok(self.keep(text, &AtTwilio::of(one)).await?),
            [] => Ok(self.not_found(text, now).await?),
            _ => Ok(self.give_up(text, GaveUp::Ambiguous).await?),
        }
    }

    /// Twilio does not tell now.
    async fn look_later(&self, text: &Outgoing, now: Timestamp) -> Result<(), StoreError> {
        if after(text.created_at, LONGEST_WAIT) < now {
            return self.give_up(text, GaveUp::Ambiguous).await;
        }
        self.change_unknown(text, "unknown", text.checks, after(now, PAUSE * 3))
            .await
    }

    /// Twilio knows of no such message, or not yet.
    async fn not_found(&self, text: &Outgoing, now: Timestamp) -> Result<(), StoreError> {
        let over = after(text.asked_at.unwrap_or(text.created_at), self.grace);
        let checks = text.checks + 1;
        if checks < 2 || now < over {
            let next = after(now, PAUSE).max(if checks < 2 { now } else { over });
            return self.change_unknown(text, "unknown", checks, next).await;
        }
        if text.unknowns >= MAX_UNKNOWNS {
            return self.give_up(text, GaveUp::Ambiguous).await;
        }
        tracing::info!(outgoing.id = %text.id, "Twilio never got the text; it is sent again");
        self.change_unknown(text, "queued", checks, now).await
    }

    async fn change_unknown(
        &self,
        text: &Outgoing,
        state: &'static str,
        checks: i64,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "update outgoing set state = $3, checks = $4, due_at = $5, updated_at = $6,
                       problem = $7
                   where id = $1 and state = 'unknown' and checks = $2";
        let now = self.clock.now();
        let problem = Delay::Unknown.as_str();
        let args = args![text.id, text.checks, state, checks, due, now, problem];
        self.db().execute(sql, args).await?;
        Ok(())
    }

    /// Whether a message of Twilio's is that of another text.
    async fn is_of_another(&self, text: &Outgoing, sid: &MessageSid) -> Result<bool, StoreError> {
        let sql = "select id from outgoing
                   where account_sid = $1 and message_sid = $2 and id <> $3";
        let args = args![text.account_sid.as_str(), sid.as_str(), text.id];
        Ok(self.db().row(sql, args).await?.is_some())
    }
}

/// What Twilio has that may be this text.
async fn candidates(client: &Client, text: &Outgoing) -> Result<Vec<Message>, ClientError> {
    let since = text
        .asked_at
        .unwrap_or(text.created_at)
        .checked_sub(SKEW)
        .unwrap_or(Timestamp::MIN);
    let mut which = ListMessages::new().to(text.to_address()).page_size(100);
    if !text.is_of_service() {
        which = which.from(text.from_address());
    }
    let mut found = Vec::new();
    let mut pages = client.messages().list(which);
    for _ in 0..MAX_LISTED {
        let Some(message) = pages.next().await else {
            break;
        };
        let message = message?;
        // The newest come first.
        if message.date_created.is_some_and(|created| created < since) {
            break;
        }
        if may_be(&message, text) {
            found.push(message);
        }
    }
    Ok(found)
}

fn may_be(message: &Message, text: &Outgoing) -> bool {
    let is_from_us = message
        .direction
        .as_ref()
        .is_none_or(|direction| *direction == MessageDirection::OutboundApi);
    let service = message.messaging_service_sid.as_ref();
    let is_same_sender = if text.is_of_service() {
        service.is_some_and(|service| service.as_str() == text.sender)
    } else {
        true
    };
    // An account may be set to keep no texts.
    let body = message.body.as_deref().unwrap_or_default();
    is_from_us && is_same_sender && (body.is_empty() || is_same_text(body, &text.body))
}

/// Twilio may replace quotes and dashes on the way, and trims.
pub(super) fn is_same_text(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|character| character.is_alphanumeric())
            .collect()
    };
    let (of_one, of_other) = (letters(one), letters(other));
    of_one == of_other && (!of_one.is_empty() || one.trim() == other.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_after_smart_encoding() {
        assert!(is_same_text("It's ready - come!", " It’s ready – come!\n"));
        assert!(!is_same_text("It's ready at 9", "It's ready at 10"));
        assert!(is_same_text("👍", "👍 "));
        assert!(!is_same_text("👍", "👎"));
        assert!(!is_same_text("👍", "yes"));
    }
}
