//! What was said with a contact and when, in one line each.

use askama::{Template, filters::HtmlSafe};
use axum::extract::{Path, Query, State, rejection::QueryRejection};
use serde::Deserialize;
use twilio_hooks::{
    CallStatus, ContactId, MessageStatus,
    store::{Call, Direction, Message},
};
use uuid::Uuid;

use crate::{
    app::AppState,
    calls::{self, CallOutcome},
    contacts::links,
    pages::{Html, PageError, Visitor, assets, player::minutes, time::When},
    people::Permission,
    threads::{
        Entry,
        page::{self, Part},
    },
};

/// How much is shown at a time.
const PART: u32 = 20;

/// What was said, newest first.
#[derive(Template)]
#[template(path = "contacts/timeline.html")]
pub(super) struct Timeline {
    assets: &'static str,
    events: Vec<Event>,
    /// Where to get the next part.
    more: Option<String>,
}

impl HtmlSafe for Timeline {}

impl Timeline {
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// One thing.
struct Event {
    id: Uuid,
    icon: &'static str,
    title: &'static str,
    text: String,
    address: String,
    at: When,
    is_bad: bool,
}

/// `?before=`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct TimelineQuery {
    before: Option<Uuid>,
}

/// `/parts/contacts/{contact}/timeline`.
pub(super) async fn part(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(contact): Path<String>,
    query: Result<Query<TimelineQuery>, QueryRejection>,
) -> Result<Html<Timeline>, PageError> {
    visitor.require(Permission::Read)?;
    let Query(query) = query.map_err(|_| PageError::BadRequest)?;
    let contact = contact.parse().map_err(|_| PageError::NotFound)?;
    let (db, company) = (&state.database.db, visitor.caller.company);
    let primary = links::primary(db, company, contact).await?;
    let primary = primary.ok_or(PageError::NotFound)?;
    let part = query.before.map_or(Part::Newest, Part::Before);
    Ok(Html(timeline(&state, &visitor, primary, part).await?))
}

/// A part of what was said with a primary contact.
///
/// # Errors
/// If the database fails.
pub(super) async fn timeline(
    state: &AppState,
    visitor: &Visitor,
    contact: ContactId,
    part: Part,
) -> Result<Timeline, PageError> {
    let company = visitor.caller.company;
    let page = page::page(&state.database, company, contact, part, PART).await?;
    let mut events = Vec::new();
    for entry in &page.items {
        let outcome = match entry {
            Entry::Call(call) => calls::outcome(&state.database.db, company, call.id).await?,
            _ => CallOutcome::default(),
        };
        events.extend(event(visitor, contact, entry, &outcome));
    }
    Ok(Timeline {
        assets: assets::root(),
        events,
        more: page
            .older
            .map(|older| format!("/parts/contacts/{contact}/timeline?before={older}")),
    })
}

fn event(
    visitor: &Visitor,
    contact: ContactId,
    entry: &Entry,
    outcome: &CallOutcome,
) -> Option<Event> {
    let said = format!("/messages/{contact}?at={}", entry.id());
    Some(match entry {
        Entry::Message(message, _) => message_event(visitor, message, said),
        Entry::Pending(sent) => Event {
            id: entry.id(),
            icon: "send",
            title: "Text to them",
            text: sent.text.body.clone(),
            address: said,
            at: visitor.when(sent.text.created_at),
            is_bad: sent.text.failure().is_some(),
        },
        Entry::Call(call) => call_event(visitor, call, outcome),
        Entry::Other(_) => return None,
    })
}

fn message_event(visitor: &Visitor, message: &Message, address: String) -> Event {
    let (icon, title) = match message.direction {
        Direction::Inbound => ("message", "Text from them"),
        Direction::Outbound => ("send", "Text to them"),
    };
    let body = message.body.as_deref().unwrap_or_default().trim();
    Event {
        id: message.id.as_uuid(),
        icon,
        title,
        text: match (body, message.media.is_empty()) {
            ("", false) => "Photo or file".to_owned(),
            (body, _) => body.to_owned(),
        },
        address,
        at: visitor.when(message.created_at),
        is_bad: matches!(
            message.status,
            MessageStatus::Failed | MessageStatus::Undelivered
        ),
    }
}

fn call_event(visitor: &Visitor, call: &Call, outcome: &CallOutcome) -> Event {
    let is_missed = outcome.is_missed(call);
    let (icon, title) = match (call.direction, is_missed, outcome.voicemail) {
        (Direction::Outbound, ..) => ("call-out", "Outgoing call"),
        (Direction::Inbound, _, true) => ("voicemail", "Voicemail"),
        (Direction::Inbound, true, false) => ("call-missed", "Missed call"),
        (Direction::Inbound, false, false) => ("call-in", "Incoming call"),
    };
    Event {
        id: call.id.as_uuid(),
        icon,
        title,
        text: match (&call.status, call.duration) {
            (CallStatus::Completed, Some(seconds)) if !is_missed => minutes(seconds),
            (CallStatus::InProgress, _) => "In progress".to_owned(),
            (CallStatus::NoAnswer, _) if !is_missed => "No answer".to_owned(),
            (CallStatus::Busy, _) if !is_missed => "Busy".to_owned(),
            (CallStatus::Failed, _) if !is_missed => "Failed".to_owned(),
            _ => String::new(),
        },
        address: format!("/calls/{}", call.id),
        at: visitor.when(call.created_at),
        is_bad: is_missed,
    }
}
