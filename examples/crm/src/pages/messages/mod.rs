//! `/messages`: conversations.
//!
//! - [`list`] is the list of them, with filters and search in the address.

mod list;

use axum::{Router, routing::get};

use crate::app::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/messages", get(list::show))
        .route("/parts/messages/rows", get(list::rows))
}
