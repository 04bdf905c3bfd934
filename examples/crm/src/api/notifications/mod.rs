//! `/api/notifications`: what has happened in the company, in the order of its numbers.
//!
//! - `personal` is what of it one person sees and has read.
//! - `preferences` is what the person wants to hear of.

mod personal;
mod preferences;

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use twilio_hooks::{
    CallId, ContactId, MessageId, NotificationId, notify::Topic, store::Notification,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Since, SinceParams},
};
use crate::{app::AppState, notices::may_see, people::Permission};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(company))
        .merge(personal::router())
        .merge(preferences::router())
}

/// Something that has happened.
#[derive(Debug, Serialize, ToSchema)]
struct NotificationView {
    #[schema(value_type = Uuid)]
    id: NotificationId,
    /// The number in the company.
    seq: u64,
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    topic: Topic,
    title: String,
    message: String,
    #[schema(value_type = Option<Uuid>)]
    contact_id: Option<ContactId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    sms_id: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    call_id: Option<CallId>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<Notification> for NotificationView {
    fn from(it: Notification) -> Self {
        Self {
            id: it.id,
            seq: it.seq,
            topic: it.topic,
            title: it.title,
            message: it.message,
            contact_id: it.contact_id,
            sms_id: it.sms_id,
            call_id: it.call_id,
            created_at: it.created_at,
        }
    }
}

/// A part of the list, lowest number first.
#[derive(Debug, Serialize, ToSchema)]
struct Notifications {
    items: Vec<NotificationView>,
    /// What to give as `since` for the next part; null if there are no more now.
    next: Option<u64>,
}

/// What has happened in the company, in the order of its numbers.
#[utoipa::path(
    get,
    path = "/api/notifications",
    tag = "notifications",
    params(SinceParams),
    responses((status = 200, body = Notifications))
)]
async fn company(
    caller: Caller,
    State(state): State<AppState>,
    Since { since, limit }: Since,
) -> Result<Json<Notifications>, Problem> {
    caller.require(Permission::Read)?;
    let directory = &state.database.directory;
    // One too many only tells that there are more.
    let mut items = directory
        .notifications_since(caller.company, since.unwrap_or(0), limit + 1)
        .await?;
    let has_more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().map(|last| last.seq).filter(|_| has_more);
    let items = items
        .into_iter()
        .filter(|notification| may_see(caller.role, &notification.topic))
        .map(NotificationView::from);
    Ok(Json(Notifications {
        items: items.collect(),
        next,
    }))
}
