//! [`CompanySettings`]: where a company is at home.

use jiff::tz::TimeZone;
use twilio_hooks::{CompanyId, store::StoreError};

use super::phone::Country;
use crate::{
    args,
    database::{Db, Row, Tx},
};

/// Where a company is at home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanySettings {
    /// Numbers without a country's code are of this country, and are shown as there.
    pub country: Country,
    /// An IANA name, such as `Europe/Berlin`: for the business hours, the days of the budget and the
    /// pages of people, wherever nothing else is set.
    pub time_zone: Option<String>,
}

/// A change: `None` leaves a setting as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompanyPatch {
    /// The new country.
    pub country: Option<Country>,
    /// The new time zone, or `Some(None)` for none.
    pub time_zone: Option<Option<String>>,
}

/// Reads what a company is set to; the United States unless it has said otherwise.
///
/// # Errors
/// If the database fails.
pub async fn settings(db: &Db, company: CompanyId) -> Result<CompanySettings, StoreError> {
    read(db.row(SETTINGS, args![company]).await?.as_ref())
}

const SETTINGS: &str = "select country, time_zone from company_settings where company_id = $1";

/// The country alone.
///
/// # Errors
/// If the database fails.
pub async fn country(db: &Db, company: CompanyId) -> Result<Country, StoreError> {
    Ok(settings(db, company).await?.country)
}

/// As [`country`], in a transaction.
///
/// # Errors
/// If the database fails.
pub async fn country_in(tx: &mut Tx, company: CompanyId) -> Result<Country, StoreError> {
    Ok(read(tx.row(SETTINGS, args![company]).await?.as_ref())?.country)
}

/// Changes what a company is set to, and gives what it is set to then.
///
/// # Errors
/// If the database fails.
pub async fn change(
    tx: &mut Tx,
    company: CompanyId,
    patch: &CompanyPatch,
) -> Result<CompanySettings, StoreError> {
    let sql = "insert into company_settings (company_id) values ($1)
               on conflict (company_id) do nothing";
    tx.execute(sql, args![company]).await?;
    let sql = "update company_settings set country = coalesce($2, country),
                   time_zone = case when $3 then $4 else time_zone end
               where company_id = $1
               returning country, time_zone";
    let country = patch.country.map(|country| country.as_ref().to_owned());
    let zone = patch.time_zone.clone();
    let args = args![company, country, zone.is_some(), zone.flatten()];
    read(tx.row(sql, args).await?.as_ref())
}

/// Whether there is a time zone of this name.
#[must_use]
pub fn is_time_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

fn read(row: Option<&Row>) -> Result<CompanySettings, StoreError> {
    Ok(match row {
        Some(row) => CompanySettings {
            country: row.parse("country")?,
            time_zone: row.get("time_zone")?,
        },
        None => CompanySettings {
            country: Country::US,
            time_zone: None,
        },
    })
}
