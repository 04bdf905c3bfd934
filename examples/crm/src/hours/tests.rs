use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A plan as the API takes it.
fn plan(zone: &str, week: serde_json::Value, holidays: serde_json::Value) -> Plan {
    Plan {
        time_zone: Some(zone.to_owned()),
        week: serde_json::from_value(week).unwrap(),
        holidays: serde_json::from_value(holidays).unwrap(),
    }
}

fn hours(from: &str, to: &str) -> serde_json::Value {
    json!([{ "from": from, "to": to }])
}

/// Monday to Friday from nine to five in New York.
fn office() -> Schedule {
    let nine_to_five = hours("09:00", "17:00");
    let week = json!({
        "monday": nine_to_five, "tuesday": nine_to_five, "wednesday": nine_to_five,
        "thursday": nine_to_five, "friday": nine_to_five,
    });
    Schedule::new(&plan("America/New_York", week, json!([])), None).unwrap()
}

fn refused(zone: &str, week: serde_json::Value, holidays: serde_json::Value) -> String {
    Schedule::new(&plan(zone, week, holidays), None)
        .unwrap_err()
        .to_string()
}

/// A time on the wall, the first one if it comes twice.
fn wall(zone: &str, time: &str) -> Timestamp {
    let time: DateTime = time.parse().unwrap();
    time.to_zoned(TimeZone::get(zone).unwrap())
        .unwrap()
        .timestamp()
}

fn new_york(time: &str) -> Timestamp {
    wall("America/New_York", time)
}

