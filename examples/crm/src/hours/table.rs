//! A company's hours as they are kept.

use jiff::Timestamp;
use twilio_hooks::{CompanyId, store::StoreError};

use super::{Plan, Schedule};
use crate::{args, database::Db};

/// What a company has written; none if it is always open.
///
/// # Errors
/// If the database fails.
pub async fn load(db: &Db, company: CompanyId) -> Result<Option<Plan>, StoreError> {
    let sql = "select schedule from business_hours where company_id = $1";
    let row = db.row(sql, args![company]).await?;
    row.map(|row| row.json("schedule")).transpose()
}

/// Keeps what a company has written, once [`Schedule::new`] has checked it; none for always open.
///
/// # Errors
/// If the database fails.
pub async fn save(
    db: &Db,
    company: CompanyId,
    plan: Option<&Plan>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(plan) = plan else {
        let sql = "delete from business_hours where company_id = $1";
        return db.execute(sql, args![company]).await.map(drop);
    };
    let plan = serde_json::to_string(plan).map_err(|error| StoreError::corrupt("plan", error))?;
    let sql = "insert into business_hours (company_id, schedule, updated_at) values ($1, $2, $3)
               on conflict (company_id) do update set
                   schedule = excluded.schedule, updated_at = excluded.updated_at";
    db.execute(sql, args![company, plan, now]).await.map(drop)
}

/// A schedule out of what was kept.
///
/// # Errors
/// If it was written by another version, with rules of its own.
pub fn stored(plan: &Plan) -> Result<Schedule, StoreError> {
    Schedule::new(plan).map_err(|error| StoreError::corrupt("business hours", error))
}
