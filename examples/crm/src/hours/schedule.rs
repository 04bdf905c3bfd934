//! [`Schedule`]: hours that were checked. It knows no clock and no database.

use std::collections::BTreeMap;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Weekday},
    tz::{AmbiguousOffset, TimeZone},
};

use super::plan::{DAY, Interval, Minute, Plan, PlanError, intervals, overlap};

/// The most holidays of a company.
const MAX_HOLIDAYS: usize = 200;

/// The longest name of one, in characters.
const MAX_NAME: usize = 80;

/// How far a change is looked for. February 29 may be eight years off.
const HORIZON: i64 = 9 * 366;

/// When a company is open.
#[derive(Debug, Clone)]
pub struct Schedule {
    zone: TimeZone,
    week: [Vec<Interval>; 7],
    dated: BTreeMap<Date, Holiday>,
    /// By month and day, with the first year.
    yearly: BTreeMap<(i8, i8), (i16, Holiday)>,
}

#[derive(Debug, Clone)]
struct Holiday {
    name: String,
    hours: Vec<Interval>,
}

/// How it is at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Whether the company is open.
    pub is_open: bool,
    /// Why.
    pub reason: Reason,
    /// The closed period, if it is closed.
    pub closed: Option<ClosedPeriod>,
    /// When it closes or opens next; none if that never happens.
    pub changes_at: Option<Timestamp>,
}

/// Why a company is open or closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The hours of the week say so.
    Week,
    /// It is the holiday of this name.
    Holiday(String),
}

/// A time without business, from closing to opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClosedPeriod {
    /// When it began: the same at any time in the period, and no other period's. The beginning of
    /// all time if the company was never open.
    pub since: Timestamp,
}

impl Schedule {
    /// Checks what somebody wrote. `home` is the company's time zone, for a plan that has none.
    ///
    /// # Errors
    /// If there is no time zone or it is unknown, a time can't be read, an interval is empty, two overlap, or the
    /// company would never be open.
    pub fn new(plan: &Plan, home: Option<&str>) -> Result<Self, PlanError> {
        let Some(zone) = plan.time_zone.as_deref().or(home) else {
            return Err(PlanError(
                "neither the hours nor the company have a time zone; write `time_zone` as \
                 America/New_York or Europe/Berlin"
                    .to_owned(),
            ));
        };
        let zone = zone.trim();
        // What is no IANA name means something else on each machine.
        let zone = TimeZone::get(zone)
            .ok()
            .filter(|zone| zone.iana_name().is_some())
            .ok_or_else(|| {
                let zone: String = zone.chars().take(40).collect();
                PlanError(format!(
                    "`{zone}` is no time zone; write it as America/New_York or Europe/Berlin"
                ))
            })?;
        let mut week: [Vec<Interval>; 7] = Default::default();
        let days = plan.week.days();
        for ((day, plans), intervals_of_day) in days.iter().zip(&mut week) {
            *intervals_of_day = intervals(day, plans)?;
        }
        // The night after Sunday ends on Monday.
        for (today, (day, _)) in days.iter().enumerate() {
            let tomorrow = (today + 1) % 7;
            if let (Some(last), Some(first)) = (week[today].last(), week[tomorrow].first())
                && last.to - DAY > first.from
            {
                return Err(overlap(day, *last, days[tomorrow].0, *first));
            }
        }
        let mut schedule = Self {
            zone,
            week,
            dated: BTreeMap::new(),
            yearly: BTreeMap::new(),
        };
        schedule.add_holidays(plan)?;
        let is_open = |hours: &[Interval]| !hours.is_empty();
        let mut holidays = schedule
            .dated
            .values()
            .chain(schedule.yearly.values().map(|(_, holiday)| holiday));
        if !schedule.week.iter().any(|day| is_open(day))
            && !holidays.any(|holiday| is_open(&holiday.hours))
        {
            return Err(PlanError(
                "there is no opening time in the whole week; to be always open, set `hours` to null"
                    .to_owned(),
            ));
        }
        Ok(schedule)
    }

    fn add_holidays(&mut self, plan: &Plan) -> Result<(), PlanError> {
        if plan.holidays.len() > MAX_HOLIDAYS {
            return Err(PlanError(format!(
                "there are more than {MAX_HOLIDAYS} holidays"
            )));
        }
        for plan in &plan.holidays {
            let name = plan.name.trim();
            if name.is_empty() || name.chars().count() > MAX_NAME || name.contains('\0') {
                return Err(PlanError(format!(
                    "the name of a holiday needs 1 to {MAX_NAME} characters"
                )));
            }
            let date = date(&plan.date).ok_or_else(|| {
                PlanError(format!(
                    "the date of `{name}` is no date; write it as 2026-12-25"
                ))
            })?;
            let holiday = Holiday {
                name: name.to_owned(),
                hours: intervals(name, &plan.hours)?,
            };
            let taken = if plan.every_year {
                self.yearly
                    .insert((date.month(), date.day()), (date.year(), holiday))
                    .map(|(_, taken)| taken)
            } else {
                self.dated.insert(date, holiday)
            };
            if let Some(taken) = taken {
                let taken = taken.name;
                return Err(PlanError(format!(
                    "`{taken}` and `{name}` are on the same day"
                )));
            }
        }
        Ok(())
    }

