//! `/welcome`: whoever was invited, or got a new link, chooses a password. The token stands behind the
//! `#` of the link, which browsers send nowhere; the form sends it to `/api/password`.

use askama::Template;
use axum::{Router, routing::get};
use http::HeaderMap;

use super::{Html, assets, visitor::Theme};
use crate::app::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/welcome", get(show))
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    assets: &'static str,
    theme: Theme,
}

async fn show(headers: HeaderMap) -> Html<WelcomePage> {
    Html(WelcomePage {
        assets: assets::root(),
        theme: Theme::of(&headers),
    })
}
