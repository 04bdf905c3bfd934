//! [`SendingSettings`]: how a company sends.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use serde_json::json;
use twilio_hooks::{CompanyId, LineId, store::StoreError};

use super::{Messaging, Refusal};
use crate::{
    api::Caller,
    args,
    database::{Row, Tx},
    people::audit,
};

/// Messages a second from each line, unless set: what
/// [Twilio sends](https://help.twilio.com/articles/115002943027) from a plain number in the US.
pub const DEFAULT_RATE: u32 = 1;

/// Messages a day, unless set.
pub const DEFAULT_BUDGET: u32 = 1000;

/// The highest rate that can be set; no sender of Twilio's is faster without an agreement.
pub const MAX_RATE: u32 = 225;

/// The highest budget that can be set.
pub const MAX_BUDGET: u32 = 1_000_000;

/// How a company sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SendingSettings {
    /// Messages a second from each line.
    pub rate: u32,
    /// Messages a day.
    pub daily_budget: u32,
    /// The line that sends if nothing says which.
    pub default_line: Option<LineId>,
    /// Where the days of the budget begin, as an IANA name; the company's time zone if none is set.
    pub time_zone: Option<String>,
    /// The company's time zone; UTC if it has none.
    #[serde(skip)]
    pub home_zone: Option<String>,
}

/// A change of [`SendingSettings`]: the outer `None` leaves a setting as it is, the inner one brings
/// the default back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SendingPatch {
    /// Messages a second from each line.
    pub rate: Option<Option<u32>>,
    /// Messages a day.
    pub daily_budget: Option<Option<u32>>,
    /// The line that sends if nothing says which.
    pub default_line: Option<Option<LineId>>,
    /// An IANA name.
    pub time_zone: Option<Option<String>>,
}

impl SendingSettings {
    fn read(row: Option<&Row>) -> Result<Self, StoreError> {
        let Some(row) = row else {
            return Ok(Self {
                rate: DEFAULT_RATE,
                daily_budget: DEFAULT_BUDGET,
                default_line: None,
                time_zone: None,
                home_zone: None,
            });
        };
        let rate: Option<u32> = row.get("rate")?;
        let budget: Option<u32> = row.get("daily_budget")?;
        Ok(Self {
            rate: rate.unwrap_or(DEFAULT_RATE),
            daily_budget: budget.unwrap_or(DEFAULT_BUDGET),
            default_line: row.get("default_line_id")?,
            time_zone: row.get("time_zone")?,
            home_zone: row.get("home_zone")?,
        })
    }

    /// The day that a moment belongs to, as in `2026-11-23`.
    #[must_use]
    pub fn day_of(&self, moment: Timestamp) -> String {
        let zone = self.time_zone.as_deref().or(self.home_zone.as_deref());
        let zone = zone
            .and_then(|name| TimeZone::get(name).ok())
            .unwrap_or(TimeZone::UTC);
        moment.to_zoned(zone).date().to_string()
    }
}

const SETTINGS: &str = "select m.rate, m.daily_budget, m.default_line_id, m.time_zone,
        s.time_zone as home_zone
    from companies c
    left join messaging_settings m on m.company_id = c.id
    left join company_settings s on s.company_id = c.id
    where c.id = $1";

/// The settings inside a transaction.
pub(super) async fn settings_in(
    tx: &mut Tx,
    company: CompanyId,
) -> Result<SendingSettings, StoreError> {
    SendingSettings::read(tx.row(SETTINGS, args![company]).await?.as_ref())
}

/// The day of a company that a moment belongs to, as in `2026-11-23`.
///
/// # Errors
/// If the database fails.
pub async fn day_in(
    tx: &mut Tx,
    company: CompanyId,
    moment: Timestamp,
) -> Result<String, StoreError> {
    Ok(settings_in(tx, company).await?.day_of(moment))
}

impl Messaging {
    /// How a company sends.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn settings(&self, company: CompanyId) -> Result<SendingSettings, StoreError> {
        SendingSettings::read(self.db().row(SETTINGS, args![company]).await?.as_ref())
    }

    /// How many messages of today's budget are used.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn used_today(&self, company: CompanyId) -> Result<u32, StoreError> {
        let day = self.settings(company).await?.day_of(self.clock.now());
        let sql = "select messages from outgoing_days where company_id = $1 and day = $2";
        let row = self.db().row(sql, args![company, day]).await?;
        row.map_or(Ok(0), |row| row.get("messages"))
    }

    /// Changes how a company sends, and gives how it does then.
    ///
    /// # Errors
    /// If a value is out of its range, the line is not the company's, or the database fails.
    pub async fn change_settings(
        &self,
        caller: &Caller,
        patch: &SendingPatch,
    ) -> Result<SendingSettings, Refusal> {
        let company = caller.company;
        within("rate", patch.rate, 1, MAX_RATE)?;
        within("daily_budget", patch.daily_budget, 0, MAX_BUDGET)?;
        if let Some(Some(zone)) = &patch.time_zone
            && TimeZone::get(zone).is_err()
        {
            return Err(Refusal::invalid(
                "`time_zone` is no time zone such as Europe/Berlin",
            ));
        }
        let mut tx = self.db().begin().await?;
        if let Some(Some(line)) = patch.default_line {
            let sql = "select id from lines where company_id = $1 and id = $2";
            if tx.row(sql, args![company, line]).await?.is_none() {
                return Err(Refusal::NotFound);
            }
        }
        let before = settings_in(&mut tx, company).await?;
        // The last values say which settings to change.
        let sql = "insert into messaging_settings as s
                       (company_id, rate, daily_budget, default_line_id, time_zone)
                   values ($1, $2, $3, $4, $5)
                   on conflict (company_id) do update set
                       rate = case when $6 then excluded.rate else s.rate end,
                       daily_budget = case when $7
                           then excluded.daily_budget else s.daily_budget end,
                       default_line_id = case when $8
                           then excluded.default_line_id else s.default_line_id end,
                       time_zone = case when $9 then excluded.time_zone else s.time_zone end";
        let args = args![
            company,
            patch.rate.flatten(),
            patch.daily_budget.flatten(),
            patch.default_line.flatten(),
            patch.time_zone.clone().flatten(),
            patch.rate.is_some(),
            patch.daily_budget.is_some(),
            patch.default_line.is_some(),
            patch.time_zone.is_some(),
        ];
        tx.execute(sql, args).await?;
        let settings = settings_in(&mut tx, company).await?;
        let details = json!({ "before": before, "after": settings });
        audit(&mut tx, caller, "messaging.changed", None, details).await?;
        tx.commit().await?;
        self.wake.wake();
        Ok(settings)
    }
}

fn within(name: &str, value: Option<Option<u32>>, least: u32, most: u32) -> Result<(), Refusal> {
    match value.flatten() {
        Some(value) if !(least..=most).contains(&value) => Err(Refusal::invalid(format!(
            "`{name}` must be from {least} to {most}"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_time_zone() {
        let mut settings = SendingSettings::read(None).unwrap();
        let moment = "2026-11-24T03:00:00Z".parse().unwrap();
        assert_eq!(settings.day_of(moment), "2026-11-24");
        settings.home_zone = Some("America/Chicago".to_owned());
        assert_eq!(settings.day_of(moment), "2026-11-23");
        settings.home_zone = Some("Asia/Tokyo".to_owned());
        assert_eq!(settings.day_of(moment), "2026-11-24");
        settings.time_zone = Some("America/New_York".to_owned());
        assert_eq!(settings.day_of(moment), "2026-11-23");
    }
}
