//! What texts and calls are answered with by themselves.
//!
//! A text is decided on once. [`TextReplies`] hears of it and takes in what it says about consent;
//! [`Setup`] is what is set for its line; the decision is made from some facts ([`Decision`] lists the
//! reasons), kept with the text, and given again if the text comes again. [`preview`] says what
//! would be decided now.
//!
//! Two machines that answer each other never stop, so much speaks against an answer, whatever is
//! set: a sender who is no person, a line of our own, the same text again and again, an answer not
//! long ago.

mod blocked;
mod decision;
mod desk;
mod facts;
mod outgoing;
mod rule;
mod text;

use twilio_hooks::{
    BoxError, Handler, Received, async_trait,
    twiml::{Say, VoiceResponse},
    webhook::IncomingCall,
};

pub use self::{
    decision::{AFTER_AGENT, CONVERSATION, Decision, SAME_TEXTS, TEXTS_PER_HOUR, UnknownDecision},
    desk::{Decided, Preview, find, preview},
    outgoing::DAILY_BUDGET,
    rule::{
        Answer, EVERY_MINUTES, Occasion, PER_DAY, Rule, RuleSource, Setup, UnknownOccasion, remove,
        save,
    },
    text::TextReplies,
};
use crate::database::Database;

/// What callers hear on a line that nobody has set a greeting for.
pub const DEFAULT_GREETING: &str =
    "Thank you for calling. We have noted your call and will get back to you.";

/// What callers hear when something is broken.
pub const CALL_FALLBACK: &str =
    "We are sorry, we can't take your call right now. Please call again later.";

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
