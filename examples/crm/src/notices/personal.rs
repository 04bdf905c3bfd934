//! The notifications of one person: the company's, less what the person may not see or does not want,
//! and what of it is read.
//!
//! A mark says up to which number everything is read; single ones above it are noted beside it. Only
//! the latest [`WINDOW`] notifications are looked at for one part of the list.

use jiff::Timestamp;
use twilio_hooks::{
    CallId, CompanyId, ContactId, MessageId, NotificationId, UserId, notify::Topic,
    store::StoreError,
};

use super::{may_see, settings};
use crate::{
    args,
    contacts::links,
    database::{Db, Row, Tx},
    people::Role,
    threads,
};

/// How many notifications are looked at for one part of the list, or for a count.
pub const WINDOW: i64 = 1000;

/// More unread notifications are shown as so many.
pub const MOST: i64 = 100;

/// Whose notifications.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// Their company.
    pub company: CompanyId,
    /// The person.
    pub user: UserId,
    /// What they may see.
    pub role: Role,
}

/// A notification, as one person sees it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Personal {
    /// The row.
    pub id: NotificationId,
    /// The number in the company.
    pub seq: i64,
    /// What it tells of.
    pub topic: Topic,
    /// A headline.
    pub title: String,
    /// A preview.
    pub message: String,
    /// The contact it is about, the primary one.
    pub contact: Option<ContactId>,
    /// The contact's name.
    pub contact_name: Option<String>,
    /// The contact's address.
    pub contact_address: Option<String>,
    /// The message it is about.
    pub sms: Option<MessageId>,
    /// The call it is about.
    pub call: Option<CallId>,
    /// Whether the person has read it.
    pub is_read: bool,
    /// When it happened.
    pub created_at: Timestamp,
}

/// The latest number of the company, 0 if there is none.
///
/// # Errors
/// If the database fails.
pub async fn last_seq(db: &Db, company: CompanyId) -> Result<i64, StoreError> {
    let sql = "select last from notification_counters where company_id = $1";
    match db.row(sql, args![company]).await? {
        Some(row) => row.get("last"),
        None => Ok(0),
    }
}

/// Up to which number everything is read. Whoever has never read anything has read what was there
/// before them.
async fn mark(db: &Db, person: Person) -> Result<i64, StoreError> {
    let sql = "select read_up_to from notification_marks where user_id = $1 and company_id = $2";
    if let Some(row) = db.row(sql, args![person.user, person.company]).await? {
        return row.get("read_up_to");
    }
    let reader = threads::reads::reader(db, person.company, person.user).await?;
    let Some(reader) = reader else {
        return Ok(0);
    };
    let sql = "select coalesce(max(seq), 0) as seq from (
                   select seq, id from notifications where company_id = $1 and seq is not null
                   order by seq desc limit $3) latest
               where id < $2";
    let args = args![person.company, reader.since, WINDOW];
    db.row(sql, args).await?.map_or(Ok(0), |row| row.get("seq"))
}

/// Writes the mark down, so that it stays where it is while single notifications are read above it.
async fn keep(tx: &mut Tx, person: Person, mark: i64) -> Result<(), StoreError> {
    let sql = "insert into notification_marks (user_id, company_id, read_up_to) values ($1, $2, $3)
               on conflict (user_id) do nothing";
    let args = args![person.user, person.company, mark];
    tx.execute(sql, args).await.map(drop)
}

macro_rules! visible {
    () => {
        "left join contact_links l on l.company_id = n.company_id and l.other_id = n.contact_id
         left join contact_details d on d.company_id = n.company_id
             and d.contact_id = coalesce(l.primary_id, n.contact_id)
         left join notification_reads r on r.user_id = $4 and r.seq = n.seq
         where n.company_id = $1 and n.seq > $2 and n.seq < $3 and d.blocked_at is null
           and (not $5 or (n.seq > $6 and r.seq is null)) "
    };
}

macro_rules! topics {
    (sqlite) => {
        "and n.topic not in (select value from json_each($7)) "
    };
    (postgres) => {
        "and n.topic <> all (select jsonb_array_elements_text($7::jsonb)) "
    };
}

