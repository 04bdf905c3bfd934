//! [`Owner`]: whose it is what Twilio lists, after its line was given to another company.
//!
//! The store finds the company by who has the line now. What a webhook brings is recorded at once; what is
//! found days later may belong to whoever had the line then, and is nobody else's business.

use jiff::Timestamp;
use twilio_hooks::{
    AccountSid, Address, CompanyId, MessageId, Params,
    store::{Change, Interaction, StoreError},
};
use uuid::Uuid;

use super::known::Known;
use crate::{args, database::Db};

/// What may be recorded of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// All of it: it goes where it belongs.
    Same,
    /// Only how far it is, in a row that is there: another company had the line then.
    Former,
    /// Nothing, because there is no row, and a new one would be another company's.
    FormerOfNothing,
}

/// Whose a change is that was found at Twilio, of something that began `at` a time.
///
/// Between this and what the store writes a line may still change hands, for some milliseconds.
pub(super) async fn owner(
    db: &Db,
    change: &Change,
    known: Option<Known>,
    at: Timestamp,
) -> Result<Owner, StoreError> {
    let keys = change.line_keys();
    let (first, second) = (keys.first().copied(), keys.get(1).copied());
    let account = change.account_sid.as_str();
    let known_to = known.and_then(|known| known.company_id);
    // Only webhooks make rows of calls that are another company's, and those have all of it.
    if known_to.is_some() && matches!(change.interaction, Interaction::Call(_)) {
        return Ok(Owner::Same);
    }
    let gets = match known_to {
        Some(company) => Some(company),
        None => {
            let sql = "select company_id from lines
                       where account_sid = $1 and address in ($2, $3)
                       order by address <> $2 limit 1";
            let row = db.row(sql, args![account, first, second]).await?;
            row.map(|row| row.get("company_id")).transpose()?
        }
    };
    let is_theirs = match sender(db, &change.account_sid, &change.interaction).await? {
        Some(company) => gets != Some(company),
        None => {
            // Nobody before the first owner that is known.
            let sql = "select o.company_id from line_owners o
                       where o.account_sid = $1 and o.address in ($2, $3) and o.since = (
                           select max(e.since) from line_owners e
                           where e.account_sid = o.account_sid and e.address = o.address
                             and e.since <= $4)";
            let rows = db.rows(sql, args![account, first, second, at]).await?;
            let mut had = Vec::new();
            for row in &rows {
                had.extend(row.get::<Option<CompanyId>>("company_id")?);
            }
            !had.is_empty() && gets.is_none_or(|gets| !had.contains(&gets))
        }
    };
    Ok(match (is_theirs, known_to) {
        (false, _) => Owner::Same,
        (true, Some(_)) => Owner::Former,
        (true, None) => Owner::FormerOfNothing,
    })
}

/// The company that has sent a message from here.
async fn sender(
    db: &Db,
    account: &AccountSid,
    interaction: &Interaction,
) -> Result<Option<CompanyId>, StoreError> {
    let Interaction::Message(message) = interaction else {
        return Ok(None);
    };
    let sql = "select company_id from outgoing where account_sid = $1
                   and (message_sid = $2 or id = $3)";
    let id = message.id.map_or(Uuid::nil(), MessageId::as_uuid);
    let args = args![account.as_str(), message.message_sid.as_str(), id];
    let row = db.row(sql, args).await?;
    row.map(|row| row.get("company_id")).transpose()
}

/// How far something is, and nothing else of it.
pub(super) fn bare(mut change: Change) -> Change {
    match &mut change.interaction {
        Interaction::Message(message) => {
            message.id = None;
            message.body = None;
            message.media.clear();
            (message.from, message.to) = (Address::from(""), Address::from(""));
        }
        Interaction::Call(call) => {
            (call.from, call.to) = (Address::from(""), Address::from(""));
        }
        _ => {}
    }
    change.contact = None;
    change.notification = None;
    change.params = Params::default();
    change
}
