//! Erasing a contact: everything that is known of a person goes.
//!
//! Of messages and calls the bare rows stay, with our number, the time and the status, for the
//! company's own books. What is at Twilio and in files is put on the list `erasures`, for the job that
//! deletes there, and so is what the [indexes](super::words) for search keep. A STOP survives as a digest
//! of the number.
//!
//! An area that keeps something of contacts in tables of its own adds its statements to `AREAS`; a
//! test looks through the database for tables that were forgotten.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{CompanyId, ContactId, MessageId, MessageSid, store::StoreError};

use super::{details::Contact, links, tombstones};
use crate::{
    args,
    database::{Arg, Db, Tx},
    jobs::Job,
    messaging,
};

/// What stands where the other side's address was.
pub const ERASED: &str = "erased";

/// How long Twilio may still report on a message.
const REPORTS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How often to look whether such a report has brought a number back.
const LOOK: Duration = Duration::from_secs(3600);

/// The statements of the other areas, in order; `$1` is the company, `$2` the contact. They run before
/// anything else is changed.
const AREAS: &[&str] = &[
    // Consent; a no is buried before.
    "delete from consent_events where company_id = $1 and contact_id = $2",
    "delete from consents where company_id = $1 and contact_id = $2",
    // Automatic replies, with what they were decided on.
    "delete from auto_replies where company_id = $1 and contact_id = $2",
    // Calls: whom we called or wanted to, and who got a text for a missed call.
    "update outgoing_calls set to_number = 'erased'
     where (call_id, company_id) in (
         select id, company_id from calls where company_id = $1 and contact_id = $2)",
    "update outgoing_calls set to_number = 'erased' where company_id = $1 and to_number = (
         select address from contacts where company_id = $1 and id = $2)",
    "update call_legs set number = 'erased'
     where company_id = $1 and name = 'contact' and call_id in (
         select id from calls where company_id = $1 and contact_id = $2)",
    "update call_legs set number = 'erased'
     where company_id = $1 and name = 'contact' and number = (
         select address from contacts where company_id = $1 and id = $2)",
    "delete from text_backs where company_id = $1 and address = (
         select address from contacts where company_id = $1 and id = $2)",
];

/// The columns that lead to a contact, all of which the statements here know.
pub const TABLES: &[&str] = &[
    "auto_replies.contact_id",
    "auto_replies.message_id",
    "call_checks.call_id",
    "call_events.call_id",
    "call_flows.call_id",
    "call_legs.call_id",
    "calls.contact_id",
    "consent_events.contact_id",
    "consent_events.message_id",
    "consents.contact_id",
    "contact_details.contact_id",
    "contact_search.contact_id",
    "message_search.sms_id",
    "notifications.call_id",
    "notifications.contact_id",
    "notifications.sms_id",
    "outgoing.contact_id",
    "outgoing.sms_id",
    "outgoing_calls.call_id",
    "recordings.call_id",
    "sms.contact_id",
    "thread_lines.contact_id",
    "thread_reads.contact_id",
    "threads.contact_id",
];

