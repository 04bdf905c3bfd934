//! The day's budget of a company, when a text comes to nothing before Twilio has heard of it.

use twilio_hooks::{CompanyId, MessageId, store::StoreError};

use super::{Outgoing, failure::GaveUp};
use crate::{args, database::Tx};

/// Gives back what a text has taken.
pub(super) async fn give_back(tx: &mut Tx, text: &Outgoing) -> Result<(), StoreError> {
    let sql = "update outgoing_days set messages = messages - 1
               where company_id = $1 and day = $2 and messages > 0";
    let args = args![text.company_id, text.budget_day.as_str()];
    tx.execute(sql, args).await.map(drop)
}

/// Lets everybody wait who takes from the day that a text was taken from, or gives back to it.
pub(super) async fn lock_day(
    tx: &mut Tx,
    company: CompanyId,
    text: MessageId,
) -> Result<(), StoreError> {
    if let Tx::Postgres(_) = tx {
        let sql = "select day from outgoing_days where company_id = $1 and day = (
                       select budget_day from outgoing where company_id = $1 and id = $2)
                   for update";
        tx.row(sql, args![company, text]).await?;
    }
    Ok(())
}

/// Whether Twilio has surely never heard of a text that was given up.
pub(super) fn is_unspent(text: &Outgoing, why: Option<GaveUp>) -> bool {
    text.unknowns == 0
        && matches!(
            why,
            Some(GaveUp::Expired | GaveUp::LineGone | GaveUp::Blocked | GaveUp::OptedOut)
        )
}
