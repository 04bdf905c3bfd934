//! `/api/messages`: texts in both directions, those that still wait among them.

use std::collections::HashMap;

use axum::{Json, extract::State};
use twilio_hooks::{
    CompanyId, MessageId,
    store::{Page, StoreError, TimelineEntry},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Id, Paging, PagingParams},
    problem::ProblemView,
    view::{MessageView, PageView},
};
use crate::{
    app::AppState,
    messaging::lists::{self, Range},
    people::Permission,
    threads::entry::{Entry, Sent, complete, merged},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
}

/// Texts in both directions, newest first.
#[utoipa::path(
    get,
    path = "/api/messages",
    tag = "messages",
    params(PagingParams),
    responses((status = 200, body = PageView<MessageView>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<MessageView>>, Problem> {
    caller.require(Permission::Read)?;
    let (db, company) = (&state.database.db, caller.company);
    let pending = lists::pending(db, company, None, page).await?;
    let messages = state.database.directory.messages(company, page).await?;
    let has_more = messages.next.is_some();
    let stored = messages.items.into_iter().map(TimelineEntry::Message);
    let mut merged = Page::from_rows(merged(stored, pending), page.limit, Entry::id);
    if has_more && merged.next.is_none() {
        merged.next = merged.items.last().map(Entry::id);
    }
    complete(db, company, &[], &mut merged.items).await?;
    let views = merged.items.into_iter().filter_map(MessageView::of);
    Ok(Json(PageView::of(views.collect(), merged.next)))
}

/// One text.
#[utoipa::path(
    get,
    path = "/api/messages/{id}",
    tag = "messages",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = MessageView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<MessageId>,
) -> Result<Json<MessageView>, Problem> {
    caller.require(Permission::Read)?;
    view(&state, caller.company, id)
        .await?
        .map(Json)
        .ok_or_else(Problem::not_found)
}

/// One text: the message of the store, or what is to become one.
pub(super) async fn view(
    state: &AppState,
    company: CompanyId,
    id: MessageId,
) -> Result<Option<MessageView>, StoreError> {
    let directory = &state.database.directory;
    let text = state.messaging.outgoing(company, id).await?;
    let sms = text.as_ref().and_then(|text| text.sms_id).unwrap_or(id);
    let message = directory.message(company, sms).await?;
    let mut files = match &text {
        Some(_) => lists::attachments(&state.database.db, Range::only(company, id)).await?,
        None => HashMap::new(),
    };
    let files = files.remove(&id).unwrap_or_default();
    let sent = text.map(|text| Sent { text, files });
    Ok(match (message, sent) {
        (Some(message), Some(sent)) => Some(MessageView::sent(message, &sent)),
        (Some(message), None) => Some(message.into()),
        (None, Some(sent)) => Some(MessageView::pending(&sent)),
        (None, None) => None,
    })
}
