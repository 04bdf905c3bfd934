//! [`When`]: a time as somebody reads it.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A time, for a template: `{{ at|time }}` is written by `parts/time.html`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When {
    /// For programs.
    pub(crate) iso: String,
    /// Day and time, to the second.
    pub(crate) exact: String,
    /// Hours and minutes.
    pub(crate) clock: String,
    /// What a list says: how long ago, then the time of the day, then the day. `js/time.js` says it the
    /// same way while time goes on.
    pub(crate) short: String,
    /// The day: today, yesterday, or its date.
    pub(crate) day: String,
    /// The day itself.
    pub(crate) date: Date,
}

impl When {
    /// In this zone, seen at `now`.
    pub(crate) fn new(at: Timestamp, zone: &TimeZone, now: Timestamp) -> Self {
        let (local, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()).date());
        let date = local.date();
        let days = date.until(today).map_or(0, |span| span.get_days());
        let same_year = date.year() == today.year();
        let clock = local.strftime("%H:%M").to_string();
        let minutes = at.duration_until(now).as_mins();
        let short = match (days, minutes) {
            (0, 0) => "now".to_owned(),
            (0, 1..60) => format!("{minutes} min"),
            (0, _) => clock.clone(),
            (1, _) => "Yesterday".to_owned(),
            (2..7, _) => local.strftime("%a").to_string(),
            _ if same_year => local.strftime("%-d %b").to_string(),
            _ => local.strftime("%-d %b %Y").to_string(),
        };
        let day = match days {
            0 => "Today".to_owned(),
            1 => "Yesterday".to_owned(),
            2..7 => local.strftime("%A").to_string(),
            _ if same_year => local.strftime("%a, %-d %B").to_string(),
            _ => local.strftime("%a, %-d %B %Y").to_string(),
        };
        Self {
            iso: at.to_string(),
            exact: local.strftime("%a, %-d %b %Y, %H:%M:%S").to_string(),
            clock,
            short,
            day,
            date,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_where_the_reader_is() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let now = "2026-11-23T15:00:00Z".parse().unwrap();
        for (at, short, day) in [
            ("2026-11-23T14:59:30Z", "now", "Today"),
            ("2026-11-23T14:01:00Z", "59 min", "Today"),
            ("2026-11-23T05:00:00Z", "00:00", "Today"),
            ("2026-11-23T04:59:00Z", "Yesterday", "Yesterday"),
            ("2026-11-17T15:00:00Z", "Tue", "Tuesday"),
            ("2026-11-16T15:00:00Z", "16 Nov", "Mon, 16 November"),
            (
                "2025-11-16T15:00:00Z",
                "16 Nov 2025",
                "Sun, 16 November 2025",
            ),
        ] {
            let when = When::new(at.parse().unwrap(), &zone, now);
            assert_eq!(
                (when.short.as_str(), when.day.as_str()),
                (short, day),
                "{at}"
            );
        }
        let when = When::new("2026-11-23T14:59:30Z".parse().unwrap(), &zone, now);
        assert_eq!(when.exact, "Mon, 23 Nov 2026, 09:59:30");
        assert_eq!(when.iso, "2026-11-23T14:59:30Z");
    }
}
