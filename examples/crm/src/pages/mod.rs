//! The web pages: server-rendered HTML, with small modules of JavaScript for what is live.
//!
//! A page is four things, and adding one is adding these four:
//! 1. `src/pages/<area>.rs`, or a folder: its handlers and the structs of its templates. The handler takes
//!    a [`Visitor`], asks the same modules as `src/api` does, always for `visitor.caller.company`, and
//!    gives back [`Html`] or a [`PageError`]. Its `routes()` are merged in [`routes`] below, and
//!    [`layout::Section`] has it if it is in the navigation.
//! 2. `templates/<area>/`: a page extends `base.html`, which needs a field `layout: Layout`; without a
//!    visitor it extends `plain.html`. What changes while one looks is a fragment of its own: the page
//!    includes it, and a route below `/parts/` gives it alone, so there is one rendering.
//! 3. `assets/js/<area>.js`, a module that the page's template names, and `assets/css/<area>.css`; both
//!    are listed in [`assets`]. Forms need no module: see `assets/js/forms.js` for the attributes that
//!    send them to the JSON API. There are no POST handlers here.
//! 4. `tests/browser/<area>.rs`: what people see, in a real browser; and the page's address in
//!    `tests/browser/pages.rs`, which looks at every page with axe and takes screenshots.
//!
//! Who asks for a page without being signed in is sent to `/sign-in`, and back afterwards; a part answers
//! 401, so that the module does that. What is another company's looks like what there never was.

mod assets;
mod bell;
mod calls;
mod contacts;
mod error;
mod first_run;
mod guard;
mod guide;
mod headers;
mod html;
mod layout;
mod messages;
mod player;
mod profile;
mod settings;
mod sign_in;
mod templates;
mod time;
mod visitor;
mod welcome;

use axum::{
    Router,
    extract::Request,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use http::{HeaderMap, header};

use self::{error::PageError, html::Html, layout::Layout, visitor::Visitor};
use crate::{
    api::{Problem, take_turns},
    app::AppState,
};

/// Every page, and what pages are made of.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let limit = from_fn_with_state(state.clone(), guard::limit);
    let of_visitors = Router::new()
        .merge(bell::routes())
        .merge(messages::routes())
        .merge(calls::routes())
        .merge(contacts::routes())
        .merge(profile::routes())
        .merge(settings::routes())
        .merge(templates::routes())
        .merge(guide::routes())
        .route_layer(from_fn_with_state(state.turns.clone(), take_turns))
        .merge(settings::waiting_routes())
        .route_layer(from_fn_with_state(state.clone(), guard::only_signed_in));
    Router::new()
        .route("/", get(async || Redirect::to("/messages")))
        .merge(first_run::routes())
        .merge(sign_in::routes())
        .merge(welcome::routes())
        .merge(of_visitors)
        .route_layer(from_fn(guard::time_limit))
        .layer(limit.clone())
        .layer(from_fn(error::show))
        .layer(from_fn(headers::set))
        .merge(assets::routes().layer(limit))
}

/// What is answered where nothing is: a page for browsers that want one, else a problem.
pub(crate) async fn nowhere(request: Request) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    if is_api || !wants_page(request.headers()) {
        return Problem::not_found().into_response();
    }
    let headers = request.headers().clone();
    let mut response = error::render(PageError::NotFound, &headers);
    headers::protect(response.headers_mut());
    response
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT);
    accepts.is_some_and(|value| {
        value
            .to_str()
            .is_ok_and(|value| value.contains("text/html"))
    })
}
