//! `/calls`: calls in both directions.
//!
//! - [`list`] is the list of them, with its filters in the address.
//! - [`row`] is one call, as the list and its own page show it.
//! - [`detail`] is the page of one call: what happened in it, the phones it made ring, what was recorded.
//! - [`timeline`] says what happened, in words.

mod detail;
mod list;
mod row;
mod timeline;

use axum::{Router, routing::get};

use crate::app::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/calls", get(list::show))
        .route("/calls/{call}", get(detail::show))
        .route("/parts/calls/rows", get(list::rows))
        .route("/parts/calls/{call}", get(detail::part))
}
