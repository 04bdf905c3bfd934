//! The list of threads: who was talked with last.
//!
//! First the ids are found, by an index that has everything the filters ask for; then what is shown is
//! read for these few. A filter looks at a bounded number of threads: a part of the list may be short,
//! or empty, and still have a next one.

use jiff::Timestamp;
use serde::Serialize;
use twilio_hooks::{CompanyId, ContactId, store::StoreError};
use uuid::Uuid;

use super::reads::{MOST, Reader};
use crate::{
    args,
    contacts::search,
    database::{Db, Row},
    messaging::State,
};

/// How many threads a filter looks at for one part of the list.
const WINDOW: i64 = 5000;

/// How many contacts a search finds threads of.
const FOUND: usize = 200;

/// How much of a text is shown.
const PREVIEW: usize = 160;

/// Which threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// All but those of blocked contacts.
    #[default]
    All,
    /// With something unread.
    Unread,
    /// Whose last outgoing message did not arrive.
    Failed,
    /// Of blocked contacts.
    Blocked,
}

impl Filter {
    fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Unread => "unread",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
        }
    }
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Which threads.
    pub filter: Filter,
    /// Only those that went over this number of ours.
    pub line: Option<String>,
    /// Only those with contacts that have this in their name or number.
    pub text: Option<String>,
    /// Only those whose last entry is older than this one.
    pub before: Option<Uuid>,
}

/// A thread in the list.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Thread {
    /// The primary contact.
    pub contact: ContactId,
    /// The contact's address.
    pub address: String,
    /// The contact's name.
    pub name: Option<String>,
    /// What was said last.
    pub last: Last,
    /// How many messages are unread, up to [`MOST`]; unknown of a program.
    pub unread: Option<i64>,
    /// Our numbers.
    pub lines: Vec<String>,
    /// Whether the last outgoing message did not arrive.
    pub failed: bool,
    /// Whether the contact is blocked.
    pub blocked: bool,
}

/// What was said last.
#[derive(Debug, Clone)]
pub struct Last {
    /// The message, text to be sent, or call.
    pub id: Uuid,
    /// Which of them it is.
    pub kind: LastKind,
    /// `inbound` or `outbound`.
    pub direction: String,
    /// Its status, as Twilio writes it.
    pub status: String,
    /// The beginning of a message's text.
    pub text: Option<String>,
    /// Whether a message has files.
    pub has_media: bool,
    /// When it was.
    pub at: Timestamp,
}

/// What was said last is one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LastKind {
    /// A text.
    Message,
    /// A call.
    Call,
}

/// A part of the list, and where the next one begins.
///
/// # Errors
/// If the database fails.
pub async fn threads(
    db: &Db,
    company: CompanyId,
    reader: Option<Reader>,
    wanted: &Wanted,
    limit: u32,
) -> Result<(Vec<Thread>, Option<Uuid>), StoreError> {
    let (ids, next) = match &wanted.text {
        Some(text) => {
            let (contacts, _) = search::contacts(db, company, text, None, None, FOUND).await?;
            of_contacts(db, company, reader, wanted, &contacts, limit).await?
        }
        None => by_activity(db, company, reader, wanted, limit).await?,
    };
    Ok((details(db, company, reader, &ids).await?, next))
}

type Found = (Vec<ContactId>, Option<Uuid>);

/// What each filter asks for; `$5` is the person, `$6` since when they read, `$7` the filter.
macro_rules! passes {
    () => {
        "left join contact_details d
             on d.company_id = t.company_id and d.contact_id = t.contact_id
         left join thread_reads r on r.user_id = $5 and r.contact_id = t.contact_id
         where case $7
             when 'unread' then d.blocked_at is null
                 and t.last_in_id > coalesce(r.last_read_id, $6)
             when 'failed' then d.blocked_at is null and t.last_out_failed
             when 'blocked' then d.blocked_at is not null
             else d.blocked_at is null end "
    };
}

