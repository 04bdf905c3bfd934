//! Reading the log.

use jiff::Timestamp;
use twilio_hooks::{
    AccountSid, Address, CompanyId,
    store::{Change, Directory, HistoryEntry, Page, PageRequest, StoreError},
};
use uuid::Uuid;

use crate::{
    args,
    database::{Db, Row},
};

/// A request on the log.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Entry {
    /// The entry.
    pub id: Uuid,
    /// When it came.
    pub received_at: Timestamp,
    /// How long it took.
    pub milliseconds: i64,
    /// The pattern of the path, below the prefix of all webhooks.
    pub route: String,
    /// What Twilio was answered.
    pub status: i64,
    /// `taken`, `unrouted`, `apology`, `unreadable`, `failed` or `refused`.
    pub result: String,
    /// A code that says why.
    pub reason: Option<String>,
    /// Who signed it; of what was refused, whom it names.
    pub account_sid: Option<AccountSid>,
    /// The message, call or recording.
    pub sid: Option<String>,
    /// The status that it reports.
    pub event: Option<String>,
    /// Why a signature is wrong, and what to do.
    pub diagnosis: Option<String>,
}

/// Which requests to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResultFilter {
    /// All.
    #[default]
    All,
    /// Those that did not end well.
    Problems,
    /// Those for a line that nobody has.
    Unrouted,
    /// Those that were not let in.
    Refused,
}

macro_rules! select {
    ($($where:literal),+ $(,)?) => {
        concat!(
            "select id, received_at, milliseconds, route, status, result, reason, account_sid, sid,
                 event, diagnosis
             from webhook_log where ",
            $($where),+
        )
    };
}

macro_rules! problems {
    ($result:literal) => {
        select!(
            "company_id = $1 and result <> 'taken' and ",
            $result,
            " and id < $2 order by id desc limit $3"
        )
    };
}

/// What a company's people may see of the log, newest first.
///
/// # Errors
/// If the database fails.
pub async fn entries(
    db: &Db,
    company: CompanyId,
    filter: ResultFilter,
    page: PageRequest,
) -> Result<Page<Entry>, StoreError> {
    let sql = match filter {
        ResultFilter::All => select!("company_id = $1 and id < $2 order by id desc limit $3"),
        // All three by the index of those that did not end well.
        ResultFilter::Problems => problems!("true"),
        ResultFilter::Unrouted => problems!("result = 'unrouted'"),
        ResultFilter::Refused => problems!("result = 'refused'"),
    };
    let before = page.before.unwrap_or(Uuid::max());
    let args = args![company, before, i64::from(page.limit) + 1];
    read_page(&db.rows(sql, args).await?, page)
}

/// Somebody owns now what nobody owned.
///
/// # Errors
/// If the database fails.
pub async fn found_owner(
    db: &Db,
    account: &AccountSid,
    sid: &str,
    company: CompanyId,
) -> Result<(), StoreError> {
    let sql = "update webhook_log set result = 'taken', company_id = $3
               where account_sid = $1 and sid = $2 and result = 'unrouted'";
    let args = args![account.as_str(), sid, company];
    db.execute(sql, args).await.map(drop)
}

/// What is on the log and nobody's, newest first: for whoever runs the server.
///
/// # Errors
/// If the database fails.
pub async fn entries_of_nobody(db: &Db, page: PageRequest) -> Result<Page<Entry>, StoreError> {
    let sql = select!("company_id is null and id < $1 order by id desc limit $2");
    let before = page.before.unwrap_or(Uuid::max());
    let args = args![before, i64::from(page.limit) + 1];
    read_page(&db.rows(sql, args).await?, page)
}

fn read_page(rows: &[Row], page: PageRequest) -> Result<Page<Entry>, StoreError> {
    let entries = rows.iter().map(read).collect::<Result<_, _>>()?;
    let id = |entry: &Entry| entry.id;
    Ok(Page::from_rows(entries, page.limit, id))
}

/// One request.
///
/// # Errors
/// If the database fails.
pub async fn entry(db: &Db, company: CompanyId, id: Uuid) -> Result<Option<Entry>, StoreError> {
    let row = db
        .row(select!("company_id = $1 and id = $2"), args![company, id])
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Entry, StoreError> {
    let account: Option<String> = row.get("account_sid")?;
    Ok(Entry {
        id: row.get("id")?,
        received_at: row.get("received_at")?,
        milliseconds: row.get("milliseconds")?,
        route: row.get("route")?,
        status: row.get("status")?,
        result: row.get("result")?,
        reason: row.get("reason")?,
        account_sid: account.as_deref().map(Into::into),
        sid: row.get("sid")?,
        event: row.get("event")?,
        diagnosis: row.get("diagnosis")?,
    })
}

/// What is stored of calls. Other webhooks of calls are steps, which are answered only; and another webhook
/// of the same call may have reported the same status.
const OF_CALLS: [&str; 5] = [
    "voice/incoming",
    "voice/fallback",
    "voice/status",
    "voice/recording",
    "voice/out/{call}/status",
];

impl Entry {
    fn is_step(&self) -> bool {
        self.route.starts_with("voice/") && !OF_CALLS.contains(&&*self.route)
    }
}

/// What Twilio said in a request, as the store has it; `None` if it has nothing (any more), or if what
/// it has became another company's.
///
/// # Errors
/// If the store fails.
pub async fn said(
    directory: &dyn Directory,
    company: CompanyId,
    entry: &Entry,
) -> Result<Option<HistoryEntry>, StoreError> {
    let (Some(account), Some(sid)) = (&entry.account_sid, &entry.sid) else {
        return Ok(None);
    };
    if entry.result == "refused" || entry.is_step() {
        return Ok(None);
    }
    let history = directory.history(account, sid).await?;
    // Without a status it is the first that was said.
    let event = entry.event.as_deref();
    Ok(history.into_iter().find(|stored| {
        let is_same = event.is_none_or(|event| stored.status == event);
        // Nothing is left in those of a contact that was erased.
        is_same
            && !stored.params.is_empty()
            && stored.company_id.is_none_or(|owner| owner == company)
    }))
}

/// Our side of a webhook that belongs to nobody: the number that somebody may take.
#[must_use]
pub fn line_of_nobody(said: &HistoryEntry) -> Option<Address> {
    if said.company_id.is_some() {
        return None;
    }
    let change = Change::from_history(said)?.ok()?;
    Some(change.line).filter(|line| !line.as_str().is_empty())
}
