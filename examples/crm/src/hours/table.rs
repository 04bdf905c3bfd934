//! A company's hours as they are kept.

use serde_json::json;
use twilio_hooks::{CompanyId, store::StoreError};

use super::{Plan, PlanError, Schedule};
use crate::{
    api::Caller,
    args,
    database::{Db, Row, Tx, lock_company},
    people::audit,
};

/// Why hours were not kept.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Something in them can't be.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// With the company's time zone, for hours that have none of their own.
const HOURS: &str = "select h.schedule, s.time_zone from companies c
    left join business_hours h on h.company_id = c.id
    left join company_settings s on s.company_id = c.id
    where c.id = $1";

/// What a company has written; none if it is always open.
///
/// # Errors
/// If the database fails.
pub async fn load(db: &Db, company: CompanyId) -> Result<Option<Plan>, StoreError> {
    Ok(read(db.row(HOURS, args![company]).await?.as_ref())?.0)
}

/// When a company is open; none for always.
///
/// # Errors
/// If the database fails.
pub async fn of_company(db: &Db, company: CompanyId) -> Result<Option<Schedule>, StoreError> {
    let (plan, home) = read(db.row(HOURS, args![company]).await?.as_ref())?;
    plan.map(|plan| stored(&plan, home.as_deref())).transpose()
}

/// Whether the company's hours are in its own time zone.
///
/// # Errors
/// If the database fails.
pub async fn need_home(tx: &mut Tx, company: CompanyId) -> Result<bool, StoreError> {
    let (plan, _) = read(tx.row(HOURS, args![company]).await?.as_ref())?;
    Ok(plan.is_some_and(|plan| plan.time_zone.is_none()))
}

/// Checks what a company has written, keeps it, and gives it as it is kept; none for always open.
///
/// # Errors
/// If it can't be, or the database fails.
pub async fn save(
    db: &Db,
    caller: &Caller,
    mut plan: Option<Plan>,
) -> Result<Option<Plan>, SaveError> {
    let company = caller.company;
    let mut tx = db.begin().await?;
    lock_company(&mut tx, company).await?;
    let (before, home) = read(tx.row(HOURS, args![company]).await?.as_ref())?;
    if let Some(plan) = &mut plan {
        let schedule = Schedule::new(plan, home.as_deref())?;
        if let Some(zone) = &mut plan.time_zone {
            schedule.time_zone().clone_into(zone);
        }
    }
    match &plan {
        Some(plan) => {
            let plan =
                serde_json::to_string(plan).map_err(|error| StoreError::corrupt("plan", error))?;
            let sql = "insert into business_hours (company_id, schedule, updated_at)
                       values ($1, $2, $3)
                       on conflict (company_id) do update set
                           schedule = excluded.schedule, updated_at = excluded.updated_at";
            tx.execute(sql, args![company, plan, caller.at]).await?;
        }
        None => {
            let sql = "delete from business_hours where company_id = $1";
            tx.execute(sql, args![company]).await?;
        }
    }
    let details = json!({ "before": before, "after": plan });
    audit(&mut tx, caller, "hours.changed", None, details).await?;
    tx.commit().await?;
    Ok(plan)
}

/// The hours, and the company's time zone.
fn read(row: Option<&Row>) -> Result<(Option<Plan>, Option<String>), StoreError> {
    let Some(row) = row else {
        return Ok((None, None));
    };
    let plan: Option<String> = row.get("schedule")?;
    let plan = plan.as_deref().map(parsed).transpose()?;
    Ok((plan, row.get("time_zone")?))
}

fn parsed(plan: &str) -> Result<Plan, StoreError> {
    serde_json::from_str(plan).map_err(|error| StoreError::corrupt("business hours", error))
}

/// A schedule out of what was kept. `home` is the company's time zone.
///
/// # Errors
/// If it was written by another version, with rules of its own.
pub fn stored(plan: &Plan, home: Option<&str>) -> Result<Schedule, StoreError> {
    // A company whose hours need its time zone keeps one.
    Schedule::new(plan, home.or(Some("UTC")))
        .map_err(|error| StoreError::corrupt("business hours", error))
}