async fn by_activity(
    db: &Db,
    company: CompanyId,
    reader: Option<Reader>,
    wanted: &Wanted,
    limit: u32,
) -> Result<Found, StoreError> {
    let before = wanted.before.unwrap_or(Uuid::max());
    let window = match &wanted.line {
        Some(line) => {
            let sql = "select last_id from thread_lines
                       where company_id = $1 and address = $2 and last_id < $3
                       order by last_id desc limit 1 offset $4";
            db.row(sql, args![company, line, before, WINDOW - 1])
                .await?
        }
        None => {
            let sql = "select last_id from threads where company_id = $1 and last_id < $2
                       order by last_id desc limit 1 offset $3";
            db.row(sql, args![company, before, WINDOW - 1]).await?
        }
    };
    let window: Option<Uuid> = window.map(|row| row.get("last_id")).transpose()?;
    let (user, since) = of_reader(reader);
    let filter = wanted.filter.as_str();
    let from = window.unwrap_or(Uuid::nil());
    let rows = match &wanted.line {
        Some(line) => {
            let sql = concat!(
                "select x.contact_id, x.last_id from thread_lines x
                 join threads t on t.company_id = x.company_id and t.contact_id = x.contact_id ",
                passes!(),
                "and x.company_id = $1 and x.last_id < $2 and x.last_id >= $3 and x.address = $8
                 order by x.last_id desc limit $4"
            );
            let args = args![company, before, from, limit + 1, user, since, filter, line];
            db.rows(sql, args).await?
        }
        None => {
            let sql = concat!(
                "select t.contact_id, t.last_id from threads t ",
                passes!(),
                "and t.company_id = $1 and t.last_id < $2 and t.last_id >= $3
                 order by t.last_id desc limit $4"
            );
            let args = args![company, before, from, limit + 1, user, since, filter];
            db.rows(sql, args).await?
        }
    };
    let (ids, next) = cut(&rows, limit)?;
    Ok((ids, next.or(window)))
}

async fn of_contacts(
    db: &Db,
    company: CompanyId,
    reader: Option<Reader>,
    wanted: &Wanted,
    contacts: &[ContactId],
    limit: u32,
) -> Result<Found, StoreError> {
    let sql = db.pick(
        concat!(
            "select t.contact_id, t.last_id from json_each($8) j cross join threads t
                 on t.company_id = $1 and t.contact_id = j.value ",
            passes!(),
            "and t.last_id < $2
             and ($3 is null or exists (select 1 from thread_lines x
                 where x.company_id = t.company_id and x.contact_id = t.contact_id
                   and x.address = $3))
             order by t.last_id desc limit $4"
        ),
        concat!(
            "select t.contact_id, t.last_id from jsonb_array_elements_text($8::jsonb) as j(value)
             join threads t on t.company_id = $1 and t.contact_id = j.value::uuid ",
            passes!(),
            "and t.last_id < $2
             and ($3::text is null or exists (select 1 from thread_lines x
                 where x.company_id = t.company_id and x.contact_id = t.contact_id
                   and x.address = $3))
             order by t.last_id desc limit $4"
        ),
    );
    let (user, since) = of_reader(reader);
    let args = args![
        company,
        wanted.before.unwrap_or(Uuid::max()),
        wanted.line.as_ref(),
        limit + 1,
        user,
        since,
        wanted.filter.as_str(),
        list(contacts)?
    ];
    cut(&db.rows(sql, args).await?, limit)
}

/// The one too many only tells that there are more.
fn cut(rows: &[Row], limit: u32) -> Result<Found, StoreError> {
    let limit = limit as usize;
    let shown = &rows[..rows.len().min(limit)];
    let ids = shown
        .iter()
        .map(|row| row.get("contact_id"))
        .collect::<Result<_, _>>()?;
    let next = match shown.last() {
        Some(last) if rows.len() > limit => Some(last.get("last_id")?),
        _ => None,
    };
    Ok((ids, next))
}

fn of_reader(reader: Option<Reader>) -> (Option<twilio_hooks::UserId>, Uuid) {
    let since = reader.map_or(Uuid::max(), |reader| reader.since);
    (reader.map(|reader| reader.user), since)
}

fn list(ids: &[ContactId]) -> Result<String, StoreError> {
    serde_json::to_string(ids).map_err(|error| StoreError::corrupt("ids", error))
}

/// How many threads have something unread, up to [`MOST`], among those that were active last.
///
/// # Errors
/// If the database fails.
pub async fn unread_threads(
    db: &Db,
    company: CompanyId,
    reader: Reader,
) -> Result<i64, StoreError> {
    let wanted = Wanted {
        filter: Filter::Unread,
        ..Wanted::default()
    };
    let most = u32::try_from(MOST).unwrap_or(u32::MAX);
    let (ids, _) = by_activity(db, company, Some(reader), &wanted, most).await?;
    Ok(i64::try_from(ids.len()).unwrap_or(MOST))
}