/// What the other side has in messages and calls, and everything that hangs on it.
const STATEMENTS: &[&str] = &[
    "delete from notification_reads where company_id = $1 and seq in (
         select seq from notifications where company_id = $1 and contact_id = $2)",
    "delete from notifications where company_id = $1 and contact_id = $2",
    "delete from notifications where company_id = $1 and sms_id in (
         select id from sms where company_id = $1 and contact_id = $2)",
    "delete from notifications where company_id = $1 and call_id in (
         select id from calls where company_id = $1 and contact_id = $2)",
    "update webhooks set params = ''
     where (account_sid, sid) in (
         select account_sid, message_sid from sms where company_id = $1 and contact_id = $2)",
    "update webhooks set params = ''
     where (account_sid, sid) in (
         select account_sid, call_sid from calls where company_id = $1 and contact_id = $2)",
    // Apart, because SQLite reads every webhook there is for the union of both.
    "update webhooks set params = ''
     where (account_sid, sid) in (
         select account_sid, call_sid from calls
         where company_id = $1 and parent_call_sid in (
             select call_sid from calls where company_id = $1 and contact_id = $2))",
    "update webhooks set params = ''
     where (account_sid, sid) in (
         select r.account_sid, r.recording_sid from recordings r join calls c on c.id = r.call_id
         where c.company_id = $1 and c.contact_id = $2)",
    "insert into erasures (company_id, account_sid, kind, sid, due_at)
     select c.company_id, r.account_sid, 'recording', r.recording_sid, c.updated_at
     from recordings r join calls c on c.id = r.call_id
     where c.company_id = $1 and c.contact_id = $2 and r.company_id is not null
     on conflict (account_sid, sid) do nothing",
    "insert into erasures (company_id, account_sid, kind, sid, due_at)
     select company_id, account_sid, 'message', message_sid, updated_at
     from sms where company_id = $1 and contact_id = $2
     on conflict (account_sid, sid) do nothing",
    "insert into erasures (company_id, account_sid, kind, sid, due_at)
     select company_id, account_sid, 'call', call_sid, updated_at
     from calls where company_id = $1 and contact_id = $2
     on conflict (account_sid, sid) do nothing",
    // Its legs have the number at Twilio, too. SQLite takes a `cross join` in the order in which it is
    // written: the contact's calls first.
    "insert into erasures (company_id, account_sid, kind, sid, due_at)
     select c.company_id, c.account_sid, 'call', l.call_sid, c.updated_at
     from calls c cross join call_legs l
     where c.company_id = $1 and c.contact_id = $2
         and l.company_id = c.company_id and l.call_id = c.id
     on conflict (account_sid, sid) do nothing",
    "insert into erasures (company_id, account_sid, kind, sid, due_at)
     select c.company_id, c.account_sid, 'call', leg.call_sid, c.updated_at
     from calls c cross join calls leg
     where c.company_id = $1 and c.contact_id = $2 and leg.company_id = $1
         and leg.account_sid = c.account_sid and leg.parent_call_sid = c.call_sid
     on conflict (account_sid, sid) do nothing",
    "delete from recording_drafts where recording_id in (
         select r.id from recordings r join calls c on c.id = r.call_id
         where c.company_id = $1 and c.contact_id = $2)",
    "delete from recordings where call_id in (
         select id from calls where company_id = $1 and contact_id = $2)",
    // Legs are calls to our own people, with the caller's number on their display, or from our desk to
    // the contact.
    "update calls set
         from_number = case when from_number = (
             select address from contacts where company_id = $1 and id = $2)
             then 'erased' else from_number end,
         to_number = case when to_number = (
             select address from contacts where company_id = $1 and id = $2)
             then 'erased' else to_number end
     where company_id = $1 and parent_call_sid in (
         select call_sid from calls where company_id = $1 and contact_id = $2)",
    "update calls set contact_id = null, recording_url = null,
         from_number = case direction when 'INBOUND' then 'erased' else from_number end,
         to_number = case direction when 'INBOUND' then to_number else 'erased' end
     where company_id = $1 and contact_id = $2",
    "update sms set contact_id = null, body = '', media = '[]',
         from_address = case direction when 'INBOUND' then 'erased' else from_address end,
         to_address = case direction when 'INBOUND' then to_address else 'erased' end
     where company_id = $1 and contact_id = $2",
    "delete from thread_reads where company_id = $1 and contact_id = $2",
    "delete from thread_lines where company_id = $1 and contact_id = $2",
    "delete from threads where company_id = $1 and contact_id = $2",
    "delete from contact_details where company_id = $1 and contact_id = $2",
];

/// All that are run for each contact.
pub(crate) fn statements() -> impl Iterator<Item = &'static str> {
    AREAS.iter().chain(STATEMENTS).copied()
}

