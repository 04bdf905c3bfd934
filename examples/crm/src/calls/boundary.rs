//! The boundary to sending: a text for a missed call.

use jiff::Timestamp;
use twilio_hooks::{
    Address, ContactId,
    client::CreateMessage,
    store::{Change, Direction, Interaction, Line, MessageChange},
};

use crate::{
    accounts::Accounts,
    consent::{self, Between},
    database::Database,
};

/// A text that nobody has written just now.
#[derive(Debug)]
pub(super) struct AutomaticText<'t> {
    pub(super) line: &'t Line,
    pub(super) contact: ContactId,
    pub(super) to: &'t Address,
    pub(super) body: &'t str,
}

/// Sends such a text, unless the contact wants none.
///
/// # Errors
/// If Twilio does not take it, or it can't be kept.
pub(super) async fn send_automatic(
    database: &Database,
    accounts: &Accounts,
    public_url: &str,
    text: &AutomaticText<'_>,
    now: Timestamp,
) -> anyhow::Result<()> {
    let line = text.line;
    let between = Between {
        company: line.company_id,
        line: line.id,
        contact: text.contact,
    };
    if consent::state(&database.db, between).await?.opted_out {
        return Ok(());
    }
    let client = accounts.client(&line.account_sid).await?;
    let message = CreateMessage::new(text.to.clone())
        .from(line.address.clone())
        .body(text.body)
        .status_callback(format!("{public_url}/api/webhooks/twilio/sms/status"));
    let sent = client.messages().create(message).await?;
    let mut change = MessageChange::new(sent.sid, Direction::Outbound)
        .with_parties(line.address.clone(), text.to.clone())
        .with_body(text.body);
    if let Some(status) = sent.status {
        change = change.with_status(status);
    }
    let account = line.account_sid.clone();
    let change = Change::new(account, Interaction::Message(change), now);
    database.store.record(&change).await?;
    Ok(())
}
