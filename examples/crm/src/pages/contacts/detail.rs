//! The page of one contact.

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use twilio_hooks::ContactId;

use super::{
    numbers::{NumberView, numbers},
    timeline::{Timeline, timeline},
};
use crate::{
    app::AppState,
    contacts::{details, phone},
    pages::{
        Html, Layout, PageError, Visitor,
        layout::{Section, initials},
        messages::tone,
        time::When,
    },
    people::Permission,
    threads::page::Part,
};

/// `?merged=`: which contact has just become a part of this one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct DetailQuery {
    merged: Option<ContactId>,
}

#[derive(Template)]
#[template(path = "contacts/contact.html")]
struct ContactPage {
    layout: Layout,
    id: ContactId,
    /// The contact and what it consists of: events name any of them.
    group: String,
    /// What to call it.
    title: String,
    phone: String,
    initials: String,
    tone: u8,
    /// Since when it is blocked.
    blocked: Option<When>,
    /// What was entered.
    name: String,
    email: String,
    company_name: String,
    notes: String,
    labels: Vec<String>,
    /// Where the number is from, as Twilio guesses.
    place: String,
    numbers: Vec<NumberView>,
    timeline: Timeline,
    /// What can be undone.
    merged: Option<ContactId>,
    may_send: bool,
    /// Whether there is a number to call, too.
    may_call: bool,
    may_edit: bool,
    may_export: bool,
    may_erase: bool,
}

pub(super) async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(contact): Path<String>,
    query: Result<Query<DetailQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    visitor.require(Permission::Read)?;
    let (db, company) = (&state.database.db, visitor.caller.company);
    let id: ContactId = contact.parse().map_err(|_| PageError::NotFound)?;
    let contact = details::contact(db, company, id).await?;
    let contact = contact.ok_or(PageError::NotFound)?;
    if let Some(whole) = contact.merged_into {
        return Ok(Redirect::to(&format!("/contacts/{whole}")).into_response());
    }
    let parts = details::others(db, company, id).await?;
    let merged = query.ok().and_then(|Query(query)| query.merged);
    let group = std::iter::once(id).chain(parts.iter().map(|it| it.id));
    let group: Vec<_> = group.map(|id| id.to_string()).collect();
    let place = [&contact.city, &contact.state, &contact.country];
    let place: Vec<_> = place.into_iter().flatten().map(String::as_str).collect();
    let may = |permission| visitor.caller.role.may(permission);
    let numbers = numbers(&state, &visitor, &contact, &parts).await?;
    let is_callable = numbers.first().is_some_and(|it| it.is_callable);
    let page = ContactPage {
        layout: Layout::new(&state, &visitor, Section::Contacts).await?,
        id,
        group: group.join(" "),
        title: contact.display_name(visitor.country),
        phone: phone::format(&contact.address, visitor.country),
        initials: contact.name.as_deref().map(initials).unwrap_or_default(),
        tone: tone(id),
        blocked: contact.blocked_at.map(|at| visitor.when(at)),
        place: place.join(", "),
        numbers,
        timeline: timeline(&state, &visitor, id, Part::Newest).await?,
        merged: merged.filter(|merged| parts.iter().any(|part| part.id == *merged)),
        may_send: may(Permission::Send),
        may_call: may(Permission::Send) && is_callable,
        may_edit: may(Permission::EditContacts),
        may_export: may(Permission::Export),
        may_erase: may(Permission::Erase),
        name: contact.name.unwrap_or_default(),
        email: contact.email.unwrap_or_default(),
        company_name: contact.company_name.unwrap_or_default(),
        notes: contact.notes.unwrap_or_default(),
        labels: contact.labels,
    };
    Ok(Html(page).into_response())
}