/// Erases a contact and all that are one with it, and gives their ids, the primary one first. `None`
/// if there is no such contact.
///
/// # Errors
/// If the database fails.
pub async fn erase(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    now: Timestamp,
) -> Result<Option<Vec<ContactId>>, StoreError> {
    links::lock(tx, company).await?;
    let Some(primary) = links::primary_in(tx, company, contact).await? else {
        return Ok(None);
    };
    // In the order in which a webhook locks: the contact first. New messages wait here.
    let group = links::group_in(tx, company, primary).await?;
    let sql = tx.pick(
        "select address from contacts where company_id = $1 and id = $2",
        "select address from contacts where company_id = $1 and id = $2 for update",
    );
    let mut addresses = Vec::new();
    for id in &group {
        let Some(row) = tx.row(sql, args![company, *id]).await? else {
            return Ok(None);
        };
        addresses.push(row.get::<String>("address")?);
    }
    for (id, address) in group.iter().zip(&addresses) {
        tombstones::bury(tx, company, *id, address).await?;
        remember_sids(tx, company, *id, now).await?;
        remember_texts(tx, company, *id, now).await?;
        messaging::erase(tx, company, *id).await?;
        for sql in statements() {
            tx.execute(sql, args![company, *id]).await?;
        }
    }
    let sql = "delete from contact_links where company_id = $1 and primary_id = $2";
    tx.execute(sql, args![company, primary]).await?;
    // Answers that are kept for repeated requests may have anybody's number: a repeat is told that it
    // was done, and no more.
    let sql = "update idempotency_keys set body = null, location = null
               where company_id = $1 and status is not null";
    tx.execute(sql, args![company]).await?;
    for id in &group {
        let sql = "delete from contacts where company_id = $1 and id = $2";
        tx.execute(sql, args![company, *id]).await?;
    }
    let sql = "insert into erasures (company_id, account_sid, kind, sid, due_at)
               values ($1, '', 'words', '', $2)
               on conflict (account_sid, sid) do update set
                   due_at = excluded.due_at, attempt = erasures.attempt + 1";
    tx.execute(sql, args![company, now]).await?;
    Ok(Some(group))
}

/// What Twilio may still report on, and would bring the number back with.
async fn remember_sids(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let until = now.checked_add(REPORTS).unwrap_or(now);
    let since = now.checked_sub(REPORTS).unwrap_or(now);
    for sql in [
        "insert into erased_sids (account_sid, sid, until)
         select account_sid, message_sid, $3 from sms
         where company_id = $1 and contact_id = $2 and created_at > $4
         on conflict (account_sid, sid) do nothing",
        "insert into erased_sids (account_sid, sid, until)
         select account_sid, call_sid, $3 from calls
         where company_id = $1 and contact_id = $2 and created_at > $4
         on conflict (account_sid, sid) do nothing",
    ] {
        tx.execute(sql, args![company, contact, until, since])
            .await?;
    }
    Ok(())
}

/// The same of texts that Twilio has, or is being asked to send, before the store has their messages.
async fn remember_texts(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let until = now.checked_add(REPORTS).unwrap_or(now);
    for (sql, time) in [
        (
            "insert into erased_texts (id, company_id, account_sid, until)
             select id, company_id, account_sid, $3 from outgoing
             where company_id = $1 and contact_id = $2 and state in ('sending', 'unknown', 'taken')
             on conflict (id) do nothing",
            until,
        ),
        (
            "insert into erased_sids (account_sid, sid, until)
             select account_sid, message_sid, $3 from outgoing
             where company_id = $1 and contact_id = $2 and message_sid is not null
             on conflict (account_sid, sid) do nothing",
            until,
        ),
        (
            "insert into erasures (company_id, account_sid, kind, sid, due_at)
             select company_id, account_sid, 'message', message_sid, $3 from outgoing
             where company_id = $1 and contact_id = $2 and message_sid is not null
             on conflict (account_sid, sid) do nothing",
            now,
        ),
    ] {
        tx.execute(sql, args![company, contact, time]).await?;
    }
    Ok(())
}