macro_rules! listed {
    ($dialect:ident) => {
        concat!(
            "select n.id, n.seq, n.topic, n.title, n.message, n.sms_id, n.call_id, n.created_at,
                 c.id as contact_id, c.name, c.address,
                 (n.seq <= $6 or r.seq is not null) as is_read
             from notifications n
             left join contact_links cl
                 on cl.company_id = n.company_id and cl.other_id = n.contact_id
             left join contacts c on c.company_id = n.company_id
                 and c.id = coalesce(cl.primary_id, n.contact_id) ",
            visible!(),
            topics!($dialect),
            "order by n.seq desc limit $8"
        )
    };
}

macro_rules! counted {
    ($dialect:ident) => {
        concat!(
            "select count(*) as count from (select 1 as one from notifications n ",
            visible!(),
            topics!($dialect),
            "and ($9 = '' or n.topic = $9) limit $8) unread"
        )
    };
}

/// The topics that are left out for a person.
async fn left_out(db: &Db, person: Person) -> Result<String, StoreError> {
    let mut topics = settings::hidden(db, person.company, person.user).await?;
    if !may_see(person.role, &Topic::SetupProblem) {
        topics.push(Topic::SetupProblem.as_str().to_owned());
    }
    serde_json::to_string(&topics).map_err(|error| StoreError::corrupt("topics", error))
}

/// A part of a person's notifications, newest first, and where the next one begins.
///
/// # Errors
/// If the database fails.
pub async fn notifications(
    db: &Db,
    person: Person,
    only_unread: bool,
    before: Option<i64>,
    limit: u32,
) -> Result<(Vec<Personal>, Option<i64>), StoreError> {
    let last = last_seq(db, person.company).await?;
    let before = before.unwrap_or(i64::MAX).min(last.saturating_add(1));
    let from = before.saturating_sub(WINDOW + 1).max(0);
    let sql = db.pick(listed!(sqlite), listed!(postgres));
    let args = args![
        person.company,
        from,
        before,
        person.user,
        only_unread,
        mark(db, person).await?,
        left_out(db, person).await?,
        limit + 1
    ];
    let rows = db.rows(sql, args).await?;
    let shown = &rows[..rows.len().min(limit as usize)];
    let items = shown.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let next = match items.last() {
        Some(last) if rows.len() > items.len() => Some(last.seq),
        _ => Some(from + 1).filter(|_| from > 0),
    };
    Ok((items, next))
}

fn read(row: &Row) -> Result<Personal, StoreError> {
    Ok(Personal {
        id: row.get("id")?,
        seq: row.get("seq")?,
        topic: Topic::from(row.get::<String>("topic")?.as_str()),
        title: row.get("title")?,
        message: row.get("message")?,
        contact: row.get("contact_id")?,
        contact_name: row.get("name")?,
        contact_address: row.get("address")?,
        sms: row.get("sms_id")?,
        call: row.get("call_id")?,
        is_read: row.get("is_read")?,
        created_at: row.get("created_at")?,
    })
}

/// How many of the latest [`WINDOW`] notifications a person has not read, up to [`MOST`].
///
/// # Errors
/// If the database fails.
pub async fn unread(db: &Db, person: Person) -> Result<i64, StoreError> {
    count(db, person, "").await
}

/// How many of them tell of a message that a caller left.
///
/// # Errors
/// If the database fails.
pub async fn unheard(db: &Db, person: Person) -> Result<i64, StoreError> {
    count(db, person, Topic::VoicemailReceived.as_str()).await
}

/// Those that are not read: of a topic, or all.
async fn count(db: &Db, person: Person, topic: &str) -> Result<i64, StoreError> {
    let last = last_seq(db, person.company).await?;
    let mark = mark(db, person).await?;
    let sql = db.pick(counted!(sqlite), counted!(postgres));
    let args = args![
        person.company,
        mark.max(last.saturating_sub(WINDOW)),
        i64::MAX,
        person.user,
        true,
        mark,
        left_out(db, person).await?,
        MOST,
        topic
    ];
    match db.row(sql, args).await? {
        Some(row) => row.get("count"),
        None => Ok(0),
    }
}

