//! `/guide`: how the server is set up, used and kept running. The pages are the files in `guide/`, which
//! are in the binary, so the guide is always that of this version.
//!
//! [`book`] is the list of the pages, and [`markdown`] makes HTML of one.

mod book;
mod markdown;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};

use self::book::{Page, book, find};
use super::{Html, Layout, PageError, Visitor};
use crate::app::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/guide", get(first))
        .route("/guide/{page}", get(show))
}

#[derive(Template)]
#[template(path = "guide/page.html")]
struct GuidePage {
    layout: Layout,
    page: &'static Page,
    pages: &'static [Page],
    previous: Option<&'static Page>,
    next: Option<&'static Page>,
}

impl GuidePage {
    fn is_here(&self, page: &Page) -> bool {
        page.path == self.page.path
    }
}

async fn first(
    State(state): State<AppState>,
    visitor: Visitor,
) -> Result<Html<GuidePage>, PageError> {
    render(&state, &visitor, 0).await
}

async fn show(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Html<GuidePage>, PageError> {
    let place = find(&name).ok_or(PageError::NotFound)?;
    render(&state, &visitor, place).await
}

async fn render(
    state: &AppState,
    visitor: &Visitor,
    place: usize,
) -> Result<Html<GuidePage>, PageError> {
    let pages = book();
    Ok(Html(GuidePage {
        layout: Layout::new(state, visitor, None).await?,
        page: &pages[place],
        pages,
        previous: place.checked_sub(1).map(|place| &pages[place]),
        next: pages.get(place + 1),
    }))
}
