//! A conversation, beside the list.

use askama::Template;
use axum::extract::{Path, Query, State, rejection::QueryRejection};
use serde::Deserialize;
use twilio_hooks::ContactId;
use uuid::Uuid;

use super::{
    composer::Composer,
    entries::{self, Entries},
    list::{ListQuery, ThreadList, thread_list, tone},
};
use crate::{
    app::AppState,
    args,
    contacts::{details, links, phone},
    pages::{
        Html, Layout, PageError, Visitor,
        layout::{Section, initials},
    },
    people::Permission,
    threads::reads,
};

/// `?at=`: the entry to begin with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct AtQuery {
    at: Option<Uuid>,
}

#[derive(Template)]
#[template(path = "messages/conversation.html")]
pub(super) struct ConversationPage {
    layout: Layout,
    list: ThreadList,
    contact: ContactId,
    /// The contact and what it consists of: events name any of them.
    group: String,
    name: String,
    phone: String,
    address: String,
    initials: String,
    tone: u8,
    is_blocked: bool,
    entries: Entries,
    /// Where to begin.
    at: String,
    /// How far the visitor has read.
    read_up_to: String,
    composer: Composer,
}

pub(super) async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(contact): Path<String>,
    at: Result<Query<AtQuery>, QueryRejection>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Html<ConversationPage>, PageError> {
    visitor.require(Permission::Read)?;
    let (db, company) = (&state.database.db, visitor.caller.company);
    let contact = entries::primary(&state, &visitor, &contact).await?;
    let found = details::contact(db, company, contact).await?;
    let found = found.ok_or(PageError::NotFound)?;
    let group = links::group(db, company, contact).await?;
    let group: Vec<_> = group.iter().map(ToString::to_string).collect();
    let at = at.ok().and_then(|Query(query)| query.at);
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let read_up_to = reads::read_up_to(db, company, visitor.user.id, contact).await?;
    let reader = reads::reader(db, company, visitor.user.id).await?;
    let read_up_to = read_up_to.or(reader.map(|reader| reader.since));
    let first = entries::first(&state, &visitor, contact, at, read_up_to);
    let last = last_line(&state, &visitor, contact).await?;
    Ok(Html(ConversationPage {
        entries: first.await?,
        composer: Composer::new(&state, &visitor, Some(&found), last.as_deref()).await?,
        layout: Layout::new(&state, &visitor, Section::Messages).await?,
        list: thread_list(&state, &visitor, query, Some(contact)).await?,
        contact,
        group: group.join(" "),
        name: found.display_name(visitor.country),
        phone: phone::format(&found.address, visitor.country),
        initials: found.name.as_deref().map(initials).unwrap_or_default(),
        tone: tone(contact),
        is_blocked: found.blocked_at.is_some(),
        address: found.address,
        at: at.map(|at| at.to_string()).unwrap_or_default(),
        read_up_to: read_up_to.map(|id| id.to_string()).unwrap_or_default(),
    }))
}

/// The number of ours that the conversation went over last.
async fn last_line(
    state: &AppState,
    visitor: &Visitor,
    contact: ContactId,
) -> Result<Option<String>, PageError> {
    let sql = "select address from thread_lines
               where company_id = $1 and contact_id = $2 order by last_id desc limit 1";
    let args = args![visitor.caller.company, contact];
    let row = state.database.db.row(sql, args).await?;
    Ok(row.map(|row| row.get("address")).transpose()?)
}