/// Notes that a person has read everything up to a number, and gives how far that is: what there is
/// not yet can't be read.
///
/// # Errors
/// If the database fails.
pub async fn mark_up_to(db: &Db, person: Person, up_to: i64) -> Result<i64, StoreError> {
    let up_to = up_to.min(last_seq(db, person.company).await?);
    let mut tx = db.begin().await?;
    let sql = tx.pick(
        "insert into notification_marks (user_id, company_id, read_up_to) values ($1, $2, $3)
         on conflict (user_id) do update set read_up_to = max(read_up_to, excluded.read_up_to)
         returning read_up_to",
        "insert into notification_marks as m (user_id, company_id, read_up_to) values ($1, $2, $3)
         on conflict (user_id) do update
         set read_up_to = greatest(m.read_up_to, excluded.read_up_to)
         returning read_up_to",
    );
    let row = tx
        .row(sql, args![person.user, person.company, up_to])
        .await?;
    let mark = row.map_or(Ok(up_to), |row| row.get("read_up_to"))?;
    let sql = "delete from notification_reads
               where user_id = $1 and company_id = $2 and seq <= $3";
    tx.execute(sql, args![person.user, person.company, mark])
        .await?;
    tx.commit().await?;
    Ok(mark)
}

/// Notes that a person has read these, and says whether the company has them all; nothing is noted if
/// not.
///
/// # Errors
/// If the database fails.
pub async fn mark_each(
    db: &Db,
    person: Person,
    ids: &[NotificationId],
) -> Result<bool, StoreError> {
    let mark = mark(db, person).await?;
    let mut tx = db.begin().await?;
    keep(&mut tx, person, mark).await?;
    for id in ids {
        let sql = "select seq from notifications
                   where company_id = $1 and id = $2 and seq is not null";
        let Some(row) = tx.row(sql, args![person.company, *id]).await? else {
            return Ok(false);
        };
        note(&mut tx, person, row.get("seq")?).await?;
    }
    tx.commit().await?;
    Ok(true)
}

async fn note(tx: &mut Tx, person: Person, seq: i64) -> Result<(), StoreError> {
    let sql = "insert into notification_reads (user_id, seq, company_id) values ($1, $2, $3)
               on conflict (user_id, seq) do nothing";
    tx.execute(sql, args![person.user, seq, person.company])
        .await?;
    Ok(())
}

/// Notes that a person has read what told of a thread, because they have read the thread itself; and
/// says whether that was anything. A voicemail is read when it is heard.
///
/// # Errors
/// If the database fails.
pub async fn mark_thread(db: &Db, person: Person, contact: ContactId) -> Result<bool, StoreError> {
    let mark = mark(db, person).await?;
    let from = mark.max(last_seq(db, person.company).await?.saturating_sub(WINDOW));
    let sql = "insert into notification_reads (user_id, seq, company_id)
               select $1, seq, company_id from notifications
               where company_id = $2 and contact_id = $3 and seq > $4
                 and topic in ('sms_received', 'sms_status_update', 'delivery_failed',
                   'call_received', 'call_status_update', 'missed_call')
               on conflict (user_id, seq) do nothing";
    let group = links::group(db, person.company, contact).await?;
    let mut tx = db.begin().await?;
    keep(&mut tx, person, mark).await?;
    let mut noted = 0;
    for id in group {
        let args = args![person.user, person.company, id, from];
        noted += tx.execute(sql, args).await?;
    }
    tx.commit().await?;
    Ok(noted > 0)
}

/// Notes that a person has heard the message that was left in a call, and says whether that was
/// anything new.
///
/// # Errors
/// If the database fails.
pub async fn mark_voicemail(db: &Db, person: Person, call: CallId) -> Result<bool, StoreError> {
    let mark = mark(db, person).await?;
    let from = mark.max(last_seq(db, person.company).await?.saturating_sub(WINDOW));
    let sql = "insert into notification_reads (user_id, seq, company_id)
               select $1, seq, company_id from notifications
               where company_id = $2 and call_id = $3 and seq > $4
                 and topic = 'voicemail_received'
               on conflict (user_id, seq) do nothing";
    let mut tx = db.begin().await?;
    keep(&mut tx, person, mark).await?;
    let args = args![person.user, person.company, call, from];
    let noted = tx.execute(sql, args).await?;
    tx.commit().await?;
    Ok(noted > 0)
}
