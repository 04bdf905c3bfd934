//! `/messages`: conversations.
//!
//! - [`list`] is the list of them, with filters and search in the address.
//! - [`conversation`] is one of them, beside the list; [`entry`] is one thing that was said, and
//!   [`entries`] are those of a part of the conversation, with the days between them.
//! - [`composer`] is where one writes, and why one can't.
//! - [`new`] is a text to a number.

mod composer;
mod conversation;
mod entries;
mod entry;
mod list;
mod new;

use axum::{Router, routing::get};

pub(super) use self::list::{LineChoice, lines, tone};
use crate::app::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/messages", get(list::show))
        .route("/messages/new", get(new::show))
        .route("/messages/{contact}", get(conversation::show))
        .route("/parts/messages/rows", get(list::rows))
        .route("/parts/messages/{contact}/entries", get(entries::part))
}
