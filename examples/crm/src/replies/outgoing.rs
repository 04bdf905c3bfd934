//! The boundary to sending: a reply by TwiML is sent by Twilio, under an id of ours.

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{CompanyId, store::StoreError};

use crate::{args, database::Tx};

/// How many texts of a company are answered by themselves in 24 hours.
pub const DAILY_BUDGET: u32 = 1000;

/// Whether a company may send one more reply. What is needed to store the message, when Twilio
/// reports of it, is in the row of the decision.
pub(super) async fn may_send(
    tx: &mut Tx,
    company: CompanyId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let day = SignedDuration::from_hours(24);
    let since = at.checked_sub(day).unwrap_or(Timestamp::MIN);
    let sql = "select count(*) as sent from (
                   select reply_id from auto_replies
                   where company_id = $1 and reply_id is not null and at > $2 limit $3
               ) as replies";
    let row = tx.row(sql, args![company, since, DAILY_BUDGET]).await?;
    let sent: u32 = row.map_or(Ok(0), |row| row.get("sent"))?;
    Ok(sent < DAILY_BUDGET)
}
