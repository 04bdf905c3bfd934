//! `/contacts`: who has written or called, and whom people have entered.
//!
//! - [`list`] is the list of them, with search in the address; [`new`] enters one.
//! - [`detail`] is the page of one: [`numbers`] with what may be sent to each, and [`timeline`].
//! - [`merge`] shows two side by side that are to be one.

mod detail;
mod list;
mod merge;
mod new;
mod numbers;
mod timeline;

use axum::{Router, routing::get};

use crate::app::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/contacts", get(list::show))
        .route("/contacts/new", get(new::show))
        .route("/contacts/{contact}", get(detail::show))
        .route("/contacts/{contact}/merge", get(merge::show))
        .route("/parts/contacts/rows", get(list::rows))
        .route("/parts/contacts/{contact}/timeline", get(timeline::part))
}
