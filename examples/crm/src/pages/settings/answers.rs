//! `/settings/hours` and `/settings/auto-reply`: when the company is open, and what texts are answered
//! with by themselves.

use askama::Template;
use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    routing::get,
};
use serde::Deserialize;
use twilio_hooks::{LineId, store::PageRequest};

use super::{Choice, Part, line_choices, opened};
use crate::{
    app::AppState,
    contacts::company,
    hours::{self, HolidayPlan, IntervalPlan, Plan, WeekPlan},
    pages::{Html, Layout, PageError, Visitor},
    replies::{Answer, Occasion, Rule, RuleSource, Setup},
    templates,
};

/// How many templates can be chosen from.
const MOST_TEMPLATES: u32 = 200;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings/hours", get(show_hours))
        .route("/settings/auto-reply", get(show_reply))
}

/// A day of the week, and when the company is open.
struct Day {
    /// As the API calls it.
    key: &'static str,
    name: &'static str,
    intervals: Vec<IntervalPlan>,
}

#[derive(Template)]
#[template(path = "settings/hours.html")]
struct HoursPage {
    layout: Layout,
    part: Part,
    is_always_open: bool,
    /// Of the hours alone.
    time_zone: String,
    /// The company's.
    home_zone: Option<String>,
    days: Vec<Day>,
    holidays: Vec<HolidayPlan>,
    /// Whether it is open now; none without hours.
    is_open: Option<bool>,
}

async fn show_hours(
    visitor: Visitor,
    State(state): State<AppState>,
) -> Result<Html<HoursPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Hours).await?;
    let (db, id) = (&state.database.db, visitor.caller.company);
    let plan = hours::load(db, id).await?;
    let schedule = hours::of_company(db, id).await?;
    let is_always_open = plan.is_none();
    let plan = plan.unwrap_or_else(usual);
    Ok(Html(HoursPage {
        layout,
        part: Part::Hours,
        is_always_open,
        time_zone: plan.time_zone.unwrap_or_default(),
        home_zone: company::settings(db, id).await?.time_zone,
        days: days(plan.week),
        holidays: plan.holidays,
        is_open: schedule.map(|schedule| schedule.status(visitor.caller.at).is_open),
    }))
}

/// What many have, to begin with.
fn usual() -> Plan {
    let day = || {
        vec![IntervalPlan {
            from: "09:00".to_owned(),
            to: "17:00".to_owned(),
        }]
    };
    Plan {
        time_zone: None,
        week: WeekPlan {
            monday: day(),
            tuesday: day(),
            wednesday: day(),
            thursday: day(),
            friday: day(),
            ..WeekPlan::default()
        },
        holidays: Vec::new(),
    }
}

fn days(week: WeekPlan) -> Vec<Day> {
    [
        ("monday", "Monday", week.monday),
        ("tuesday", "Tuesday", week.tuesday),
        ("wednesday", "Wednesday", week.wednesday),
        ("thursday", "Thursday", week.thursday),
        ("friday", "Friday", week.friday),
        ("saturday", "Saturday", week.saturday),
        ("sunday", "Sunday", week.sunday),
    ]
    .into_iter()
    .map(|(key, name, intervals)| Day {
        key,
        name,
        intervals,
    })
    .collect()
}

/// `?line=`: whose reply it is; the company's without.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ReplyQuery {
    line: String,
}

#[derive(Template)]
#[template(path = "settings/auto-reply.html")]
struct ReplyPage {
    layout: Layout,
    part: Part,
    rule: Rule,
    /// The line, if it is about one.
    line: Option<Choice>,
    source: RuleSource,
    lines: Vec<Choice>,
    templates: Vec<Choice>,
}

impl ReplyPage {
    fn is_always(&self) -> bool {
        self.rule.occasion == Occasion::Always
    }

    fn is_template(&self) -> bool {
        matches!(self.rule.answer, Answer::Template(..))
    }

    fn is_chosen(&self, template: &Choice) -> bool {
        matches!(&self.rule.answer, Answer::Template(id, _) if id.to_string() == template.id)
    }

    fn body(&self) -> &str {
        match &self.rule.answer {
            Answer::Plain(text) | Answer::Body(text) => text,
            Answer::Template(..) | Answer::Nothing => "",
        }
    }

    fn is_here(&self, line: &Choice) -> bool {
        self.line.as_ref().is_some_and(|here| here.id == line.id)
    }

    fn has_text_reply(&self) -> bool {
        self.source == RuleSource::TextReply
    }

    fn has_own(&self) -> bool {
        self.source == RuleSource::Line
    }
}

async fn show_reply(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<ReplyQuery>, QueryRejection>,
) -> Result<Html<ReplyPage>, PageError> {
    let layout = opened(&state, &visitor, Part::AutoReply).await?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let (db, company) = (&state.database.db, visitor.caller.company);
    let lines = line_choices(&state, &visitor).await?;
    let id: Option<LineId> = match query.line.as_str() {
        "" => None,
        line => Some(line.parse().map_err(|_| PageError::NotFound)?),
    };
    let line = match id {
        None => None,
        Some(id) => {
            let found = lines.iter().find(|line| line.id == id.to_string());
            let found = found.ok_or(PageError::NotFound)?;
            Some(Choice {
                id: found.id.clone(),
                name: found.name.clone(),
            })
        }
    };
    let setup = Setup::load(db, company, id).await?;
    let page = PageRequest::newest(MOST_TEMPLATES);
    let templates = templates::list(db, company, page).await?.items.into_iter();
    let templates = templates.map(|it| Choice {
        id: it.id.to_string(),
        name: it.name,
    });
    Ok(Html(ReplyPage {
        layout,
        part: Part::AutoReply,
        rule: setup.rule,
        source: setup.source,
        line,
        lines,
        templates: templates.collect(),
    }))
}
