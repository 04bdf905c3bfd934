//! The bell: what has happened, on every page.

use askama::Template;
use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    routing::get,
};
use serde::Deserialize;
use twilio_hooks::notify::Topic;

use super::{Html, PageError, Visitor, assets, time::When};
use crate::{
    app::AppState,
    contacts::details::display_name,
    notices::personal::{self, Person, Personal},
    people::Permission,
};

/// How many notifications are looked at for one part.
const PART: u32 = 30;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/parts/bell", get(show))
}

/// `?unread=true&before=`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct BellQuery {
    unread: bool,
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "bell/items.html")]
struct BellItems {
    assets: &'static str,
    items: Vec<BellItem>,
    is_first: bool,
    only_unread: bool,
    /// The newest number, for marking all as read.
    newest: i64,
    /// Where to get the next part.
    more: Option<String>,
}

/// One thing that has happened, or several of a kind with one contact.
struct BellItem {
    ids: Vec<String>,
    icon: &'static str,
    title: String,
    text: String,
    /// Where it leads.
    address: String,
    at: When,
    is_read: bool,
    /// What is put together.
    topic: Topic,
    contact: Option<String>,
}

async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<BellQuery>, QueryRejection>,
) -> Result<Html<BellItems>, PageError> {
    visitor.require(Permission::Read)?;
    let Query(query) = query.map_err(|_| PageError::BadRequest)?;
    let db = &state.database.db;
    let person = Person {
        company: visitor.caller.company,
        user: visitor.user.id,
        role: visitor.caller.role,
    };
    let (items, next) =
        personal::notifications(db, person, query.unread, query.before, PART).await?;
    let more = next.map(|next| format!("/parts/bell?unread={}&before={next}", query.unread));
    Ok(Html(BellItems {
        assets: assets::root(),
        newest: items.first().map_or(0, |item| item.seq),
        items: collapsed(&visitor, items),
        is_first: query.before.is_none(),
        only_unread: query.unread,
        more,
    }))
}

/// Things of a kind with one contact stand together as long as nothing else comes between.
fn collapsed(visitor: &Visitor, items: Vec<Personal>) -> Vec<BellItem> {
    let mut list: Vec<BellItem> = Vec::new();
    for it in items {
        let item = item(visitor, it);
        match list.last_mut() {
            Some(last)
                if last.contact.is_some()
                    && (&last.topic, &last.contact, last.is_read)
                        == (&item.topic, &item.contact, item.is_read) =>
            {
                last.ids.extend(item.ids);
            }
            _ => list.push(item),
        }
    }
    list
}

fn item(visitor: &Visitor, it: Personal) -> BellItem {
    let contact = it.contact.map(|id| id.to_string());
    let who = it
        .contact_address
        .as_deref()
        .map(|address| display_name(it.contact_name.as_deref(), address, visitor.country));
    let (icon, what) = match it.topic {
        Topic::SmsReceived => ("message", "Message"),
        Topic::MissedCall => ("call-missed", "Missed call"),
        Topic::VoicemailReceived => ("voicemail", "Voicemail"),
        Topic::DeliveryFailed => ("warning", "Not delivered"),
        Topic::SetupProblem => ("settings", "Setup"),
        Topic::CallReceived | Topic::CallStatusUpdate => ("call-in", "Call"),
        _ => ("message", ""),
    };
    let title = match (who, what) {
        (Some(who), "") => who,
        (Some(who), what) => format!("{what}: {who}"),
        (None, _) => it.title,
    };
    let address = match (&it.topic, it.call, &contact, it.sms) {
        (Topic::SetupProblem, ..) => "/settings".to_owned(),
        (_, Some(call), ..) => format!("/calls/{call}"),
        (_, None, Some(contact), Some(sms)) => format!("/messages/{contact}?at={sms}"),
        (_, None, Some(contact), None) => format!("/messages/{contact}"),
        (_, None, None, _) => "/calls".to_owned(),
    };
    BellItem {
        ids: vec![it.id.to_string()],
        icon,
        title,
        text: it.message,
        address,
        at: visitor.when(it.created_at),
        is_read: it.is_read,
        topic: it.topic,
        contact,
    }
}
