//! Parts of a conversation: what was said, with the days between.

use askama::{Template, filters::HtmlSafe};
use axum::extract::{Path, Query, State, rejection::QueryRejection};
use jiff::SignedDuration;
use serde::Deserialize;
use twilio_hooks::ContactId;
use uuid::Uuid;

use super::entry::{EntryView, Viewer, What};
use crate::{
    app::AppState,
    contacts::links,
    pages::{Html, PageError, Visitor},
    people::Permission,
    threads::{
        Entry,
        page::{self, Part, ThreadPage},
        reads,
    },
};

/// How much is shown at a time.
const PART: u32 = 40;

/// What one side says within this time stands together.
const TOGETHER: SignedDuration = SignedDuration::from_mins(5);

/// What was said, oldest first.
#[derive(Template)]
#[template(path = "messages/entries.html")]
pub(super) struct Entries {
    lines: Vec<Line>,
    /// What there is beyond both ends.
    older: Option<Uuid>,
    newer: Option<Uuid>,
    /// The newest entry.
    pub(super) last: Option<Uuid>,
}

/// A line of the conversation.
enum Line {
    /// A day begins.
    Day {
        key: String,
        name: String,
    },
    /// What is below has not been read.
    Unread,
    Entry(Box<EntryView>),
}

impl HtmlSafe for Entries {}

impl Entries {
    /// The part of a conversation; `read_up_to` is the last entry that was read, if the line below it
    /// is to be shown.
    pub(super) async fn new(
        state: &AppState,
        visitor: &Visitor,
        page: ThreadPage,
        read_up_to: Option<Uuid>,
    ) -> Result<Self, PageError> {
        let mut viewer = Viewer::new(state, visitor);
        let mut lines = Vec::new();
        let last = page.items.first().map(Entry::id);
        let mut before: Option<(jiff::civil::Date, jiff::Timestamp, bool)> = None;
        let mut unread = read_up_to;
        for entry in page.items.into_iter().rev() {
            let mut view = viewer.view(entry).await?;
            let date = view.at.date;
            if before.is_none_or(|(day, ..)| day != date) {
                lines.push(Line::Day {
                    key: format!("day-{date}"),
                    name: view.at.day.clone(),
                });
            } else if let Some((_, moment, ours)) = before {
                let is_soon = moment.duration_until(view.moment) < TOGETHER;
                let is_text = matches!(view.what, What::Text(_));
                view.follows = is_soon && is_text && ours == view.ours;
            }
            if !view.ours && unread.is_some_and(|read| view.id > read) {
                unread = None;
                lines.push(Line::Unread);
            }
            before = Some((date, view.moment, view.ours));
            lines.push(Line::Entry(Box::new(view)));
        }
        Ok(Self {
            lines,
            older: page.older,
            newer: page.newer,
            last,
        })
    }
}

/// `?before=`, `?after=` or `?around=`; `&only=1` with `around` for that entry alone.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PartQuery {
    before: Option<Uuid>,
    after: Option<Uuid>,
    around: Option<Uuid>,
    only: bool,
}

/// `/parts/messages/{contact}/entries`.
pub(super) async fn part(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(contact): Path<String>,
    query: Result<Query<PartQuery>, QueryRejection>,
) -> Result<Html<Entries>, PageError> {
    visitor.require(Permission::Read)?;
    let Query(query) = query.map_err(|_| PageError::BadRequest)?;
    let contact = primary(&state, &visitor, &contact).await?;
    let (part, limit) = match query {
        PartQuery {
            before: Some(id), ..
        } => (Part::Before(id), PART),
        PartQuery {
            after: Some(id), ..
        } => (Part::After(id), 2 * PART),
        PartQuery {
            around: Some(id),
            only,
            ..
        } => {
            has_entry(&state, &visitor, contact, id).await?;
            (Part::Around(id), if only { 1 } else { PART })
        }
        _ => (Part::Newest, PART),
    };
    let company = visitor.caller.company;
    let page = page::page(&state.database, company, contact, part, limit).await?;
    Ok(Html(Entries::new(&state, &visitor, page, None).await?))
}

/// What a conversation shows first.
pub(super) async fn first(
    state: &AppState,
    visitor: &Visitor,
    contact: ContactId,
    at: Option<Uuid>,
    read_up_to: Option<Uuid>,
) -> Result<Entries, PageError> {
    let part = match at {
        Some(id) => {
            has_entry(state, visitor, contact, id).await?;
            Part::Around(id)
        }
        None => Part::Newest,
    };
    let company = visitor.caller.company;
    let page = page::page(&state.database, company, contact, part, PART).await?;
    Entries::new(state, visitor, page, read_up_to).await
}

/// The contact that this one stands for; another company's is none.
pub(super) async fn primary(
    state: &AppState,
    visitor: &Visitor,
    contact: &str,
) -> Result<ContactId, PageError> {
    let contact = contact.parse().map_err(|_| PageError::NotFound)?;
    let company = visitor.caller.company;
    let found = links::primary(&state.database.db, company, contact).await?;
    found.ok_or(PageError::NotFound)
}

async fn has_entry(
    state: &AppState,
    visitor: &Visitor,
    contact: ContactId,
    entry: Uuid,
) -> Result<(), PageError> {
    let (db, company) = (&state.database.db, visitor.caller.company);
    match reads::has_entry(db, company, contact, entry).await? {
        true => Ok(()),
        false => Err(PageError::NotFound),
    }
}
