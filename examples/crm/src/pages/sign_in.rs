//! `/sign-in`. The form sends to `/api/session`, which sets the cookie.

use askama::Template;
use axum::{
    Router,
    extract::{FromRequestParts as _, Query, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use http::request::Parts;
use serde::Deserialize;

use super::{
    Html, PageError, Visitor, assets,
    visitor::{Theme, own_path},
};
use crate::app::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/sign-in", get(show))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage {
    assets: &'static str,
    theme: Theme,
    next: String,
}

async fn show(State(state): State<AppState>, mut parts: Parts) -> Result<Response, PageError> {
    let wanted = Query::<Wanted>::try_from_uri(&parts.uri).ok();
    let next = wanted.as_ref().and_then(|wanted| own_path(&wanted.next));
    let next = next.unwrap_or("/messages").to_owned();
    match Visitor::from_request_parts(&mut parts, &state).await {
        Ok(_) => Ok(Redirect::to(&next).into_response()),
        Err(PageError::SignIn) if state.first_run.is_open(&state.people).await? => {
            Ok(Redirect::to("/first-run").into_response())
        }
        Err(PageError::SignIn) => Ok(Html(SignInPage {
            assets: assets::root(),
            theme: Theme::of(&parts.headers),
            next,
        })
        .into_response()),
        Err(error) => Err(error),
    }
}
