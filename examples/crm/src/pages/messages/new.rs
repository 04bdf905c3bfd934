//! `/messages/new`: a text to a number.

use askama::Template;
use axum::extract::{Query, State, rejection::QueryRejection};
use serde::Deserialize;

use super::{
    composer::Composer,
    list::{ListQuery, ThreadList, thread_list},
};
use crate::{
    app::AppState,
    pages::{Html, Layout, PageError, Visitor, layout::Section},
    people::Permission,
};

/// `?to=`: whom for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct NewQuery {
    to: String,
}

#[derive(Template)]
#[template(path = "messages/new.html")]
pub(super) struct NewPage {
    layout: Layout,
    list: ThreadList,
    to: String,
    composer: Composer,
}

pub(super) async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<NewQuery>, QueryRejection>,
) -> Result<Html<NewPage>, PageError> {
    visitor.require(Permission::Send)?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    Ok(Html(NewPage {
        layout: Layout::new(&state, &visitor, Section::Messages).await?,
        list: thread_list(&state, &visitor, ListQuery::default(), None).await?,
        to: query.to,
        composer: Composer::new(&state, &visitor, None, None).await?,
    }))
}
