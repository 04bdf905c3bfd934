//! `/api/messages`: texts in both directions, those that still wait among them.

use std::collections::HashMap;

use axum::{Json, extract::State};
use twilio_hooks::{
    CompanyId, ContactId, MessageId,
    store::{Message, Page, PageRequest, StoreError},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, Problem,
    extract::{Id, Paging, PagingParams},
    problem::ProblemView,
    view::{MessageView, PageView},
};
use crate::{
    app::AppState,
    messaging::{Outgoing, outgoing::Attachment},
    people::Permission,
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
    let messages = state
        .database
        .directory
        .messages(caller.company, page)
        .await?;
    let merged = with_pending(&state, caller.company, None, messages, page).await?;
    Ok(Json(PageView::new(merged, |view| view)))
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
    let files = match &text {
        Some(_) => {
            let id = id.as_uuid();
            state.messaging.attachments(company, id, id).await?
        }
        None => HashMap::new(),
    };
    let files = files.get(&id).map_or(&[][..], Vec::as_slice);
    Ok(match (message, text) {
        (Some(message), Some(text)) => Some(MessageView::sent(message, &text, files)),
        (Some(message), None) => Some(message.into()),
        (None, Some(text)) => Some(MessageView::pending(&text, files)),
        (None, None) => None,
    })
}

/// A page of messages with the texts that the store has no message of, and with what is known of
/// those that were sent from here; of one contact, or of all.
pub(super) async fn with_pending(
    state: &AppState,
    company: CompanyId,
    contact: Option<ContactId>,
    messages: Page<Message>,
    page: PageRequest,
) -> Result<Page<MessageView>, StoreError> {
    let has_more = messages.next.is_some();
    let pending = state.messaging.pending(company, contact, page).await?;
    let mut entries: Vec<Entry> = messages.items.into_iter().map(Entry::Message).collect();
    // A text that is in both for a moment is shown as the store has it.
    for text in pending {
        if !entries.iter().any(|entry| entry.id() == text.id.as_uuid()) {
            entries.push(Entry::Text(text));
        }
    }
    entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.id()));
    let mut merged = Page::from_rows(entries, page.limit, Entry::id);
    if has_more && merged.next.is_none() {
        merged.next = merged.items.last().map(Entry::id);
    }
    let known = Known::of(state, company, &merged.items).await?;
    Ok(Page {
        next: merged.next,
        items: merged
            .items
            .into_iter()
            .map(|entry| known.view(entry))
            .collect(),
    })
}

enum Entry {
    Message(Message),
    Text(Outgoing),
}

impl Entry {
    fn id(&self) -> Uuid {
        match self {
            Self::Message(message) => message.id.as_uuid(),
            Self::Text(text) => text.id.as_uuid(),
        }
    }
}

/// What is known of the messages of a page that were sent from here.
struct Known {
    texts: HashMap<MessageId, Outgoing>,
    files: HashMap<MessageId, Vec<Attachment>>,
}

impl Known {
    async fn of(
        state: &AppState,
        company: CompanyId,
        entries: &[Entry],
    ) -> Result<Self, StoreError> {
        let (Some(newest), Some(oldest)) = (entries.first(), entries.last()) else {
            return Ok(Self {
                texts: HashMap::new(),
                files: HashMap::new(),
            });
        };
        let (oldest, newest) = (oldest.id(), newest.id());
        Ok(Self {
            texts: state.messaging.behind_page(company, oldest, newest).await?,
            files: state.messaging.attachments(company, oldest, newest).await?,
        })
    }

    fn view(&self, entry: Entry) -> MessageView {
        let files = |text: &Outgoing| self.files.get(&text.id).map_or(&[][..], Vec::as_slice);
        match entry {
            Entry::Text(text) => MessageView::pending(&text, files(&text)),
            Entry::Message(message) => match self.texts.get(&message.id) {
                Some(text) => MessageView::sent(message, text, files(text)),
                None => message.into(),
            },
        }
    }
}
