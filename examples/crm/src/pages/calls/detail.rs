//! The page of one call.

use askama::{Template, filters::HtmlSafe};
use axum::extract::{Path, State};
use twilio_hooks::CallStatus;

use super::{
    row::{CallRow, Shown},
    timeline::{Parties, Step},
};
use crate::{
    app::AppState,
    calls::{self, Leg},
    contacts::phone,
    pages::{Html, Layout, PageError, Visitor, assets, layout::Section, player::minutes},
    people::Permission,
};

#[derive(Template)]
#[template(path = "calls/call.html")]
pub(super) struct CallPage {
    layout: Layout,
    name: String,
    id: String,
    call: CallDetail,
}

/// What is known of a call.
#[derive(Template)]
#[template(path = "calls/detail.html")]
pub(super) struct CallDetail {
    assets: &'static str,
    call: CallRow,
    sid: String,
    timeline: Vec<Step>,
    legs: Vec<LegView>,
    keys: Vec<KeyView>,
}

impl HtmlSafe for CallDetail {}

/// A phone that the call made ring.
struct LegView {
    name: String,
    number: String,
    status: &'static str,
    accepted: bool,
    duration: String,
}

/// A key that was pressed.
struct KeyView {
    menu: String,
    key: String,
}

pub(super) async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(call): Path<String>,
) -> Result<Html<CallPage>, PageError> {
    let call = read(&state, &visitor, &call).await?;
    Ok(Html(CallPage {
        layout: Layout::new(&state, &visitor, Section::Calls).await?,
        name: call.call.name.clone(),
        id: call.call.id.clone(),
        call,
    }))
}

/// `/parts/calls/{call}`: what is known of it alone.
pub(super) async fn part(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(call): Path<String>,
) -> Result<Html<CallDetail>, PageError> {
    Ok(Html(read(&state, &visitor, &call).await?))
}

async fn read(state: &AppState, visitor: &Visitor, id: &str) -> Result<CallDetail, PageError> {
    visitor.require(Permission::Read)?;
    let (db, company) = (&state.database.db, visitor.caller.company);
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let call = state.database.directory.call(company, id).await?;
    let call = call.ok_or(PageError::NotFound)?;
    let outcome = calls::outcome(db, company, id).await?;
    let events = calls::events(db, company, id).await?;
    let legs = calls::legs(db, company, id).await?;
    let (sid, began, direction) = (call.call_sid.to_string(), call.created_at, call.direction);
    let row = Shown::new(state, visitor).await?.one(call, outcome).await?;
    let parties = Parties {
        contact: &row.name,
        line: &row.line,
        direction,
    };
    let steps = events.iter().map(|event| parties.step(visitor, event));
    let keys = events.iter().filter_map(|event| {
        Some(KeyView {
            key: event.key.clone()?,
            menu: event.name.clone().unwrap_or_default(),
        })
    });
    Ok(CallDetail {
        assets: assets::root(),
        timeline: std::iter::once(parties.beginning(visitor, began))
            .chain(steps)
            .collect(),
        legs: legs.iter().map(|it| leg(visitor, &parties, it)).collect(),
        keys: keys.collect(),
        sid,
        call: row,
    })
}

fn leg(visitor: &Visitor, parties: &Parties<'_>, leg: &Leg) -> LegView {
    LegView {
        name: parties.phone(&leg.name),
        number: phone::format(&leg.number, visitor.country),
        status: match leg.status {
            CallStatus::Completed => "Answered",
            CallStatus::InProgress => "In progress",
            CallStatus::NoAnswer => "No answer",
            CallStatus::Busy => "Busy",
            CallStatus::Failed => "Failed",
            CallStatus::Canceled => "Stopped ringing",
            CallStatus::Queued | CallStatus::Initiated => "Queued",
            CallStatus::Ringing => "Ringing",
            _ => "Unknown",
        },
        accepted: leg.accepted,
        duration: leg.seconds.map_or_else(|| "–".to_owned(), minutes),
    }
}
