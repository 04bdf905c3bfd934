//! Lists of calls with what came of them, and all that is known of one.

use jiff::Timestamp;
use twilio_hooks::{
    Address, CallId, CallStatus, CompanyId, LineId, UserId,
    store::{Call, Direction, Page, PageRequest, StoreError},
};
use uuid::Uuid;

use super::legs::{Leg, Legs};
use crate::{
    args,
    database::{Db, Row},
};

/// Which calls to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallFilter {
    /// Only those that came in, or went out.
    pub direction: Option<Direction>,
    /// Only those that nobody of us answered, or only the others.
    pub missed: Option<bool>,
    /// Only those with a message, or only the others.
    pub voicemail: Option<bool>,
    /// Only those of which a recording is there, or will be.
    pub recorded: bool,
    /// Only those over this line.
    pub line: Option<LineId>,
    /// Only those in which this person has talked.
    pub handled_by: Option<UserId>,
    /// Only those that lasted so many seconds at least.
    pub min_seconds: u32,
    /// Only those that began then or later.
    pub since: Option<Timestamp>,
    /// Only those that began before.
    pub until: Option<Timestamp>,
}

/// A call, and what came of it.
#[derive(Debug, Clone)]
pub struct CallWithOutcome {
    /// The call.
    pub call: Call,
    /// What came of it.
    pub outcome: CallOutcome,
}

/// What came of a call.
#[derive(Debug, Clone, Default)]
pub struct CallOutcome {
    /// Whether it came in and nobody of us answered.
    pub missed: bool,
    /// Whether a message was left.
    pub voicemail: bool,
    /// Who of us has talked.
    pub handled_by: Option<UserId>,
}

impl CallOutcome {
    /// Whether the call came in and nobody of us has talked, also before it is settled.
    #[must_use]
    pub fn is_missed(&self, call: &Call) -> bool {
        use CallStatus::{Busy, Canceled, Failed, NoAnswer};
        let was_not_answered = matches!(call.status, NoAnswer | Busy | Failed | Canceled);
        self.missed || (call.direction == Direction::Inbound && was_not_answered)
    }
}

/// Something that happened in a call.
#[derive(Debug, Clone)]
pub struct CallEvent {
    /// What.
    pub kind: String,
    /// The phone or the menu.
    pub name: Option<String>,
    /// The key.
    pub key: Option<String>,
    /// How long.
    pub seconds: Option<u32>,
    /// When.
    pub at: Timestamp,
}

macro_rules! list {
    ($from:literal, $where:literal, $id:literal) => {
        concat!(
            "select c.id, c.company_id, c.user_id, c.contact_id, c.account_sid, c.call_sid,
                 c.direction, c.status, c.status_rank, c.from_number, c.to_number, c.duration,
                 c.recording_url, c.error_code, c.created_at, c.updated_at,
                 coalesce(f.missed, false) as missed, coalesce(f.voicemail, false) as voicemail,
                 f.handled_by
             from ",
            $from,
            " where ",
            $where,
            " and ($3 = '' or ($3 = 'yes') = coalesce(f.missed, false))
              and ($4 = '' or ($4 = 'yes') = coalesce(f.voicemail, false))
              and ($5 = '' or c.direction = $5)
              and (not $7 or (select address from lines where company_id = $1 and id = $8)
                  = case c.direction when 'INBOUND' then c.to_number else c.from_number end)
              and (not $9 or f.handled_by = $10)
              and coalesce(c.duration, 0) >= $11
              and c.parent_call_sid is null
              and ",
            $id,
            " >= $12 order by ",
            $id,
            " desc limit $6"
        )
    };
}

/// By the index of all calls.
const ALL: &str = list!(
    "calls c left join call_flows f on f.company_id = c.company_id and f.call_id = c.id",
    "c.company_id = $1 and c.id < $2",
    "c.id"
);

/// By the index of calls of a direction.
const OF_DIRECTION: &str = list!(
    "calls c left join call_flows f on f.company_id = c.company_id and f.call_id = c.id",
    "c.company_id = $1 and c.direction = $5 and c.id < $2",
    "c.id"
);

/// By the index of missed calls.
const MISSED: &str = list!(
    "call_flows f join calls c on c.company_id = f.company_id and c.id = f.call_id",
    "f.company_id = $1 and f.missed and f.call_id < $2",
    "f.call_id"
);

/// By the index of calls with a message.
const VOICEMAIL: &str = list!(
    "call_flows f join calls c on c.company_id = f.company_id and c.id = f.call_id",
    "f.company_id = $1 and f.voicemail and f.call_id < $2",
    "f.call_id"
);

/// By the index of recordings by their calls; of each call, the newest that there is something of.
const RECORDED: &str = list!(
    "recordings r join calls c on c.company_id = r.company_id and c.id = r.call_id
     left join call_flows f on f.company_id = c.company_id and f.call_id = c.id",
    "r.company_id = $1 and r.call_id < $2
     and r.status not in ('ABSENT', 'FAILED', 'DELETED')
     and not exists (select 1 from recordings o
         where o.company_id = $1 and o.call_id = r.call_id and o.id > r.id
           and o.status not in ('ABSENT', 'FAILED', 'DELETED'))",
    "r.call_id"
);

