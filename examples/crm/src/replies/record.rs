//! [`Decided`]: what was decided on a text, as it is kept.

use std::fmt;

use jiff::Timestamp;
use twilio_hooks::{CompanyId, MessageId, store::StoreError};

use super::{
    decision::Decision,
    desk::{Reply, Text},
};
use crate::{
    args,
    database::{Db, Row, Tx},
};

/// What was decided on a text, as it is kept. `Debug` does not show the answer.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decided {
    /// What.
    pub decision: Decision,
    /// More about it, such as the blanks that can't be filled in.
    pub detail: Option<String>,
    /// The answer, as a message.
    pub reply_id: Option<MessageId>,
    /// Its text.
    pub reply: Option<String>,
    /// When the closed period began in which the answer was sent.
    pub closed_since: Option<Timestamp>,
    /// When it was decided.
    pub at: Timestamp,
}

impl fmt::Debug for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decided")
            .field("decision", &self.decision)
            .field("reply_id", &self.reply_id)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// What was decided on a text; none if no answer was set when it came.
///
/// # Errors
/// If the database fails.
pub async fn find(
    db: &Db,
    company: CompanyId,
    message: MessageId,
) -> Result<Option<Decided>, StoreError> {
    let sql = "select decision, detail, reply_id, reply, closed_since, at from auto_replies
               where company_id = $1 and message_id = $2";
    let row = db.row(sql, args![company, message]).await?;
    row.as_ref().map(decided).transpose()
}

fn decided(row: &Row) -> Result<Decided, StoreError> {
    Ok(Decided {
        decision: row.parse("decision")?,
        detail: row.get("detail")?,
        reply_id: row.get("reply_id")?,
        reply: row.get("reply")?,
        closed_since: row.get("closed_since")?,
        at: row.get("at")?,
    })
}

impl Decided {
    pub(super) fn into_reply(self) -> Option<Reply> {
        let (id, body) = self.reply_id.zip(self.reply)?;
        Some(Reply { id, body })
    }
}

/// Keeps a decision, unless there is one.
pub(super) async fn keep(
    tx: &mut Tx,
    text: &Text<'_>,
    digest: &[u8],
    decided: &Decided,
) -> Result<bool, StoreError> {
    let sql = "insert into auto_replies (message_id, company_id, line_id, contact_id, decision,
                   detail, reply_id, reply, from_address, to_address, closed_since, digest, at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
               on conflict do nothing";
    let is_sent = decided.reply_id.is_some();
    let args = args![
        text.id,
        text.line.company_id,
        text.line.id,
        text.contact,
        decided.decision.as_str(),
        decided.detail.as_deref(),
        decided.reply_id,
        decided.reply.as_deref(),
        is_sent.then(|| text.to.as_str()),
        is_sent.then(|| text.from.as_str()),
        decided.closed_since,
        digest.to_vec(),
        decided.at
    ];
    Ok(tx.execute(sql, args).await? > 0)
}