// The other numbers of a contact come first in the last subquery: SQLite keeps to the order of a
// `cross join`, and would else read all that the company got since the person has read.
macro_rules! columns {
    () => {
        "t.contact_id, t.last_id, t.last_out_failed, c.address, c.name,
         d.blocked_at is not null as blocked,
         m.direction as message_direction, m.status as message_status, m.body,
         coalesce(m.media <> '[]', false) as has_media, m.created_at as message_at,
         k.direction as call_direction, k.status as call_status, k.created_at as call_at,
         o.state as text_state, o.body as text_body, o.created_at as text_at,
         exists (select 1 from outgoing_media f where f.outgoing_id = o.id) as text_has_media,
         (select count(*) from (
             select 1 as one from sms u
             where u.company_id = t.company_id and u.contact_id = t.contact_id
               and u.direction = 'INBOUND' and u.id > coalesce(r.last_read_id, $4)
             limit 100) mine)
         + (select count(*) from (
             select 1 as one from contact_links l cross join sms u
             where l.company_id = t.company_id and l.primary_id = t.contact_id
               and u.company_id = l.company_id and u.contact_id = l.other_id
               and u.direction = 'INBOUND' and u.id > coalesce(r.last_read_id, $4)
             limit 100) theirs) as unread"
    };
}

macro_rules! tables {
    () => {
        "join contacts c on c.company_id = t.company_id and c.id = t.contact_id
         left join contact_details d
             on d.company_id = t.company_id and d.contact_id = t.contact_id
         left join thread_reads r on r.user_id = $3 and r.contact_id = t.contact_id
         left join sms m on m.id = t.last_id
         left join calls k on k.id = t.last_id
         left join outgoing o on o.company_id = t.company_id and o.id = t.last_id"
    };
}

/// What is shown of these threads, in this order.
///
/// # Errors
/// If the database fails.
pub async fn details(
    db: &Db,
    company: CompanyId,
    reader: Option<Reader>,
    contacts: &[ContactId],
) -> Result<Vec<Thread>, StoreError> {
    let sql = db.pick(
        concat!(
            "select ",
            columns!(),
            ", (select group_concat(x.address, char(10)) from thread_lines x
                where x.company_id = t.company_id and x.contact_id = t.contact_id) as lines
             from json_each($2) j cross join threads t
                 on t.company_id = $1 and t.contact_id = j.value ",
            tables!()
        ),
        concat!(
            "select ",
            columns!(),
            ", (select string_agg(x.address, chr(10)) from thread_lines x
                where x.company_id = t.company_id and x.contact_id = t.contact_id) as lines
             from jsonb_array_elements_text($2::jsonb) as j(value)
             join threads t on t.company_id = $1 and t.contact_id = j.value::uuid ",
            tables!()
        ),
    );
    let (user, since) = of_reader(reader);
    let rows = db
        .rows(sql, args![company, list(contacts)?, user, since])
        .await?;
    let mut threads = rows
        .iter()
        .map(|row| thread(row, reader.is_some()))
        .collect::<Result<Vec<_>, _>>()?;
    threads.sort_by_key(|thread| contacts.iter().position(|id| *id == thread.contact));
    Ok(threads)
}

fn thread(row: &Row, has_reader: bool) -> Result<Thread, StoreError> {
    let lines: Option<String> = row.get("lines")?;
    let unread: i64 = row.get("unread")?;
    Ok(Thread {
        contact: row.get("contact_id")?,
        address: row.get("address")?,
        name: row.get("name")?,
        last: last(row)?,
        unread: has_reader.then_some(unread.min(MOST)),
        lines: lines
            .iter()
            .flat_map(|lines| lines.split('\n'))
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
        failed: row.get("last_out_failed")?,
        blocked: row.get("blocked")?,
    })
}

/// A text that waits has no message in the store yet; the message will have its id.
fn last(row: &Row) -> Result<Last, StoreError> {
    let id = row.get("last_id")?;
    let message: Option<String> = row.get("message_direction")?;
    let call: Option<String> = row.get("call_direction")?;
    Ok(match (message, call) {
        (Some(direction), _) => Last {
            id,
            kind: LastKind::Message,
            direction: lower(&direction),
            status: lower(&row.get::<String>("message_status")?),
            text: row.get::<Option<String>>("body")?.map(preview),
            has_media: row.get("has_media")?,
            at: row.get("message_at")?,
        },
        (None, Some(direction)) => Last {
            id,
            kind: LastKind::Call,
            direction: lower(&direction),
            status: lower(&row.get::<String>("call_status")?),
            text: None,
            has_media: false,
            at: row.get("call_at")?,
        },
        (None, None) => Last {
            id,
            kind: LastKind::Message,
            direction: "outbound".to_owned(),
            status: State::read(&row.get::<String>("text_state")?)?
                .status()
                .to_string(),
            text: Some(preview(row.get("text_body")?)),
            has_media: row.get("text_has_media")?,
            at: row.get("text_at")?,
        },
    })
}

/// As Twilio writes what the store keeps in capitals.
fn lower(column: &str) -> String {
    column.to_ascii_lowercase().replace('_', "-")
}

fn preview(text: String) -> String {
    match text.char_indices().nth(PREVIEW) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
