//! The list of contacts. Search and filter are in the address.

use askama::{Template, filters::HtmlSafe};
use axum::extract::{Query, State, rejection::QueryRejection};
use serde::{Deserialize, Serialize};
use twilio_hooks::ContactId;

use crate::{
    app::AppState,
    contacts::{
        details::{self, Contact, Filter},
        phone, search,
    },
    pages::{
        Html, Layout, PageError, Visitor,
        layout::{Section, initials},
        messages::tone,
        time::When,
    },
    people::Permission,
    threads,
};

/// How many contacts are shown at a time.
const PART: u32 = 40;

/// The filters of the address. What can't be understood is left out: an old link still shows a list.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct ContactQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    filter: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

impl ContactQuery {
    /// Behind a path: with its question mark, or nothing.
    fn to_address(&self) -> String {
        match serde_urlencoded::to_string(self) {
            Ok(query) if !query.is_empty() => format!("?{query}"),
            _ => String::new(),
        }
    }
}

/// What to look for, of what somebody has typed.
pub(super) fn words(typed: &str) -> Option<String> {
    let words: String = typed.trim().chars().take(search::LONGEST).collect();
    (!words.is_empty() && !words.contains('\0')).then_some(words)
}

/// A contact in a list.
pub(super) struct ContactRow {
    pub(super) id: ContactId,
    pub(super) name: String,
    pub(super) initials: String,
    pub(super) tone: u8,
    /// The number, if the name is another one.
    pub(super) phone: Option<String>,
    pub(super) company_name: Option<String>,
    pub(super) labels: Vec<String>,
    pub(super) is_blocked: bool,
    /// When something last happened.
    pub(super) last: Option<When>,
}

/// A part of the list.
#[derive(Template)]
#[template(path = "contacts/rows.html")]
pub(super) struct Rows {
    rows: Vec<ContactRow>,
    /// Where to get the next part.
    more: Option<String>,
}

impl HtmlSafe for Rows {}

#[derive(Template)]
#[template(path = "contacts/page.html")]
pub(super) struct ContactsPage {
    layout: Layout,
    query: ContactQuery,
    rows: Rows,
    may_edit: bool,
    may_export: bool,
}

pub(super) async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<ContactQuery>, QueryRejection>,
) -> Result<Html<ContactsPage>, PageError> {
    visitor.require(Permission::Read)?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    Ok(Html(ContactsPage {
        layout: Layout::new(&state, &visitor, Section::Contacts).await?,
        rows: read(&state, &visitor, &query).await?,
        may_edit: visitor.caller.role.may(Permission::EditContacts),
        may_export: visitor.caller.role.may(Permission::Export),
        query,
    }))
}

/// `/parts/contacts/rows`: a part of the list alone.
pub(super) async fn rows(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<ContactQuery>, QueryRejection>,
) -> Result<Html<Rows>, PageError> {
    visitor.require(Permission::Read)?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    Ok(Html(read(&state, &visitor, &query).await?))
}

async fn read(
    state: &AppState,
    visitor: &Visitor,
    query: &ContactQuery,
) -> Result<Rows, PageError> {
    let (db, company) = (&state.database.db, visitor.caller.company);
    let filter = Filter {
        text: words(&query.q),
        blocked: (query.filter == "blocked").then_some(true),
    };
    let before = query.before.parse().ok();
    let (contacts, next) = details::contacts(db, company, &filter, before, PART).await?;
    let more = next.map(|next| {
        let query = ContactQuery {
            before: next.to_string(),
            ..query.clone()
        };
        format!("/parts/contacts/rows{}", query.to_address())
    });
    Ok(Rows {
        rows: contact_rows(state, visitor, contacts).await?,
        more,
    })
}

/// Contacts as lists show them, in this order.
///
/// # Errors
/// If the database fails.
pub(super) async fn contact_rows(
    state: &AppState,
    visitor: &Visitor,
    contacts: Vec<Contact>,
) -> Result<Vec<ContactRow>, PageError> {
    let (db, company) = (&state.database.db, visitor.caller.company);
    let ids: Vec<_> = contacts.iter().map(|it| it.id).collect();
    let last = threads::last_activity(db, company, &ids).await?;
    let row = |contact: Contact| {
        let name = contact.display_name(visitor.country);
        let number = phone::format(&contact.address, visitor.country);
        ContactRow {
            id: contact.id,
            initials: contact.name.as_deref().map(initials).unwrap_or_default(),
            tone: tone(contact.id),
            phone: (name != number).then_some(number),
            company_name: contact.company_name,
            labels: contact.labels,
            is_blocked: contact.blocked_at.is_some(),
            last: last.get(&contact.id).map(|at| visitor.when(*at)),
            name,
        }
    };
    Ok(contacts.into_iter().map(row).collect())
}
