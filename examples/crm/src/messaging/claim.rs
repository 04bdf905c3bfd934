//! Taking texts up: who sends what, at which pace, with several servers at work.
//!
//! A line sends a portion of what one second allows, and then rests for as long as the portion takes.
//! Its row in `outgoing_lines` is the lock: one server at a time takes texts of a line, the oldest
//! first. A text to somebody whose earlier text is on its way waits for that, so that a
//! conversation keeps its order.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{CompanyId, ContactId, LineId, MessageId, store::StoreError};

use super::{Messaging, Outgoing, after, settings::DEFAULT_RATE};
use crate::{args, database::Tx};

/// How long one server has a text for itself while Twilio is asked. Longer than [a
/// client](twilio_hooks::client::RetryPolicy) tries.
pub(super) const LEASE: SignedDuration = SignedDuration::from_secs(120);

/// How many lines are served at once.
const LINES: i64 = 16;

/// `state <> 'queued'` says nothing new, but by it SQLite knows that the index has them all.
pub(super) const END_LEASES: &str = "update outgoing
    set state = 'unknown', unknowns = unknowns + 1, checks = 0, due_at = $1, updated_at = $1
    where state = 'sending' and state <> 'queued' and due_at <= $1";

impl Messaging {
    /// Takes up what may be sent now, of each line some, and no more than there is room for.
    pub(super) async fn claim(&self, room: usize) -> Result<Vec<Outgoing>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.db().begin().await?;
        let sql = self.db().pick(
            "select p.line_id, p.company_id, s.rate from outgoing_lines p
             left join messaging_settings s on s.company_id = p.company_id
             where p.next_at <= $1 and exists (
                 select 1 from outgoing o
                 where o.line_id = p.line_id and o.state = 'queued' and o.due_at <= $1)
             order by p.next_at limit $2",
            "select p.line_id, p.company_id, s.rate from outgoing_lines p
             left join messaging_settings s on s.company_id = p.company_id
             where p.next_at <= $1 and exists (
                 select 1 from outgoing o
                 where o.line_id = p.line_id and o.state = 'queued' and o.due_at <= $1)
             order by p.next_at limit $2
             for update of p skip locked",
        );
        let most = i64::try_from(room).map_or(LINES, |room| room.min(LINES));
        let lines = tx.rows(sql, args![now, most]).await?;
        let mut claimed = Vec::new();
        for (place, row) in lines.iter().enumerate() {
            let line = row.get("line_id")?;
            let rate: Option<u32> = row.get("rate")?;
            let rate = rate.unwrap_or(DEFAULT_RATE).max(1);
            // What one line leaves is for the next ones.
            let share = (room - claimed.len()).div_ceil(lines.len() - place);
            let portion = take(&mut tx, line, share.min(rate as usize), now).await?;
            // Perhaps each waits for an earlier text to the same contact.
            let pause = match portion.len() {
                0 => SignedDuration::from_secs(1),
                texts => pace(texts, rate),
            };
            rest(&mut tx, line, after(now, pause)).await?;
            claimed.extend(portion);
        }
        tx.commit().await?;
        Ok(claimed)
    }

    /// When the next text may be sent, if one waits.
    pub(super) async fn next_claim(&self) -> Result<Option<Timestamp>, StoreError> {
        let sql = "select p.next_at, (
                       select min(o.due_at) from outgoing o
                       where o.line_id = p.line_id and o.state = 'queued') as due_at
                   from outgoing_lines p
                   where exists (select 1 from outgoing o
                       where o.line_id = p.line_id and o.state = 'queued')";
        let mut next: Option<Timestamp> = None;
        for row in self.db().rows(sql, args![]).await? {
            let rested: Timestamp = row.get("next_at")?;
            let due: Option<Timestamp> = row.get("due_at")?;
            let at = due.map_or(rested, |due| due.max(rested));
            next = Some(next.map_or(at, |next| next.min(at)));
        }
        Ok(next)
    }

    /// Lets a line rest, because Twilio asked for it.
    pub(super) async fn slow_down(&self, line: LineId, until: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db().begin().await?;
        rest(&mut tx, line, until).await?;
        tx.commit().await
    }

    /// Whoever asked Twilio has died: nobody knows what came of it.
    pub(super) async fn end_leases(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.db().execute(END_LEASES, args![now]).await?;
        Ok(())
    }

    /// Takes up, for a while, texts for which something is due besides sending.
    pub(super) async fn claim_due(&self, most: usize) -> Result<Vec<Outgoing>, StoreError> {
        let now = self.clock.now();
        let sql = self.db().pick(
            "update outgoing set due_at = $2 where id in (
                 select id from outgoing
                 where due_at <= $1 and state <> 'queued' and state <> 'sending'
                 order by due_at limit $3)
             returning *",
            "update outgoing set due_at = $2 where id in (
                 select id from outgoing
                 where due_at <= $1 and state <> 'queued' and state <> 'sending'
                 order by due_at limit $3
                 for update skip locked)
             returning *",
        );
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let args = args![now, after(now, LEASE), most];
        let rows = self.db().write_rows(sql, args).await?;
        rows.iter().map(Outgoing::read).collect()
    }

    /// When something besides sending is due.
    pub(super) async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let sql = "select due_at from outgoing where due_at is not null and state <> 'queued'
                   order by due_at limit 1";
        let row = self.db().row(sql, args![]).await?;
        row.map(|row| row.get("due_at")).transpose()
    }
}

