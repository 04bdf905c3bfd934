//! [`Plan`]: hours as somebody writes them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Business hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// An IANA name, such as `America/New_York`; the company's time zone if null.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// When the company is open on ordinary days.
    pub week: WeekPlan,
    /// Days that differ.
    #[serde(default)]
    pub holidays: Vec<HolidayPlan>,
}

/// The days of a week; a day without intervals is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct WeekPlan {
    pub monday: Vec<IntervalPlan>,
    pub tuesday: Vec<IntervalPlan>,
    pub wednesday: Vec<IntervalPlan>,
    pub thursday: Vec<IntervalPlan>,
    pub friday: Vec<IntervalPlan>,
    pub saturday: Vec<IntervalPlan>,
    pub sunday: Vec<IntervalPlan>,
}

impl WeekPlan {
    /// The days from Monday on, with their names.
    pub(super) fn days(&self) -> [(&'static str, &[IntervalPlan]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }
}

/// From when to when. What ends before it begins ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntervalPlan {
    /// `09:00`.
    #[schema(example = "09:00")]
    pub from: String,
    /// `17:00`; `24:00` is midnight at the end of the day.
    #[schema(example = "17:00")]
    pub to: String,
}

/// A day that differs from its weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidayPlan {
    /// What it is called.
    pub name: String,
    /// `2026-12-25`.
    #[schema(example = "2026-12-25")]
    pub date: String,
    /// Whether it comes back each year, from the year of `date` on. February 29 comes in leap years.
    #[serde(default)]
    pub every_year: bool,
    /// When the company is open nevertheless; empty for not at all.
    #[serde(default)]
    pub hours: Vec<IntervalPlan>,
}

/// What is wrong with a plan, for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PlanError(pub(super) String);

/// Minutes of a day, from 0.
pub(super) type Minute = i32;

/// The minutes of one day.
pub(super) const DAY: Minute = 24 * 60;

/// An interval that was checked: it begins on its day and ends there or on the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Interval {
    pub(super) from: Minute,
    /// More than [`DAY`] on the next day.
    pub(super) to: Minute,
}

/// The intervals of a day, in order.
pub(super) fn intervals(day: &str, plans: &[IntervalPlan]) -> Result<Vec<Interval>, PlanError> {
    let mut intervals = Vec::new();
    for plan in plans {
        intervals.push(interval(day, plan)?);
    }
    intervals.sort();
    for pair in intervals.windows(2) {
        if pair[0].to > pair[1].from {
            return Err(overlap(day, pair[0], day, pair[1]));
        }
    }
    Ok(intervals)
}

pub(super) fn overlap(day: &str, one: Interval, other_day: &str, other: Interval) -> PlanError {
    let (one, other) = (shown(one), shown(other));
    PlanError(format!("{day} {one} and {other_day} {other} overlap"))
}

fn interval(day: &str, plan: &IntervalPlan) -> Result<Interval, PlanError> {
    let time = |text: &str| {
        minute(text).ok_or_else(|| {
            let text: String = text.chars().take(20).collect();
            PlanError(format!(
                "{day}: `{text}` is no time; write it as 09:00 or 17:30, and midnight at the end of a \
                 day as 24:00"
            ))
        })
    };
    let (from, mut to) = (time(&plan.from)?, time(&plan.to)?);
    if from == DAY {
        return Err(PlanError(format!(
            "{day}: an interval can't begin at 24:00; write 00:00 on the next day"
        )));
    }
    if from == to {
        return Err(PlanError(format!(
            "{day}: from {} to {} is no time at all; the whole day is 00:00 to 24:00",
            plan.from, plan.to
        )));
    }
    if to < from {
        to += DAY;
    }
    Ok(Interval { from, to })
}

/// `HH:MM`.
fn minute(text: &str) -> Option<Minute> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |digits: &str| {
        let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<Minute>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= DAY).then_some(minute)
}

fn shown(interval: Interval) -> String {
    let time = |minute: Minute| format!("{:02}:{:02}", minute / 60, minute % 60);
    let to = match interval.to {
        DAY => DAY,
        to => to % DAY,
    };
    format!("{}-{}", time(interval.from), time(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_two_digits_and_two_digits() {
        assert_eq!(minute("00:00"), Some(0));
        assert_eq!(minute("09:30"), Some(570));
        assert_eq!(minute("24:00"), Some(DAY));
        for wrong in [
            "",
            "9:00",
            "09:60",
            "24:01",
            "25:00",
            "0900",
            "09:00:00",
            "+9:00",
            "٠٩:٠٠",
        ] {
            assert_eq!(minute(wrong), None, "{wrong}");
        }
    }
}
