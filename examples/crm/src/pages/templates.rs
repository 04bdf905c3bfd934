//! `/templates`: texts with blanks, written and tried out.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State, rejection::QueryRejection},
    routing::get,
};
use serde::Deserialize;
use twilio_hooks::store::PageRequest;
use uuid::Uuid;

use super::{Html, Layout, PageError, Visitor, layout::Section, time::When};
use crate::{
    app::AppState,
    people::Permission,
    templates::{self, KNOWN, MAX_TEXT, StoredTemplate},
};

/// How many are shown at a time.
const PART: u32 = 50;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/templates", get(list))
        .route("/templates/new", get(new))
        .route("/templates/{id}", get(show))
}

/// `?before=`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ListQuery {
    before: String,
}

/// A template in the list.
struct TemplateRow {
    id: Uuid,
    name: String,
    shortcut: Option<String>,
    body: String,
    changed: When,
}

#[derive(Template)]
#[template(path = "templates/list.html")]
struct ListPage {
    layout: Layout,
    rows: Vec<TemplateRow>,
    /// Where the older ones are.
    older: Option<String>,
    may_edit: bool,
}

async fn list(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Html<ListPage>, PageError> {
    visitor.require(Permission::Read)?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let page = PageRequest {
        before: query.before.parse().ok(),
        ..PageRequest::newest(PART)
    };
    let page = templates::list(&state.database.db, visitor.caller.company, page).await?;
    let rows = page.items.into_iter().map(|it| TemplateRow {
        id: it.id,
        name: it.name,
        shortcut: it.shortcut,
        body: it.body,
        changed: visitor.when(it.updated_at),
    });
    Ok(Html(ListPage {
        layout: Layout::new(&state, &visitor, Section::Templates).await?,
        rows: rows.collect(),
        older: page.next.map(|next| format!("/templates?before={next}")),
        may_edit: visitor.caller.role.may(Permission::EditContacts),
    }))
}

#[derive(Template)]
#[template(path = "templates/edit.html")]
struct EditPage {
    layout: Layout,
    /// None for a new one.
    stored: Option<StoredTemplate>,
    may_edit: bool,
    /// What the CRM fills in.
    known: [&'static str; 6],
    longest: usize,
}

impl EditPage {
    fn title(&self) -> &str {
        self.stored.as_ref().map_or("New template", |it| &it.name)
    }

    fn name(&self) -> &str {
        self.stored.as_ref().map_or("", |it| &it.name)
    }

    fn shortcut(&self) -> &str {
        let shortcut = self.stored.as_ref().and_then(|it| it.shortcut.as_deref());
        shortcut.unwrap_or_default()
    }

    fn body(&self) -> &str {
        self.stored.as_ref().map_or("", |it| &it.body)
    }

    /// As one writes it.
    fn blank(&self, name: &str) -> String {
        format!("{{{{{name}}}}}")
    }
}

async fn new(visitor: Visitor, State(state): State<AppState>) -> Result<Html<EditPage>, PageError> {
    visitor.require(Permission::EditContacts)?;
    edit(&state, &visitor, None).await
}

async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Html<EditPage>, PageError> {
    visitor.require(Permission::Read)?;
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let found = templates::find(&state.database.db, visitor.caller.company, id).await?;
    edit(&state, &visitor, Some(found.ok_or(PageError::NotFound)?)).await
}

async fn edit(
    state: &AppState,
    visitor: &Visitor,
    stored: Option<StoredTemplate>,
) -> Result<Html<EditPage>, PageError> {
    Ok(Html(EditPage {
        layout: Layout::new(state, visitor, Section::Templates).await?,
        stored,
        may_edit: visitor.caller.role.may(Permission::EditContacts),
        known: KNOWN,
        longest: MAX_TEXT,
    }))
}