/// Gives a line its row, without which it sends nothing.
pub(super) async fn enter(
    tx: &mut Tx,
    company: CompanyId,
    line: LineId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "insert into outgoing_lines (line_id, company_id, next_at) values ($1, $2, $3)
               on conflict (line_id) do update set company_id = excluded.company_id
               where outgoing_lines.company_id <> excluded.company_id";
    tx.execute(sql, args![line, company, now]).await.map(drop)
}

/// Takes the row of a line away, if there is nothing that it will have to send. Texts that wait, or may
/// have to again, are still taken up, also when the line is gone.
pub(crate) async fn forget_pace(tx: &mut Tx, line: LineId) -> Result<(), StoreError> {
    // Whoever enters a text goes first, and the next statement sees the text.
    let sql = tx.pick(
        "select line_id from outgoing_lines where line_id = $1",
        "select line_id from outgoing_lines where line_id = $1 for update",
    );
    tx.row(sql, args![line]).await?;
    tx.execute(FORGET_PACE, args![line]).await.map(drop)
}

pub(super) const FORGET_PACE: &str = "delete from outgoing_lines where line_id = $1
    and not exists (select 1 from outgoing where line_id = $1 and state = 'queued')
    and not exists (select 1 from outgoing
        where line_id = $1 and state in ('sending', 'unknown'))";

/// Lets a line rest for a text that it has sent beside the others.
pub(super) async fn sent_one(
    tx: &mut Tx,
    line: LineId,
    rate: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = tx.pick(
        "select next_at from outgoing_lines where line_id = $1",
        "select next_at from outgoing_lines where line_id = $1 for update",
    );
    let row = tx.row(sql, args![line]).await?;
    let next: Timestamp = row.map_or(Ok(now), |row| row.get("next_at"))?;
    rest(tx, line, after(next.max(now), pace(1, rate.max(1)))).await
}

/// How long a line rests after so many texts.
fn pace(texts: usize, rate: u32) -> SignedDuration {
    let texts = u32::try_from(texts).unwrap_or(u32::MAX);
    SignedDuration::from_secs(1)
        .checked_mul(i32::try_from(texts).unwrap_or(i32::MAX))
        .and_then(|time| time.checked_div(i32::try_from(rate).unwrap_or(i32::MAX)))
        .unwrap_or(SignedDuration::from_secs(1))
}

async fn rest(tx: &mut Tx, line: LineId, until: Timestamp) -> Result<(), StoreError> {
    let sql = "update outgoing_lines set next_at = $2 where line_id = $1 and next_at < $2";
    tx.execute(sql, args![line, until]).await?;
    Ok(())
}

/// The oldest texts of a line that wait for no other.
pub(super) const TAKE: &str = "select o.id, o.company_id, o.contact_id from outgoing o
    where o.line_id = $1 and o.state = 'queued' and o.due_at <= $2
      and not exists (
          select 1 from outgoing e
          where e.company_id = o.company_id and e.contact_id = o.contact_id
            and e.id < o.id and e.line_id = o.line_id
            and e.state in ('sending', 'unknown'))
    order by o.id limit $3";

/// The oldest texts of a line, one for each contact.
async fn take(
    tx: &mut Tx,
    line: LineId,
    most: usize,
    now: Timestamp,
) -> Result<Vec<Outgoing>, StoreError> {
    let candidates = i64::try_from(most.saturating_mul(4)).unwrap_or(i64::MAX);
    let mut portion = Vec::new();
    let mut contacts = HashSet::new();
    // More than the portion, because several may be for one contact.
    for row in tx.rows(TAKE, args![line, now, candidates]).await? {
        if portion.len() >= most {
            break;
        }
        let (id, company, contact): (MessageId, CompanyId, ContactId) = (
            row.get("id")?,
            row.get("company_id")?,
            row.get("contact_id")?,
        );
        if !contacts.insert((company, contact)) {
            continue;
        }
        // Somebody may have taken it back meanwhile.
        let sql = "update outgoing set state = 'sending', attempts = attempts + 1, asked_at = $2,
                       due_at = $3, updated_at = $2
                   where id = $1 and state = 'queued' returning *";
        let row = tx.row(sql, args![id, now, after(now, LEASE)]).await?;
        portion.extend(row.as_ref().map(Outgoing::read).transpose()?);
    }
    Ok(portion)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_rests_for_as_long_as_its_portion_takes() {
        assert_eq!(pace(1, 1), SignedDuration::from_secs(1));
        assert_eq!(pace(3, 4), SignedDuration::from_millis(750));
        assert_eq!(pace(225, 225), SignedDuration::from_secs(1));
    }
}
