//! `/contacts/new`: a contact that somebody enters.

use askama::Template;
use axum::extract::{Query, State, rejection::QueryRejection};
use serde::Deserialize;

use crate::{
    app::AppState,
    pages::{Html, Layout, PageError, Visitor, layout::Section},
    people::Permission,
};

/// `?number=`: what is known already.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct NewQuery {
    number: String,
}

#[derive(Template)]
#[template(path = "contacts/new.html")]
pub(super) struct NewPage {
    layout: Layout,
    number: String,
}

pub(super) async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<NewQuery>, QueryRejection>,
) -> Result<Html<NewPage>, PageError> {
    visitor.require(Permission::EditContacts)?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    Ok(Html(NewPage {
        layout: Layout::new(&state, &visitor, Section::Contacts).await?,
        number: query.number,
    }))
}