/// Whether a text was to a contact who was erased while Twilio was asked to send it. Then its message is
/// put on the list of what is to be deleted, and nothing else is to be kept of it.
///
/// # Errors
/// If the database fails.
pub async fn is_of_erased(
    db: &Db,
    (account, text): (&str, MessageId),
    sid: &MessageSid,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "select company_id, until from erased_texts where id = $1 and account_sid = $2";
    let Some(row) = db.row(sql, args![text, account]).await? else {
        return Ok(false);
    };
    let (company, until): (CompanyId, Timestamp) = (row.get("company_id")?, row.get("until")?);
    let mut tx = db.begin().await?;
    let sql = "insert into erased_sids (account_sid, sid, until) values ($1, $2, $3)
               on conflict (account_sid, sid) do nothing";
    let is_new = tx.execute(sql, args![account, sid.as_str(), until]).await? > 0;
    if is_new {
        let sql = "insert into erasures (company_id, account_sid, kind, sid, due_at)
                   values ($1, $2, 'message', $3, $4) on conflict (account_sid, sid) do nothing";
        tx.execute(sql, args![company, account, sid.as_str(), now])
            .await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Erases contacts again that are only there because Twilio has reported on something since.
#[derive(Debug, Clone)]
pub struct EraseAgain {
    db: Db,
}

impl EraseAgain {
    /// Looks through `db`.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Job for EraseAgain {
    fn name(&self) -> &'static str {
        "erase-again"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        let sql = "select c.company_id, c.id
                   from (
                       select s.company_id, s.contact_id from erased_sids e cross join sms s
                       where s.account_sid = e.account_sid and s.message_sid = e.sid
                         and s.contact_id is not null
                       union
                       select l.company_id, l.contact_id from erased_sids e cross join calls l
                       where l.account_sid = e.account_sid and l.call_sid = e.sid
                         and l.contact_id is not null
                   ) back
                   join contacts c on c.company_id = back.company_id and c.id = back.contact_id
                   left join contact_details d on d.company_id = c.company_id and d.contact_id = c.id
                   where d.contact_id is null
                     and not exists (
                       select 1 from sms other
                       where other.company_id = c.company_id and other.contact_id = c.id
                         and not exists (select 1 from erased_sids known
                             where known.account_sid = other.account_sid
                               and known.sid = other.message_sid))
                     and not exists (
                       select 1 from calls other
                       where other.company_id = c.company_id and other.contact_id = c.id
                         and not exists (select 1 from erased_sids known
                             where known.account_sid = other.account_sid
                               and known.sid = other.call_sid))
                   limit 100";
        // Few SIDs are on that list; in a cross join SQLite looks up each, and does not read all messages.
        let back = self.db.rows(sql, args![]).await?;
        for row in &back {
            let mut tx = self.db.begin().await?;
            let (company, contact) = (row.get("company_id")?, row.get("id")?);
            if erase(&mut tx, company, contact, now).await?.is_some() {
                tx.commit().await?;
            }
        }
        for sql in [
            "delete from erased_sids where until < $1",
            "delete from erased_texts where until < $1",
        ] {
            self.db.execute(sql, vec![Arg::from(now)]).await?;
        }
        // There may be more.
        let is_full = back.len() == 100;
        Ok(if is_full {
            Duration::from_secs(1)
        } else {
            LOOK
        })
    }
}

/// What is erased of a contact, for the audit log: how much, and nothing of it.
#[must_use]
pub fn summary(contact: &Contact, erased: &[ContactId]) -> serde_json::Value {
    serde_json::json!({
        "contacts": erased.len(),
        "was_blocked": contact.blocked_at.is_some(),
    })
}