fn utc(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// Whether it is open, and when that changes.
fn at(schedule: &Schedule, at: Timestamp) -> (bool, Option<Timestamp>) {
    let status = schedule.status(at);
    assert_eq!(status.is_open, schedule.is_open(at));
    assert_eq!(status.closed, schedule.closed_period(at));
    assert_eq!(status.is_open, status.closed.is_none());
    (status.is_open, status.changes_at)
}

fn closed_since(schedule: &Schedule, at: Timestamp) -> Timestamp {
    schedule.closed_period(at).unwrap().since
}

const OPEN: bool = true;
const CLOSED: bool = false;

#[test]
fn an_office_opens_at_nine_and_closes_at_five() {
    let office = office();
    let ny = new_york;
    // 2026-11-23 is a Monday.
    for (time, expected) in [
        ("2026-11-23T08:59:59", (CLOSED, ny("2026-11-23T09:00"))),
        ("2026-11-23T09:00", (OPEN, ny("2026-11-23T17:00"))),
        ("2026-11-23T16:59:59", (OPEN, ny("2026-11-23T17:00"))),
        ("2026-11-23T17:00", (CLOSED, ny("2026-11-24T09:00"))),
        ("2026-11-27T17:00", (CLOSED, ny("2026-11-30T09:00"))),
        ("2026-11-29T12:00", (CLOSED, ny("2026-11-30T09:00"))),
    ] {
        let (is_open, changes) = expected;
        assert_eq!(at(&office, ny(time)), (is_open, Some(changes)), "{time}");
    }
    let friday = ny("2026-11-27T17:00");
    for time in ["2026-11-27T17:00", "2026-11-28T03:00", "2026-11-30T08:59"] {
        assert_eq!(closed_since(&office, ny(time)), friday, "{time}");
    }
}

#[test]
fn a_day_may_have_a_break() {
    let week = json!({ "monday": [
        { "from": "14:00", "to": "24:00" }, { "from": "08:00", "to": "12:00" },
    ], "tuesday": hours("00:00", "01:00") });
    let schedule = Schedule::new(&plan("UTC", week, json!([])), None).unwrap();
    let noon = utc("2026-11-23T12:00Z");
    assert_eq!(
        at(&schedule, noon),
        (CLOSED, Some(utc("2026-11-23T14:00Z")))
    );
    assert_eq!(closed_since(&schedule, noon), noon);
    // Midnight is no break.
    let afternoon = utc("2026-11-23T15:00Z");
    assert_eq!(
        at(&schedule, afternoon),
        (OPEN, Some(utc("2026-11-24T01:00Z")))
    );
}

#[test]
fn a_night_shift_belongs_to_the_day_it_begins_on() {
    let night = hours("22:00", "06:00");
    let week = json!({ "friday": night, "sunday": night });
    let holidays = json!([{ "name": "Party", "date": "2026-11-28" }]);
    let schedule = Schedule::new(&plan("UTC", week, holidays), None).unwrap();
    // Saturday the 28th is a holiday, and the night of Friday is not over.
    let saturday = utc("2026-11-28T05:59Z");
    let status = schedule.status(saturday);
    assert_eq!((status.is_open, status.reason), (OPEN, Reason::Week));
    assert_eq!(status.changes_at, Some(utc("2026-11-28T06:00Z")));
    let later = schedule.status(utc("2026-11-28T06:00Z"));
    assert_eq!(
        (later.is_open, later.reason),
        (CLOSED, Reason::Holiday("Party".to_owned()))
    );
    // From Sunday to Monday.
    let (is_open, changes) = at(&schedule, utc("2026-11-30T00:30Z"));
    assert_eq!((is_open, changes), (OPEN, Some(utc("2026-11-30T06:00Z"))));
}

#[test]
fn holidays_come_once_or_every_year_and_may_have_hours() {
    let week = json!({ "thursday": hours("09:00", "17:00"), "friday": hours("09:00", "17:00") });
    let holidays = json!([
        { "name": "Christmas", "date": "2020-12-25", "every_year": true },
        { "name": "Christmas Eve", "date": "2026-12-24", "hours": hours("10:00", "12:00") },
        { "name": "Late Christmas", "date": "2027-12-25", "hours": hours("10:00", "12:00") },
        { "name": "Closed", "date": "2026-12-31" },
    ]);
    let schedule = Schedule::new(&plan("UTC", week, holidays), None).unwrap();
    let shown = |time: &str| {
        let status = schedule.status(utc(time));
        let holiday = match status.reason {
            Reason::Holiday(name) => name,
            Reason::Week => String::new(),
        };
        (status.is_open, holiday)
    };
    let named = |is_open, name: &str| (is_open, name.to_owned());
    assert_eq!(shown("2026-12-24T11:00Z"), named(OPEN, "Christmas Eve"));
    assert_eq!(shown("2026-12-24T13:00Z"), named(CLOSED, "Christmas Eve"));
    assert_eq!(shown("2026-12-25T11:00Z"), named(CLOSED, "Christmas"));
    assert_eq!(shown("2027-12-25T11:00Z"), named(OPEN, "Late Christmas"));
    assert_eq!(shown("2015-12-25T11:00Z"), named(OPEN, ""));
    assert_eq!(shown("2027-12-31T11:00Z"), named(OPEN, ""));
    // From Christmas Eve over two holidays to the new year, in one period.
    let noon = utc("2026-12-24T12:00Z");
    assert_eq!(
        at(&schedule, noon),
        (CLOSED, Some(utc("2027-01-01T09:00Z")))
    );
    assert_eq!(closed_since(&schedule, utc("2027-01-01T08:59Z")), noon);
}

#[test]
fn when_the_clock_jumps_over_the_time_the_jump_is_the_time() {
    // On 2026-03-08 New York goes from 02:00 to 03:00.
    let week = json!({ "sunday": [
        { "from": "01:00", "to": "02:15" }, { "from": "02:45", "to": "04:00" },
    ] });
    let schedule = Schedule::new(&plan("America/New_York", week, json!([])), None).unwrap();
    let jump = utc("2026-03-08T07:00Z");
    // What closes and opens in the hour that is not there is one time of business.
    assert_eq!(
        at(&schedule, utc("2026-03-08T06:59Z")),
        (OPEN, Some(utc("2026-03-08T08:00Z")))
    );
    assert_eq!(at(&schedule, jump), (OPEN, Some(utc("2026-03-08T08:00Z"))));

    let week = json!({ "sunday": hours("02:15", "02:45"), "monday": hours("09:00", "10:00") });
    let schedule = Schedule::new(&plan("America/New_York", week, json!([])), None).unwrap();
    let (is_open, changes) = at(&schedule, jump);
    assert_eq!(
        (is_open, changes),
        (CLOSED, Some(new_york("2026-03-09T09:00")))
    );
}

#[test]
fn when_an_hour_comes_twice_a_shift_lasts_to_the_second() {
    // On 2026-11-01 New York has the hour from 01:00 to 02:00 twice: at 05:00 and 06:00 UTC.
    let week = json!({ "sunday": hours("01:15", "01:45"), "saturday": hours("22:00", "01:15") });
    let schedule = Schedule::new(&plan("America/New_York", week, json!([])), None).unwrap();
    assert_eq!(
        at(&schedule, utc("2026-11-01T04:00Z")),
        (OPEN, Some(utc("2026-11-01T06:45Z")))
    );
    assert!(schedule.is_open(utc("2026-11-01T05:30Z")));
    assert!(schedule.is_open(utc("2026-11-01T06:30Z")));
    assert!(!schedule.is_open(utc("2026-11-01T06:45Z")));
}

#[test]
fn a_night_over_the_change_of_the_clock_is_an_hour_shorter_or_longer() {
    let night = hours("22:00", "06:00");
    let week = json!({ "saturday": night });
    let schedule = Schedule::new(&plan("America/New_York", week, json!([])), None).unwrap();
    for (day, length) in [("2026-03-07", 7), ("2026-03-14", 8), ("2026-10-31", 9)] {
        let opens = new_york(&format!("{day}T22:00"));
        let (is_open, closes) = at(&schedule, opens);
        let closes = closes.unwrap();
        assert!(is_open && !schedule.is_open(closes));
        assert_eq!(
            closes.duration_since(opens),
            SignedDuration::from_hours(length),
            "{day}"
        );
    }
}

#[test]
fn a_company_that_never_closes_never_changes() {
    let day = hours("00:00", "24:00");
    let week = json!({ "monday": day, "tuesday": day, "wednesday": day, "thursday": day,
        "friday": day, "saturday": day, "sunday": day });
    let schedule = Schedule::new(&plan("Europe/Berlin", week, json!([])), None).unwrap();
    assert_eq!(at(&schedule, utc("2026-03-29T01:00Z")), (OPEN, None));
    // The last day has no midnight at its end.
    at(&schedule, Timestamp::MAX);
}

#[test]
fn a_company_that_opens_on_one_day_only_is_closed_before_and_after() {
    let fair = json!([{ "name": "Fair", "date": "2026-11-28", "hours": hours("10:00", "18:00") }]);
    let schedule = Schedule::new(&plan("UTC", json!({}), fair), None).unwrap();
    let (before, after) = (utc("2026-11-01T00:00Z"), utc("2030-01-01T00:00Z"));
    assert_eq!(
        at(&schedule, before),
        (CLOSED, Some(utc("2026-11-28T10:00Z")))
    );
    assert_eq!(closed_since(&schedule, before), Timestamp::MIN);
    assert_eq!(at(&schedule, after), (CLOSED, None));
    assert_eq!(closed_since(&schedule, after), utc("2026-11-28T18:00Z"));
    for end in [Timestamp::MIN, Timestamp::MAX] {
        assert_eq!(at(&schedule, end).0, CLOSED);
    }
}

#[test]
fn lesson_23_what_would_surprise_is_refused_with_the_reason() {
    let one = |from: &str, to: &str| json!({ "friday": hours(from, to) });
    let none = json!([]);
    for (zone, week, holidays, reason) in [
        (
            "Mars/Olympus",
            one("09:00", "17:00"),
            none.clone(),
            "`Mars/Olympus` is no time zone",
        ),
        ("", one("09:00", "17:00"), none.clone(), "is no time zone"),
        (
            "UTC",
            json!({}),
            none.clone(),
            "no opening time in the whole week",
        ),
        (
            "UTC",
            one("09:00", "09:00"),
            none.clone(),
            "friday: from 09:00 to 09:00 is no time at all",
        ),
        (
            "UTC",
            one("24:00", "09:00"),
            none.clone(),
            "can't begin at 24:00",
        ),
        (
            "UTC",
            one("9am", "17:00"),
            none.clone(),
            "friday: `9am` is no time",
        ),
        (
            "UTC",
            json!({ "monday": [{ "from": "12:00", "to": "18:00" }, { "from": "08:00", "to": "12:01" }] }),
            none.clone(),
            "monday 08:00-12:01 and monday 12:00-18:00 overlap",
        ),
        (
            "UTC",
            json!({ "sunday": hours("22:00", "06:00"), "monday": hours("05:00", "12:00") }),
            none.clone(),
            "sunday 22:00-06:00 and monday 05:00-12:00 overlap",
        ),
        (
            "UTC",
            one("09:00", "17:00"),
            json!([{ "name": " ", "date": "2026-12-25" }]),
            "name of a holiday",
        ),
        (
            "UTC",
            one("09:00", "17:00"),
            json!([{ "name": "X", "date": "2026-02-30" }]),
            "`X` is no date",
        ),
        (
            "UTC",
            one("09:00", "17:00"),
            json!([{ "name": "X", "date": "2026-12-25T10" }]),
            "`X` is no date",
        ),
        (
            "UTC",
            one("09:00", "17:00"),
            json!([{ "name": "X", "date": "2026-12-25" }, { "name": "Y", "date": "2026-12-25" }]),
            "`X` and `Y` are on the same day",
        ),
        (
            "UTC",
            one("09:00", "17:00"),
            json!([{ "name": "X", "date": "2026-12-25", "hours": hours("10:00", "10:00") }]),
            "X: from 10:00 to 10:00 is no time at all",
        ),
    ] {
        let shown = refused(zone, week, holidays);
        assert!(shown.contains(reason), "{shown}");
    }
}

const ZONES: [&str; 7] = [
    "UTC",
    "America/New_York",
    "Europe/London",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
];

/// Some intervals of a day in quarters of an hour, the last of which may go over midnight.
fn any_day() -> impl Strategy<Value = serde_json::Value> {
    proptest::collection::btree_set(0_u32..120, 0..5).prop_map(|times| {
        let times: Vec<_> = times.into_iter().collect();
        let time = |quarter: u32| {
            let quarter = if quarter > 96 { quarter - 96 } else { quarter };
            format!("{:02}:{:02}", quarter / 4, quarter % 4 * 15)
        };
        let pairs = times.chunks_exact(2).filter(|pair| pair[0] < 96);
        pairs
            .map(|pair| json!({ "from": time(pair[0]), "to": time(pair[1]) }))
            .collect()
    })
}

fn any_schedule() -> impl Strategy<Value = (&'static str, Plan, Schedule)> {
    let days = proptest::collection::vec(any_day(), 7);
    let holiday = (1_u32..29, any_day(), any::<bool>());
    let holidays = proptest::collection::vec(holiday, 0..3);
    (0..ZONES.len(), days, holidays).prop_filter_map("overlaps", |(zone, days, holidays)| {
        let names = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let week: serde_json::Map<_, _> = names
            .iter()
            .map(|name| (*name).to_owned())
            .zip(days)
            .collect();
        let holidays: Vec<_> = holidays
            .into_iter()
            .map(|(day, hours, every_year)| {
                let month = if every_year { "03" } else { "11" };
                let date = format!("2026-{month}-{day:02}");
                json!({ "name": "H", "date": date, "hours": hours, "every_year": every_year })
            })
            .collect();
        let plan = plan(ZONES[zone], week.into(), holidays.into());
        let schedule = Schedule::new(&plan, None).ok()?;
        Some((ZONES[zone], plan, schedule))
    })
}

/// A time in 2026 or 2027, near the change of a clock every second time.
fn any_time() -> impl Strategy<Value = Timestamp> {
    let anywhere = 1_767_225_600_i64..1_830_297_600;
    let near = (
        prop_oneof![
            Just(1_772_953_200_i64),
            Just(1_793_512_800),
            Just(1_774_746_000),
            Just(1_775_314_800)
        ],
        -90_000_i64..90_000,
    );
    let near = near.prop_map(|(change, offset)| change + offset);
    prop_oneof![anywhere, near].prop_map(|second| Timestamp::from_second(second).unwrap())
}

/// Whether the clock on the wall shows a time of business, minute by minute.
fn is_open_on_the_wall(plan: &Plan, zone: &str, at: Timestamp) -> bool {
    let minute = |text: &str| -> i32 {
        let (hours, minutes) = text.split_once(':').unwrap();
        hours.parse::<i32>().unwrap() * 60 + minutes.parse::<i32>().unwrap()
    };
    let wall = TimeZone::get(zone).unwrap().to_datetime(at);
    let now = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
    let hours = |date: jiff::civil::Date| {
        let holiday = plan.holidays.iter().filter(|holiday| {
            let other: jiff::civil::Date = holiday.date.parse().unwrap();
            other == date
                || holiday.every_year
                    && (other.month(), other.day()) == (date.month(), date.day())
                    && other <= date
        });
        let day = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap();
        holiday
            .min_by_key(|holiday| holiday.every_year)
            .map_or_else(
                || plan.week.days()[day].1.to_vec(),
                |holiday| holiday.hours.clone(),
            )
    };
    let today = hours(wall.date()).into_iter().any(|it| {
        let (from, to) = (minute(&it.from), minute(&it.to));
        from <= now && (now < to || to < from)
    });
    let yesterday = hours(wall.date().yesterday().unwrap())
        .into_iter()
        .any(|it| {
            let (from, to) = (minute(&it.from), minute(&it.to));
            to < from && now < to
        });
    today || yesterday
}

proptest! {
    #[test]
    fn it_is_open_or_closed_and_stays_so_until_the_next_change(
        (_, _, schedule) in any_schedule(),
        time in any_time(),
        part in 0.0..1.0_f64,
    ) {
        let status = schedule.status(time);
        prop_assert_eq!(status.is_open, schedule.is_open(time));
        prop_assert_eq!(status.is_open, status.closed.is_none());
        if let Some(closed) = status.closed {
            prop_assert!(closed.since <= time);
            prop_assert!(!schedule.is_open(closed.since));
            prop_assert_eq!(schedule.closed_period(closed.since), Some(closed));
        }
        if let Some(change) = status.changes_at {
            prop_assert!(change > time);
            prop_assert_eq!(schedule.is_open(change), !status.is_open);
            #[expect(clippy::cast_possible_truncation, reason = "some second in between")]
            let offset = (change.duration_since(time).as_secs_f64() * part) as i64;
            let between = time + SignedDuration::from_secs(offset);
            prop_assert_eq!(schedule.is_open(between), status.is_open);
            prop_assert_eq!(schedule.closed_period(between), status.closed);
            prop_assert_eq!(schedule.status(between).changes_at, status.changes_at);
        }
    }

    #[test]
    fn it_is_open_when_the_clock_on_the_wall_says_so((zone, plan, schedule) in any_schedule(), time in any_time()) {
        let on_the_wall = is_open_on_the_wall(&plan, zone, time);
        let zone = TimeZone::get(zone).unwrap();
        let day = SignedDuration::from_hours(24);
        let is_ordinary = zone.to_offset(time - day) == zone.to_offset(time + day);
        if is_ordinary {
            prop_assert_eq!(schedule.is_open(time), on_the_wall);
        } else {
            // Between two times of an hour that comes twice it stays open.
            prop_assert!(schedule.is_open(time) || !on_the_wall);
        }
    }
}