/// The calls of a company, newest first, without their child legs.
///
/// # Errors
/// If the database fails.
pub async fn calls(
    db: &Db,
    company: CompanyId,
    filter: CallFilter,
    page: PageRequest,
) -> Result<Page<CallWithOutcome>, StoreError> {
    // Only a call that comes in is missed: no reading through all that were.
    if (filter.missed, filter.direction) == (Some(true), Some(Direction::Outbound)) {
        return Ok(Page::from_rows(
            Vec::new(),
            page.limit,
            |it: &CallWithOutcome| it.call.id.as_uuid(),
        ));
    }
    let sql = match filter {
        CallFilter { recorded: true, .. } => RECORDED,
        CallFilter {
            voicemail: Some(true),
            ..
        } => VOICEMAIL,
        CallFilter {
            missed: Some(true), ..
        } => MISSED,
        CallFilter {
            direction: Some(_), ..
        } => OF_DIRECTION,
        _ => ALL,
    };
    let word = |flag: Option<bool>| match flag {
        None => "",
        Some(true) => "yes",
        Some(false) => "no",
    };
    let direction = match filter.direction {
        None => "",
        Some(Direction::Inbound) => "INBOUND",
        Some(Direction::Outbound) => "OUTBOUND",
    };
    let until = filter.until.map_or(Uuid::max(), first_id);
    let args = args![
        company,
        page.before.unwrap_or(Uuid::max()).min(until),
        word(filter.missed),
        word(filter.voicemail),
        direction,
        i64::from(page.limit) + 1,
        filter.line.is_some(),
        filter.line.map_or(Uuid::nil(), LineId::as_uuid),
        filter.handled_by.is_some(),
        filter.handled_by.map_or(Uuid::nil(), UserId::as_uuid),
        i64::from(filter.min_seconds),
        filter.since.map_or(Uuid::nil(), first_id),
    ];
    let rows = db.rows(sql, args).await?;
    let calls = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok(Page::from_rows(
        calls,
        page.limit,
        |it: &CallWithOutcome| it.call.id.as_uuid(),
    ))
}

/// The least id of what began at this time: ids begin with the milliseconds.
fn first_id(at: Timestamp) -> Uuid {
    let milliseconds = u128::try_from(at.as_millisecond()).unwrap_or(0);
    Uuid::from_u128(milliseconds << 80)
}

/// What came of a call; nothing is known of those before there were rules.
///
/// # Errors
/// If the database fails.
pub async fn outcome(db: &Db, company: CompanyId, call: CallId) -> Result<CallOutcome, StoreError> {
    let sql = "select missed, voicemail, handled_by from call_flows
               where company_id = $1 and call_id = $2";
    match db.row(sql, args![company, call]).await? {
        Some(row) => read_outcome(&row),
        None => Ok(CallOutcome::default()),
    }
}

/// What happened in a call, in order.
///
/// # Errors
/// If the database fails.
pub async fn events(
    db: &Db,
    company: CompanyId,
    call: CallId,
) -> Result<Vec<CallEvent>, StoreError> {
    let sql = "select kind, name, key, seconds, at from call_events
               where company_id = $1 and call_id = $2 order by id";
    let rows = db.rows(sql, args![company, call]).await?;
    let events = rows.iter().map(|row| {
        Ok(CallEvent {
            kind: row.get("kind")?,
            name: row.get("name")?,
            key: row.get("key")?,
            seconds: row.get("seconds")?,
            at: row.get("at")?,
        })
    });
    events.collect()
}

/// The phones that a call made ring.
///
/// # Errors
/// If the database fails.
pub async fn legs(db: &Db, company: CompanyId, call: CallId) -> Result<Vec<Leg>, StoreError> {
    Legs::new(db.clone()).of_call(company, call).await
}

fn read(row: &Row) -> Result<CallWithOutcome, StoreError> {
    let text = |column| row.get::<String>(column);
    let direction = match text("direction")?.as_str() {
        "INBOUND" => Direction::Inbound,
        _ => Direction::Outbound,
    };
    let call = Call {
        id: row.get("id")?,
        company_id: row.get("company_id")?,
        user_id: row.get("user_id")?,
        contact_id: row.get("contact_id")?,
        account_sid: text("account_sid")?.into(),
        call_sid: text("call_sid")?.into(),
        parent_call_sid: None,
        direction,
        status: status(&text("status")?, row.get("status_rank")?),
        from_number: Address::from(text("from_number")?),
        to_number: Address::from(text("to_number")?),
        duration: row.get("duration")?,
        recording_url: row.get("recording_url")?,
        error_code: row.get("error_code")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    };
    Ok(CallWithOutcome {
        call,
        outcome: read_outcome(row)?,
    })
}

/// The store writes the statuses it knows as `IN_PROGRESS`, and others as they came.
fn status(column: &str, rank: i64) -> CallStatus {
    if rank == 0 {
        column.into()
    } else {
        column
            .to_ascii_lowercase()
            .replace('_', "-")
            .as_str()
            .into()
    }
}

fn read_outcome(row: &Row) -> Result<CallOutcome, StoreError> {
    Ok(CallOutcome {
        missed: row.get("missed")?,
        voicemail: row.get("voicemail")?,
        handled_by: row.get("handled_by")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_time_begin_with_the_least_one() {
        let at: Timestamp = "2026-11-23T15:00:00Z".parse().unwrap();
        let before = at - jiff::SignedDuration::from_millis(1);
        assert!(first_id(at) <= CallId::at(at).as_uuid());
        assert!(first_id(at) > CallId::at(before).as_uuid());
    }
}