    /// The time zone's name.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        self.zone.iana_name().unwrap_or_default()
    }

    /// The time on the wall.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    /// Whether the company is open.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.shift(at).is_some()
    }

    /// The closed period, unless the company is open.
    #[must_use]
    pub fn closed_period(&self, at: Timestamp) -> Option<ClosedPeriod> {
        if self.is_open(at) {
            return None;
        }
        let ended = |shift: &Shift| shift.end <= at;
        let today = self.local(at).date();
        let found = days(today, -1).find(|day| self.shifts(*day).any(|shift| ended(&shift)));
        // A shift of the day before may have ended later.
        let since = found.and_then(|found| {
            let days = days(found, -1).take(3);
            days.flat_map(|day| self.shifts(day))
                .filter(ended)
                .map(|shift| shift.end)
                .max()
        });
        Some(ClosedPeriod {
            since: since.unwrap_or(Timestamp::MIN),
        })
    }

    /// How it is at some time.
    #[must_use]
    pub fn status(&self, at: Timestamp) -> Status {
        let shift = self.shift(at);
        let day = match &shift {
            Some(shift) => shift.day,
            None => self.local(at).date(),
        };
        let reason = self.holiday(day).map_or(Reason::Week, |holiday| {
            Reason::Holiday(holiday.name.clone())
        });
        Status {
            is_open: shift.is_some(),
            reason,
            closed: self.closed_period(at),
            changes_at: match shift {
                Some(shift) => self.closes(shift),
                None => self.opens(at),
            },
        }
    }

    /// The shift at some time.
    fn shift(&self, at: Timestamp) -> Option<Shift> {
        self.shifts_near(self.local(at).date())
            .find(|shift| shift.start <= at && at < shift.end)
    }

    /// When a shift ends that may go over into the next one.
    fn closes(&self, shift: Shift) -> Option<Timestamp> {
        let mut end = shift.end;
        // The night before may last longer than the shift of a holiday.
        for day in days(shift.day.yesterday().unwrap_or(shift.day), 1) {
            let is_over = instant(&self.zone, day, 0, Edge::Opens).is_some_and(|begin| begin > end);
            for next in self.shifts(day) {
                if next.start <= end {
                    end = end.max(next.end);
                }
            }
            if is_over {
                return Some(end);
            }
        }
        None
    }

    /// When the next shift begins.
    fn opens(&self, at: Timestamp) -> Option<Timestamp> {
        let today = self.local(at).date();
        // Where a day is left out of the calendar, tomorrow's shift may begin today.
        let starts = |day| {
            let starts = self.shifts(day).map(|shift| shift.start);
            starts.filter(|start| *start > at).min()
        };
        days(today.yesterday().unwrap_or(today), 1).find_map(starts)
    }

    /// The shifts that may be at work on a day.
    fn shifts_near(&self, day: Date) -> impl Iterator<Item = Shift> {
        days(day.tomorrow().unwrap_or(day), -1)
            .take(4)
            .flat_map(|day| self.shifts(day))
    }

    fn shifts(&self, day: Date) -> impl Iterator<Item = Shift> {
        self.hours(day).iter().filter_map(move |interval| {
            let start = instant(&self.zone, day, interval.from, Edge::Opens)?;
            let end = instant(&self.zone, day, interval.to, Edge::Closes)?;
            (start < end).then_some(Shift { day, start, end })
        })
    }

    fn hours(&self, day: Date) -> &[Interval] {
        match self.holiday(day) {
            Some(holiday) => &holiday.hours,
            None => &self.week[weekday(day.weekday())],
        }
    }

    /// One date counts more than what comes each year.
    fn holiday(&self, day: Date) -> Option<&Holiday> {
        self.dated.get(&day).or_else(|| {
            let (since, holiday) = self.yearly.get(&(day.month(), day.day()))?;
            (*since <= day.year()).then_some(holiday)
        })
    }
}

/// A time of business. It belongs to the day on which it begins.
#[derive(Debug, Clone, Copy)]
struct Shift {
    day: Date,
    start: Timestamp,
    end: Timestamp,
}

#[derive(Debug, Clone, Copy)]
enum Edge {
    Opens,
    Closes,
}

/// When the clock on the wall shows a minute of a day, or one of the next day.
fn instant(zone: &TimeZone, day: Date, minute: Minute, edge: Edge) -> Option<Timestamp> {
    let day = match minute / DAY {
        0 => day,
        _ => day.tomorrow().ok()?,
    };
    let minute = minute % DAY;
    let (hour, minute) = (
        i8::try_from(minute / 60).ok()?,
        i8::try_from(minute % 60).ok()?,
    );
    let wall = day.at(hour, minute, 0, 0);
    match (zone.to_ambiguous_timestamp(wall).offset(), edge) {
        (AmbiguousOffset::Unambiguous { offset }, _) => offset.to_timestamp(wall).ok(),
        (AmbiguousOffset::Fold { before, .. }, Edge::Opens) => before.to_timestamp(wall).ok(),
        (AmbiguousOffset::Fold { after, .. }, Edge::Closes) => after.to_timestamp(wall).ok(),
        (AmbiguousOffset::Gap { after, .. }, _) => {
            // As if the clock had been put forward already, so it is before the jump.
            let before_jump = after.to_timestamp(wall).ok()?;
            let jump = zone.following(before_jump).next()?;
            Some(jump.timestamp())
        }
    }
}

/// Days from `first` on, one after the other or backwards.
fn days(first: Date, step: i64) -> impl Iterator<Item = Date> {
    let steps = 0..HORIZON;
    steps.map_while(move |count| first.checked_add(jiff::Span::new().days(count * step)).ok())
}

fn weekday(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or(0)
}

/// `YYYY-MM-DD`, and nothing else that stands for a date.
fn date(text: &str) -> Option<Date> {
    let is_plain = text.len() == 10
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_plain.then(|| text.parse().ok()).flatten()
}
