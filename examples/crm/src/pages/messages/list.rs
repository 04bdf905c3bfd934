//! The list of conversations. Filter, line and search are in the address, so that a link, a reload and
//! the way back lead to the same list.

use askama::{Template, filters::HtmlSafe};
use axum::extract::{Query, State, rejection::QueryRejection};
use serde::{Deserialize, Serialize};
use twilio_hooks::{ContactId, LineId};
use uuid::Uuid;

use crate::{
    accounts::line_names,
    app::AppState,
    contacts::{details::display_name, phone},
    pages::{
        Html, Layout, PageError, Visitor, assets,
        layout::{Section, initials, pill},
        time::When,
    },
    people::Permission,
    threads::{
        Filter, Last, Thread,
        list::{self, LastKind, Wanted},
        reads,
    },
};

/// How many threads are shown at a time.
const PART: u32 = 40;

/// How long a search may be.
const LONGEST: usize = 100;

/// `?filter=&line=&q=&before=`. What can't be understood is left out: an old link still shows a list.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct ListQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    filter: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    line: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
    /// The conversation that is open beside the list.
    #[serde(skip_serializing)]
    open: String,
}

impl ListQuery {
    /// As it stands behind a path: with its question mark, or nothing.
    fn to_address(&self) -> String {
        match serde_urlencoded::to_string(self) {
            Ok(query) if !query.is_empty() => format!("?{query}"),
            _ => String::new(),
        }
    }

    fn filter(&self) -> Filter {
        match self.filter.as_str() {
            "unread" => Filter::Unread,
            "failed" => Filter::Failed,
            "blocked" => Filter::Blocked,
            _ => Filter::All,
        }
    }

    fn words(&self) -> Option<String> {
        let words: String = self.q.trim().chars().take(LONGEST).collect();
        (!words.is_empty() && !words.contains('\0')).then_some(words)
    }
}

/// A filter above the list.
struct Tab {
    name: &'static str,
    address: String,
    is_chosen: bool,
}

/// A line to choose.
pub(in crate::pages) struct LineChoice {
    pub(in crate::pages) id: LineId,
    pub(in crate::pages) address: String,
    pub(in crate::pages) name: String,
}

/// The list, as a page shows it beside a conversation.
#[derive(Template)]
#[template(path = "messages/list.html")]
pub(super) struct ThreadList {
    assets: &'static str,
    /// Where to get its first part again.
    part: String,
    query: ListQuery,
    tabs: Vec<Tab>,
    lines: Vec<LineChoice>,
    rows: Rows,
}

impl HtmlSafe for ThreadList {}

/// A part of the list.
#[derive(Template)]
#[template(path = "messages/rows.html")]
pub(super) struct Rows {
    rows: Vec<ThreadRow>,
    /// Where to get the next part.
    more: Option<String>,
}

impl HtmlSafe for Rows {}

impl ThreadList {
    fn is_narrowed(&self) -> bool {
        let query = &self.query;
        !query.q.is_empty() || !query.filter.is_empty() || !query.line.is_empty()
    }
}

/// A thread in the list.
pub(super) struct ThreadRow {
    pub(super) contact: ContactId,
    pub(super) name: String,
    initials: String,
    /// Which of the colours of avatars.
    tone: u8,
    preview: String,
    at: When,
    unread: i64,
    /// Our numbers, if there are several.
    lines: Vec<String>,
    failed: bool,
    blocked: bool,
    is_open: bool,
    /// Where it leads.
    address: String,
    /// What was said last: what the list is ordered by.
    last: Uuid,
}

impl ThreadRow {
    fn pill(&self) -> String {
        pill(self.unread)
    }
}

#[derive(Template)]
#[template(path = "messages/page.html")]
pub(super) struct MessagesPage {
    layout: Layout,
    list: ThreadList,
}

pub(super) async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Html<MessagesPage>, PageError> {
    visitor.require(Permission::Read)?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    Ok(Html(MessagesPage {
        layout: Layout::new(&state, &visitor, Section::Messages).await?,
        list: thread_list(&state, &visitor, query, None).await?,
    }))
}

