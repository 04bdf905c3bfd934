//! [`RecordingRow`]: a recording as the company sees it, with its copy.

use jiff::Timestamp;
use twilio_hooks::{
    AccountSid, CallId, CompanyId, RecordingId, RecordingSid, RecordingStatus,
    store::{Page, PageRequest, StoreError},
};
use uuid::Uuid;

use crate::{
    args,
    database::{Db, Row},
};

/// What Twilio names as the source of what `<Record>` has recorded: a message that somebody left.
const RECORD_VERB: &str = "RecordVerb";

/// A recording of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingRow {
    /// The row.
    pub id: RecordingId,
    /// Whose it is.
    pub company: CompanyId,
    /// The call it was made of.
    pub call_id: Option<CallId>,
    /// The account it is in.
    pub account_sid: AccountSid,
    /// Twilio's identifier.
    pub recording_sid: RecordingSid,
    /// Where it stands.
    pub status: RecordingStatus,
    /// How long it is, in seconds.
    pub duration: Option<u32>,
    /// One channel, or two.
    pub channels: Option<u32>,
    /// What started it, as Twilio names it.
    pub source: Option<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// Why it failed.
    pub error_code: Option<u32>,
    /// When it was first heard of.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How long the copy is that we have, in bytes.
    pub copied_bytes: Option<u64>,
}

impl RecordingRow {
    /// Whether somebody left it as a message.
    #[must_use]
    pub fn is_voicemail(&self) -> bool {
        self.source.as_deref() == Some(RECORD_VERB)
    }

    fn read(row: &Row, company: CompanyId) -> Result<Self, StoreError> {
        let copied: Option<i64> = row.get("bytes")?;
        Ok(Self {
            id: row.get("id")?,
            company,
            call_id: row.get("call_id")?,
            account_sid: row.get::<String>("account_sid")?.into(),
            recording_sid: row.get::<String>("recording_sid")?.into(),
            status: status(&row.get::<String>("status")?),
            duration: row.get("duration")?,
            channels: row.get("channels")?,
            source: row.get("source")?,
            started_at: row.get("started_at")?,
            error_code: row.get("error_code")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            copied_bytes: copied.and_then(|bytes| u64::try_from(bytes).ok()),
        })
    }
}

/// The store writes the statuses it knows in upper case with `_`.
fn status(column: &str) -> RecordingStatus {
    let written = column.to_ascii_lowercase().replace('_', "-");
    match RecordingStatus::from(&*written) {
        RecordingStatus::Unknown(_) => RecordingStatus::from(column),
        known => known,
    }
}

macro_rules! select {
    ($($rest:literal),+) => {
        concat!(
            "select r.id, r.call_id, r.account_sid, r.recording_sid, r.status, r.duration,
                 r.channels, r.source, r.started_at, r.error_code, r.created_at, r.updated_at,
                 case when f.copied_at is null then null else f.bytes end as bytes
             from recordings r
             left join recording_files f
                 on f.account_sid = r.account_sid and f.recording_sid = r.recording_sid
             where r.company_id = $1 ",
            $($rest),+
        )
    };
}

/// Which recordings to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All of the company.
    All,
    /// Those of one call.
    OfCall(CallId),
    /// Messages that people left.
    Voicemails,
}

/// One recording of a company.
///
/// # Errors
/// If the database fails.
pub(super) async fn recording(
    db: &Db,
    company: CompanyId,
    id: RecordingId,
) -> Result<Option<RecordingRow>, StoreError> {
    let sql = select!("and r.id = $2");
    let row = db.row(sql, args![company, id]).await?;
    row.map(|row| RecordingRow::read(&row, company)).transpose()
}

/// The recordings of a company, newest first.
///
/// # Errors
/// If the database fails.
pub(super) async fn recordings(
    db: &Db,
    company: CompanyId,
    which: Which,
    page: PageRequest,
) -> Result<Page<RecordingRow>, StoreError> {
    let before = page.before.unwrap_or(Uuid::max());
    let limit = i64::from(page.limit) + 1;
    let (sql, args) = match which {
        Which::All => (
            select!("and r.id < $2 order by r.id desc limit $3"),
            args![company, before, limit],
        ),
        Which::OfCall(call) => (
            select!("and r.call_id = $4 and r.id < $2 order by r.id desc limit $3"),
            args![company, before, limit, call],
        ),
        Which::Voicemails => (
            select!("and r.source = 'RecordVerb' and r.id < $2 order by r.id desc limit $3"),
            args![company, before, limit],
        ),
    };
    let rows = db.rows(sql, args).await?;
    let items = rows
        .iter()
        .map(|row| RecordingRow::read(row, company))
        .collect::<Result<_, _>>()?;
    Ok(Page::from_rows(items, page.limit, |item: &RecordingRow| {
        item.id.as_uuid()
    }))
}

/// The recordings of these calls of a company, newest first.
///
/// # Errors
/// If the database fails.
pub async fn of_calls(
    db: &Db,
    company: CompanyId,
    calls: &[CallId],
) -> Result<Vec<RecordingRow>, StoreError> {
    let sql = db.pick(
        select!("and r.call_id in (select value from json_each($2)) order by r.id desc"),
        select!(
            "and r.call_id in (select value::uuid from jsonb_array_elements_text($2::jsonb) as v(value))
             order by r.id desc"
        ),
    );
    let list = serde_json::to_string(calls).map_err(|error| StoreError::corrupt("ids", error))?;
    let rows = db.rows(sql, args![company, list]).await?;
    rows.iter()
        .map(|row| RecordingRow::read(row, company))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_as_the_store_writes_them() {
        for known in RecordingStatus::KNOWN {
            let column = known.as_str().to_ascii_uppercase().replace('-', "_");
            assert_eq!(status(&column), *known);
        }
        assert_eq!(status("Something-New").as_str(), "Something-New");
    }
}
