//! `/contacts/{contact}/merge`: two contacts side by side that are one person.

use askama::Template;
use axum::extract::{Path, Query, State, rejection::QueryRejection};
use serde::Deserialize;
use twilio_hooks::ContactId;

use super::list::{ContactRow, contact_rows, words};
use crate::{
    app::AppState,
    contacts::{
        details::{self, Contact, Filter},
        links, phone,
    },
    pages::{Html, Layout, PageError, Visitor, layout::Section},
    people::Permission,
};

/// How many contacts are offered.
const OFFERED: u32 = 20;

/// `?with=`, or `?q=` for finding one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct MergeQuery {
    with: String,
    q: String,
}

/// One of both, as it is shown beside the other.
struct Side {
    id: ContactId,
    /// The one that would become a part of it.
    other: ContactId,
    name: String,
    other_name: String,
    phone: String,
    email: String,
    company_name: String,
    labels: Vec<String>,
    notes: String,
}

#[derive(Template)]
#[template(path = "contacts/merge.html")]
pub(super) struct MergePage {
    layout: Layout,
    id: ContactId,
    name: String,
    q: String,
    /// Both, once there are two.
    sides: Vec<Side>,
    offered: Vec<ContactRow>,
}

pub(super) async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(contact): Path<String>,
    query: Result<Query<MergeQuery>, QueryRejection>,
) -> Result<Html<MergePage>, PageError> {
    visitor.require(Permission::EditContacts)?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let contact = find(&state, &visitor, &contact).await?;
    let other = match query.with.as_str() {
        "" => None,
        with => Some(find(&state, &visitor, with).await?),
    };
    // Perhaps somebody else has just merged them.
    let sides = match other.filter(|other| other.id != contact.id) {
        None => Vec::new(),
        Some(other) => vec![
            side(&visitor, &contact, &other),
            side(&visitor, &other, &contact),
        ],
    };
    let offered = match sides.is_empty() {
        true => offered(&state, &visitor, &contact, &query.q).await?,
        false => Vec::new(),
    };
    Ok(Html(MergePage {
        layout: Layout::new(&state, &visitor, Section::Contacts).await?,
        id: contact.id,
        name: contact.display_name(visitor.country),
        q: query.q,
        sides,
        offered,
    }))
}

/// The contact, or the one that it is a part of.
async fn find(state: &AppState, visitor: &Visitor, id: &str) -> Result<Contact, PageError> {
    let (db, company) = (&state.database.db, visitor.caller.company);
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let primary = links::primary(db, company, id).await?;
    let found = match primary {
        Some(primary) => details::contact(db, company, primary).await?,
        None => None,
    };
    found.ok_or(PageError::NotFound)
}

async fn offered(
    state: &AppState,
    visitor: &Visitor,
    contact: &Contact,
    typed: &str,
) -> Result<Vec<ContactRow>, PageError> {
    let Some(text) = words(typed) else {
        return Ok(Vec::new());
    };
    let filter = Filter {
        text: Some(text),
        blocked: None,
    };
    let (db, company) = (&state.database.db, visitor.caller.company);
    let (mut found, _) = details::contacts(db, company, &filter, None, OFFERED).await?;
    found.retain(|it| it.id != contact.id);
    contact_rows(state, visitor, found).await
}

fn side(visitor: &Visitor, contact: &Contact, other: &Contact) -> Side {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Side {
        id: contact.id,
        other: other.id,
        name: contact.display_name(visitor.country),
        other_name: other.display_name(visitor.country),
        phone: phone::format(&contact.address, visitor.country),
        email: text(&contact.email),
        company_name: text(&contact.company_name),
        labels: contact.labels.clone(),
        notes: text(&contact.notes),
    }
}