/// `/parts/messages/rows`: the list alone.
pub(super) async fn rows(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Html<Rows>, PageError> {
    visitor.require(Permission::Read)?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let open = query.open.parse().ok();
    let list = thread_list(&state, &visitor, query, open).await?;
    Ok(Html(list.rows))
}

/// The list that a query asks for.
pub(super) async fn thread_list(
    state: &AppState,
    visitor: &Visitor,
    query: ListQuery,
    open: Option<ContactId>,
) -> Result<ThreadList, PageError> {
    let (db, company) = (&state.database.db, visitor.caller.company);
    let lines = lines(state, visitor).await?;
    let chosen: Option<LineId> = query.line.parse().ok();
    let chosen = lines.iter().find(|line| Some(line.id) == chosen);
    let wanted = Wanted {
        filter: query.filter(),
        line: chosen.map(|line| line.address.clone()),
        text: query.words(),
        before: query.before.parse::<Uuid>().ok(),
    };
    let reader = reads::reader(db, company, visitor.user.id).await?;
    let (threads, next) = list::threads(db, company, reader, &wanted, PART).await?;
    let place = ListQuery {
        before: String::new(),
        ..query.clone()
    };
    let address = place.to_address();
    let part = |before: String| {
        let open = open.map(|open| open.to_string()).unwrap_or_default();
        let query = ListQuery {
            before,
            ..place.clone()
        };
        let query = query.to_address();
        let sign = if query.is_empty() { '?' } else { '&' };
        format!("/parts/messages/rows{query}{sign}open={open}")
    };
    let more = next.map(|next| part(next.to_string()));
    let part = part(String::new());
    let rows = threads.iter().map(|thread| {
        let is_open = Some(thread.contact) == open;
        row(visitor, thread, &lines, &address, is_open)
    });
    let rows = Rows {
        rows: rows.collect(),
        more,
    };
    Ok(ThreadList {
        assets: assets::root(),
        rows,
        tabs: tabs(&place),
        part,
        query: place,
        lines,
    })
}

fn tabs(place: &ListQuery) -> Vec<Tab> {
    let tab = |(filter, name): (&str, &'static str)| {
        let query = ListQuery {
            filter: filter.to_owned(),
            ..place.clone()
        };
        Tab {
            name,
            address: format!("/messages{}", query.to_address()),
            is_chosen: place.filter == filter,
        }
    };
    let all = [
        ("", "All"),
        ("unread", "Unread"),
        ("failed", "Failed"),
        ("blocked", "Blocked"),
    ];
    all.map(tab).into()
}

pub(in crate::pages) async fn lines(
    state: &AppState,
    visitor: &Visitor,
) -> Result<Vec<LineChoice>, PageError> {
    let company = visitor.caller.company;
    let mut names = line_names(&state.database.db, company).await?;
    let lines = state.database.lines.lines(company).await?;
    Ok(lines
        .into_iter()
        .map(|line| LineChoice {
            id: line.id,
            name: names
                .remove(&line.id)
                .unwrap_or_else(|| phone::format(&line.address, visitor.country)),
            address: line.address,
        })
        .collect())
}

fn row(
    visitor: &Visitor,
    thread: &Thread,
    lines: &[LineChoice],
    list: &str,
    is_open: bool,
) -> ThreadRow {
    let name = display_name(thread.name.as_deref(), &thread.address, visitor.country);
    let named = thread.lines.iter().map(|address| {
        let line = lines.iter().find(|line| line.address == *address);
        line.map_or_else(
            || phone::format(address, visitor.country),
            |line| line.name.clone(),
        )
    });
    ThreadRow {
        initials: thread.name.as_deref().map(initials).unwrap_or_default(),
        tone: tone(thread.contact),
        preview: preview(&thread.last),
        at: visitor.when(thread.last.at),
        unread: thread.unread.unwrap_or(0),
        lines: match lines.len() {
            0 | 1 => Vec::new(),
            _ => named.collect(),
        },
        failed: thread.failed,
        blocked: thread.blocked,
        is_open,
        address: format!("/messages/{}{list}", thread.contact),
        contact: thread.contact,
        last: thread.last.id,
        name,
    }
}

/// Always the same one for a contact.
pub(in crate::pages) fn tone(contact: ContactId) -> u8 {
    contact.as_uuid().as_bytes()[15] % 8
}

/// One line of what was said last.
fn preview(last: &Last) -> String {
    let is_ours = last.direction != "inbound";
    match last.kind {
        LastKind::Call if is_ours => "Outgoing call".to_owned(),
        LastKind::Call => match last.status.as_str() {
            "no-answer" | "busy" | "failed" | "canceled" => "Missed call".to_owned(),
            "ringing" | "queued" | "initiated" => "Incoming call…".to_owned(),
            _ => "Incoming call".to_owned(),
        },
        LastKind::Message => {
            let text = last.text.as_deref().unwrap_or_default().trim();
            let text = match (text, last.has_media) {
                ("", true) => "Photo or file",
                ("", false) => "Empty message",
                (text, _) => text,
            };
            match is_ours {
                true => format!("You: {text}"),
                false => text.to_owned(),
            }
        }
    }
}
