//! [`Legs`]: the phones that a call made ring, in the database.

use jiff::Timestamp;
use twilio_hooks::{CallId, CallSid, CallStatus, CompanyId, UserId, store::StoreError};

use crate::{
    args,
    database::{Db, Row},
};

/// A phone that a call made ring.
#[derive(Debug, Clone)]
pub struct Leg {
    /// Twilio's name for it.
    pub call_sid: CallSid,
    /// Its place in the plan.
    pub target: usize,
    /// What it is called.
    pub name: String,
    /// Its number.
    pub number: String,
    /// Whose it is.
    pub user_id: Option<UserId>,
    /// Where it stands.
    pub status: CallStatus,
    /// Whether the key was pressed.
    pub accepted: bool,
    /// How long it lasted, in seconds.
    pub seconds: Option<u32>,
    /// When it was first heard of.
    pub started_at: Timestamp,
}

/// What is heard of a leg.
#[derive(Debug, Clone)]
pub(super) struct LegReport<'r> {
    /// Twilio's name for it.
    pub call_sid: &'r CallSid,
    /// Its place in the plan.
    pub target: usize,
    /// What it is called.
    pub name: &'r str,
    /// Its number.
    pub number: &'r str,
    /// Whose it is.
    pub user_id: Option<UserId>,
    /// Where it stands.
    pub status: CallStatus,
    /// How long it lasted, in seconds.
    pub seconds: Option<u32>,
}

/// The legs in the database.
#[derive(Debug, Clone)]
pub(super) struct Legs {
    db: Db,
}

impl Legs {
    /// The legs in `db`.
    #[must_use]
    pub(super) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Keeps a report. Reports overtake each other: a status only goes forward.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn report(
        &self,
        company: CompanyId,
        call: CallId,
        leg: &LegReport<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "insert into call_legs (company_id, call_id, call_sid, target, name, number,
                       user_id, status, status_rank, seconds, started_at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                   on conflict (company_id, call_id, call_sid) do update set
                       status = excluded.status, status_rank = excluded.status_rank,
                       seconds = coalesce(excluded.seconds, call_legs.seconds)
                   where excluded.status_rank > call_legs.status_rank";
        let args = args![
            company,
            call,
            leg.call_sid.as_str(),
            i64::try_from(leg.target).unwrap_or(i64::MAX),
            leg.name,
            leg.number,
            leg.user_id,
            leg.status.as_str(),
            i32::from(leg.status.rank()),
            leg.seconds,
            now,
        ];
        self.db.execute(sql, args).await?;
        Ok(())
    }

    /// The one who answered has pressed the key.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn accepted(
        &self,
        company: CompanyId,
        call: CallId,
        leg: &CallSid,
    ) -> Result<(), StoreError> {
        let sql = "update call_legs set accepted = true
                   where company_id = $1 and call_id = $2 and call_sid = $3";
        let args = args![company, call, leg.as_str()];
        self.db.execute(sql, args).await?;
        Ok(())
    }

    /// The legs of a call, in the order in which they were heard of.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn of_call(
        &self,
        company: CompanyId,
        call: CallId,
    ) -> Result<Vec<Leg>, StoreError> {
        let sql = "select call_sid, target, name, number, user_id, status, accepted, seconds,
                       started_at
                   from call_legs where company_id = $1 and call_id = $2
                   order by started_at, target, call_sid";
        let rows = self.db.rows(sql, args![company, call]).await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Leg, StoreError> {
    let (call_sid, status): (String, String) = (row.get("call_sid")?, row.get("status")?);
    let target: u32 = row.get("target")?;
    Ok(Leg {
        call_sid: call_sid.into(),
        target: target as usize,
        name: row.get("name")?,
        number: row.get("number")?,
        user_id: row.get("user_id")?,
        status: status.as_str().into(),
        accepted: row.get("accepted")?,
        seconds: row.get("seconds")?,
        started_at: row.get("started_at")?,
    })
}
