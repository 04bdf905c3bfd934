//! `/first-run`: the first company and its owner. There is nothing here once somebody can sign in.

use askama::Template;
use axum::{Router, extract::State, routing::get};
use http::HeaderMap;

use super::{Html, PageError, assets, visitor::Theme};
use crate::app::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/first-run", get(show))
}

#[derive(Template)]
#[template(path = "first-run.html")]
struct FirstRunPage {
    assets: &'static str,
    theme: Theme,
}

async fn show(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Html<FirstRunPage>, PageError> {
    if !state.first_run.is_open(&state.people).await? {
        return Err(PageError::NotFound);
    }
    Ok(Html(FirstRunPage {
        assets: assets::root(),
        theme: Theme::of(&headers),
    }))
}
