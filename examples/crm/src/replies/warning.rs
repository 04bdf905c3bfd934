//! [`Warning`]: what admins are told, because an answer was wanted and could not be given.

use twilio_hooks::{
    notify::Topic,
    store::{Notice, StoreError},
};

use super::{decision::Decision, desk::Text, record::Decided};
use crate::{database::Tx, messaging::settings::day_in, notices::Notices};

/// What admins are told.
pub(super) struct Warning {
    notice: Notice,
}

impl Warning {
    /// What is to be told of a decision, if it is anything: once for a line in a closed period, or else
    /// in a day.
    pub(super) async fn of(
        tx: &mut Tx,
        text: &Text<'_>,
        decided: &Decided,
    ) -> Result<Option<Self>, StoreError> {
        let (line, decision) = (text.line, decided.decision);
        let Some((title, advice)) = words(decision) else {
            return Ok(None);
        };
        let period = match decided.closed_since {
            Some(since) => since.to_string(),
            None => day_in(tx, line.company_id, text.at).await?,
        };
        let key = format!("auto-reply:{decision}:{}:{period}", line.id);
        let about = (decision != Decision::Budget).then_some(text.contact);
        let title = format!("{title} ({})", line.address);
        let notice = Notice::new(line.company_id, Topic::SetupProblem, key, title, text.at)
            .with_message(advice)
            .with_contact(about.flatten());
        Ok(Some(Self { notice }))
    }

    /// Tells it. The text is answered or not, whatever comes of this.
    pub(super) async fn tell(self, notices: &Notices) {
        if let Err(error) = notices.raise(&self.notice).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                reason = "auto-reply",
                "nobody is told that a text was not answered"
            );
        }
    }
}

/// The title, and what to do.
fn words(decision: Decision) -> Option<(&'static str, &'static str)> {
    Some(match decision {
        Decision::Loop => (
            "Automatic replies stopped for one sender",
            "Somebody sends the same text again and again, or too many: perhaps a machine that answers \
             ours. Look at the conversation, and block the contact if nobody is there.",
        ),
        Decision::Template => (
            "An automatic reply could not be filled in",
            "Look at its preview in the settings: a blank has no value for this contact, or the text is \
             too long.",
        ),
        Decision::Budget => (
            "Automatic replies stopped until tomorrow",
            "The company has sent as many messages today as it may. Raise the daily budget in the \
             settings, or answer by hand.",
        ),
        _ => return None,
    })
}
