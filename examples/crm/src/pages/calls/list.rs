//! The list of calls. Tab and filters are in the address, so that a link, a reload and the way back lead
//! to the same list.

use askama::{Template, filters::HtmlSafe};
use axum::extract::{Query, State, rejection::QueryRejection};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use twilio_hooks::store::{Direction, PageRequest};

use super::row::{CallRow, Shown};
use crate::{
    app::AppState,
    calls::{self, CallFilter},
    pages::{
        Html, Layout, PageError, Visitor,
        layout::{Section, pill},
    },
    people::Permission,
};

/// How many calls are shown at a time.
const PART: u32 = 30;

/// The least durations that can be chosen: seconds, and in words.
const DURATIONS: [(&str, &str); 4] = [
    ("", "Any length"),
    ("30", "30 seconds or more"),
    ("60", "1 minute or more"),
    ("300", "5 minutes or more"),
];

/// The filters of the address. What can't be understood is left out: an old link still shows a list.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct CallQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    tab: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    direction: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    line: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    member: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    min: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

impl CallQuery {
    /// Behind a path: with its question mark, or nothing.
    fn to_address(&self) -> String {
        match serde_urlencoded::to_string(self) {
            Ok(query) if !query.is_empty() => format!("?{query}"),
            _ => String::new(),
        }
    }

    fn filter(&self, zone: &TimeZone) -> CallFilter {
        let is = |tab| (self.tab == tab).then_some(true);
        CallFilter {
            direction: match self.direction.as_str() {
                "in" => Some(Direction::Inbound),
                "out" => Some(Direction::Outbound),
                _ => None,
            },
            missed: is("missed"),
            voicemail: is("voicemail"),
            recorded: self.tab == "recorded",
            line: self.line.parse().ok(),
            handled_by: self.member.parse().ok(),
            min_seconds: self.min.parse().unwrap_or(0),
            since: day(&self.from).and_then(|day| begins(day, zone)),
            until: day(&self.to)
                .and_then(|day| day.tomorrow().ok())
                .and_then(|day| begins(day, zone)),
        }
    }

    /// Where the list begins; what is no day is left out.
    fn place(self) -> Self {
        let known = |text: String| Some(text).filter(|it| day(it).is_some());
        Self {
            before: String::new(),
            from: known(self.from).unwrap_or_default(),
            to: known(self.to).unwrap_or_default(),
            ..self
        }
    }

    /// How many filters are set beside the tab.
    fn count(&self) -> usize {
        let filters = [
            &self.direction,
            &self.line,
            &self.member,
            &self.from,
            &self.to,
            &self.min,
        ];
        filters.iter().filter(|it| !it.is_empty()).count()
    }
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn begins(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let begin = day.to_zoned(zone.clone()).ok()?;
    Some(begin.timestamp())
}

/// A tab above the list.
struct Tab {
    name: &'static str,
    address: String,
    is_chosen: bool,
    /// How many messages were not listened to, where that is counted.
    unheard: Option<String>,
}

/// Something to choose in a filter.
struct Choice {
    value: String,
    name: String,
    is_chosen: bool,
}

/// A part of the list.
#[derive(Template)]
#[template(path = "calls/rows.html")]
pub(super) struct Rows {
    rows: Vec<CallRow>,
    /// Where to get the next part.
    more: Option<String>,
}

impl HtmlSafe for Rows {}

#[derive(Template)]
#[template(path = "calls/page.html")]
pub(super) struct CallsPage {
    layout: Layout,
    query: CallQuery,
    tabs: Vec<Tab>,
    lines: Vec<Choice>,
    members: Vec<Choice>,
    durations: Vec<Choice>,
    /// Where to get the first part again.
    part: String,
    rows: Rows,
}

pub(super) async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<CallQuery>, QueryRejection>,
) -> Result<Html<CallsPage>, PageError> {
    visitor.require(Permission::Read)?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let shown = Shown::new(&state, &visitor).await?;
    let rows = read(&state, &visitor, &shown, &query).await?;
    let place = query.place();
    let lines = shown
        .lines
        .iter()
        .map(|it| (it.id.to_string(), it.name.clone()));
    let members = shown
        .members
        .iter()
        .map(|it| (it.0.to_string(), it.1.clone()));
    let layout = Layout::new(&state, &visitor, Section::Calls).await?;
    let durations = DURATIONS.map(|(value, name)| (value.to_owned(), name.to_owned()));
    Ok(Html(CallsPage {
        tabs: tabs(&place, layout.unheard),
        layout,
        lines: choices(lines, &place.line),
        members: choices(members, &place.member),
        durations: choices(durations, &place.min),
        part: format!("/parts/calls/rows{}", place.to_address()),
        query: place,
        rows,
    }))
}

/// `/parts/calls/rows`: a part of the list alone.
pub(super) async fn rows(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<CallQuery>, QueryRejection>,
) -> Result<Html<Rows>, PageError> {
    visitor.require(Permission::Read)?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let shown = Shown::new(&state, &visitor).await?;
    Ok(Html(read(&state, &visitor, &shown, &query).await?))
}

async fn read(
    state: &AppState,
    visitor: &Visitor,
    shown: &Shown<'_>,
    query: &CallQuery,
) -> Result<Rows, PageError> {
    let page = PageRequest {
        limit: PART,
        before: query.before.parse().ok(),
    };
    let filter = query.filter(&visitor.zone.1);
    let company = visitor.caller.company;
    let page = calls::calls(&state.database.db, company, filter, page).await?;
    let more = page.next.map(|next| {
        let query = CallQuery {
            before: next.to_string(),
            ..query.clone()
        };
        format!("/parts/calls/rows{}", query.to_address())
    });
    Ok(Rows {
        rows: shown.rows(page.items).await?,
        more,
    })
}

fn tabs(place: &CallQuery, unheard: i64) -> Vec<Tab> {
    let tab = |(tab, name): (&str, &'static str)| {
        let query = CallQuery {
            tab: tab.to_owned(),
            ..place.clone()
        };
        Tab {
            name,
            address: format!("/calls{}", query.to_address()),
            is_chosen: place.tab == tab,
            unheard: (tab == "voicemail").then(|| pill(unheard)),
        }
    };
    let all = [
        ("", "All"),
        ("missed", "Missed"),
        ("voicemail", "Voicemail"),
        ("recorded", "Recorded"),
    ];
    all.map(tab).into()
}

fn choices(all: impl IntoIterator<Item = (String, String)>, chosen: &str) -> Vec<Choice> {
    let choice = |(value, name): (String, String)| Choice {
        is_chosen: value == chosen,
        value,
        name,
    };
    all.into_iter().map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_visitor() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let query = CallQuery {
            from: "2026-11-22".to_owned(),
            to: "2026-11-23".to_owned(),
            ..CallQuery::default()
        };
        let filter = query.filter(&zone);
        let time = |text: &str| Some(text.parse().unwrap());
        assert_eq!(filter.since, time("2026-11-22T05:00:00Z"));
        assert_eq!(filter.until, time("2026-11-24T05:00:00Z"));
    }

    #[test]
    fn what_is_not_understood_is_no_filter() {
        let query = CallQuery {
            tab: "else".to_owned(),
            direction: "up".to_owned(),
            line: "mine".to_owned(),
            from: "yesterday".to_owned(),
            min: "-1".to_owned(),
            ..CallQuery::default()
        };
        let filter = query.filter(&TimeZone::UTC);
        assert!(filter.direction.is_none() && filter.line.is_none() && filter.since.is_none());
        assert!(filter.missed.is_none() && !filter.recorded && filter.min_seconds == 0);
    }
}
