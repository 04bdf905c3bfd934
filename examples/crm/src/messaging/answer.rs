//! [`Answer`]: a text that Twilio sends because it is in our answer to a webhook.
//!
//! Nobody asks Twilio to send it, so there is nothing to try again and nothing to look up: its row says
//! from the beginning that Twilio has it, without a SID. The first report makes it a text like any
//! other, by the id in its URL. If no report comes for long, people are told that it may not have been
//! sent; [reconciliation](crate::reconcile) may find it in Twilio's list all the same ([`find`]).

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    AccountSid, Address, CompanyId, ContactId, MessageId,
    client::{Message, MessageDirection},
    store::{Line, StoreError},
};

use super::{
    after, channel::Channel, claim, intent::spend, lookup::is_same_text, sender::LONGEST_WAIT,
    settings::settings_in,
};
use crate::{
    args,
    database::{Db, Tx},
    threads::reads::first_id,
};

/// How far apart our decision and Twilio's message can be: Twilio waits 15 seconds for an answer, and
/// clocks differ.
const APART: SignedDuration = SignedDuration::from_mins(2);

/// A text that Twilio sends because it is in our answer to a webhook.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// The id, which is in the URL for reports.
    pub id: MessageId,
    /// The line that was written to.
    pub line: &'a Line,
    /// Who wrote.
    pub contact: ContactId,
    /// The address of who wrote, with its channel.
    pub to: &'a Address,
    /// The text.
    pub body: &'a str,
    /// When it was decided on.
    pub at: Timestamp,
}

/// Shows neither text nor number.
impl std::fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A message that was taken from the day's budget.
#[derive(Debug)]
pub struct Paid {
    day: String,
    rate: u32,
}

/// Takes one message from the day's budget of a company; `None` if it is used up.
///
/// # Errors
/// If the database fails.
pub async fn pay(
    tx: &mut Tx,
    company: CompanyId,
    at: Timestamp,
) -> Result<Option<Paid>, StoreError> {
    let settings = settings_in(tx, company).await?;
    let day = settings.day_of(at);
    let is_paid = spend(tx, company, &day, settings.daily_budget).await?;
    Ok(is_paid.then_some(Paid {
        day,
        rate: settings.rate,
    }))
}

/// Whether the day's budget of a company has one more message.
///
/// # Errors
/// If the database fails.
pub async fn could_pay(tx: &mut Tx, company: CompanyId, at: Timestamp) -> Result<bool, StoreError> {
    let settings = settings_in(tx, company).await?;
    let sql = "select messages from outgoing_days where company_id = $1 and day = $2";
    let row = tx.row(sql, args![company, settings.day_of(at)]).await?;
    let used: u32 = row.map_or(Ok(0), |row| row.get("messages"))?;
    Ok(used < settings.daily_budget)
}

impl Paid {
    /// Keeps that Twilio gets a text with our answer. It can't wait for the pace of its line; the next
    /// one does.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn hand_over(self, tx: &mut Tx, answer: &Answer<'_>) -> Result<(), StoreError> {
        let line = answer.line;
        let sql = "insert into outgoing (id, company_id, contact_id, line_id, account_sid, sender,
                       to_address, body, automatic, state, attempts, unknowns, checks, asked_at,
                       budget_day, created_at, updated_at, channel, due_at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, true, 'taken', 1, 0, 0, $9, $10, $9, $9,
                       $11, $12)";
        let args = args![
            answer.id,
            line.company_id,
            answer.contact,
            line.id,
            line.account_sid.as_str(),
            line.address.as_str(),
            answer.to.as_str(),
            answer.body,
            answer.at,
            self.day,
            Channel::of(answer.to).as_str(),
            after(answer.at, LONGEST_WAIT),
        ];
        tx.execute(sql, args).await?;
        claim::enter(tx, line.company_id, line.id, answer.at).await?;
        claim::sent_one(tx, line.id, self.rate, answer.at).await
    }
}

/// By the range of their ids: an account may have many texts without a SID, and if its column stood alone,
/// SQLite would go through them all.
pub(super) const FIND: &str = "select id, body from outgoing
    where id >= $1 and id < $2 and account_sid || '' = $3 and to_address = $4
      and message_sid is null
      and (state = 'taken' or state = 'failed' and problem = 'unreported')
    order by id";

/// The answer of ours that a message in Twilio's list is, if Twilio has never reported on it. From
/// then on it has Twilio's name, and the [sender](super::Sender) joins it with the message in the
/// store.
///
/// # Errors
/// If the database fails.
pub async fn find(
    db: &Db,
    account: &AccountSid,
    message: &Message,
    now: Timestamp,
) -> Result<Option<MessageId>, StoreError> {
    let (Some(MessageDirection::OutboundReply), Some(to)) = (&message.direction, &message.to)
    else {
        return Ok(None);
    };
    let created = message.date_created.or(message.date_sent).unwrap_or(now);
    let (from, until) = (after(created, -APART), after(created, APART));
    let args = args![
        first_id(from),
        first_id(until),
        account.as_str(),
        to.as_str()
    ];
    let text = message.body.as_deref().unwrap_or_default();
    for row in db.rows(FIND, args).await? {
        let (id, body): (MessageId, String) = (row.get("id")?, row.get("body")?);
        if !text.is_empty() && !is_same_text(text, &body) {
            continue;
        }
        let sql = "update outgoing set state = 'taken', problem = null, message_sid = $2,
                       due_at = $3, updated_at = $3
                   where id = $1 and message_sid is null
                     and (state = 'taken' or state = 'failed' and problem = 'unreported')";
        if db
            .execute(sql, args![id, message.sid.as_str(), now])
            .await?
            > 0
        {
            return Ok(Some(id));
        }
    }
    Ok(None)
}
