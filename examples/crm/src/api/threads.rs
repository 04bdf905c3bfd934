//! `/api/threads`: conversations, and what of them is read.

use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use http::request::Parts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::{ContactId, LineId, UserId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, Problem,
    contacts::primary,
    extract::{self, Body, Id},
    lines,
    problem::ProblemView,
    view::{PageView, TimelineView},
};
use crate::{
    app::AppState,
    contacts::{
        company::country,
        details::display_name,
        phone::{self, Country},
    },
    notices::{Frame, personal},
    people::Permission,
    threads::{
        Filter, Last, Reader, Thread, list,
        list::{LastKind, Wanted},
        page::{self, Part},
        reads,
    },
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(all))
        .routes(routes!(show))
        .routes(routes!(mark_read))
        .routes(routes!(mark_unread))
}

/// Which threads.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FilterParam {
    /// All but those of blocked contacts.
    #[default]
    All,
    /// With something that the caller has not read.
    Unread,
    /// Whose last outgoing message did not arrive.
    Failed,
    /// Of blocked contacts.
    Blocked,
}

impl From<FilterParam> for Filter {
    fn from(filter: FilterParam) -> Self {
        match filter {
            FilterParam::All => Self::All,
            FilterParam::Unread => Self::Unread,
            FilterParam::Failed => Self::Failed,
            FilterParam::Blocked => Self::Blocked,
        }
    }
}

/// `?filter=&line=&q=&limit=&before=`.
#[derive(Debug, Clone, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ThreadsParams {
    /// `all` unless set.
    #[param(inline)]
    filter: FilterParam,
    /// Only those that went over this line of ours.
    #[param(value_type = Option<Uuid>)]
    line: Option<LineId>,
    /// Only those with contacts that have this in their name or number.
    q: Option<String>,
    /// How many entries at most; 50 unless set, and never more than 200.
    limit: u32,
    /// The `next` of the page before.
    before: Option<Uuid>,
}

impl<S: Send + Sync> FromRequestParts<S> for ThreadsParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            #[serde(default)]
            filter: FilterParam,
            line: Option<String>,
            q: Option<String>,
            limit: Option<String>,
            before: Option<String>,
        }
        let raw: Raw = extract::query(parts, state).await?;
        Ok(Self {
            filter: raw.filter,
            line: extract::id("line", raw.line.as_deref())?,
            q: extract::words("q", raw.q)?,
            limit: extract::limit(raw.limit.as_deref())?,
            before: extract::id("before", raw.before.as_deref())?,
        })
    }
}

/// A conversation with a contact, and how far the caller has read it.
#[derive(Debug, Serialize, ToSchema)]
struct ThreadView {
    #[schema(value_type = Uuid)]
    contact_id: ContactId,
    /// What to call the contact: the name, or the number.
    display_name: String,
    /// The number as it is written in the company's country.
    phone: String,
    last: LastView,
    /// How many messages the caller has not read; 100 stands for more. Null for a program.
    unread: Option<i64>,
    /// Our numbers that it went over.
    lines: Vec<String>,
    /// Whether our last message did not arrive.
    failed: bool,
    blocked: bool,
}

/// What was said last.
#[derive(Debug, Serialize, ToSchema)]
struct LastView {
    id: Uuid,
    kind: LastKind,
    direction: String,
    status: String,
    /// The beginning of a message's text.
    text: Option<String>,
    has_media: bool,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl From<Last> for LastView {
    fn from(last: Last) -> Self {
        Self {
            id: last.id,
            kind: last.kind,
            direction: last.direction,
            status: last.status,
            text: last.text,
            has_media: last.has_media,
            at: last.at,
        }
    }
}

impl ThreadView {
    fn new(thread: Thread, home: Country) -> Self {
        Self {
            contact_id: thread.contact,
            display_name: display_name(thread.name.as_deref(), &thread.address, home),
            phone: phone::format(&thread.address, home),
            last: thread.last.into(),
            unread: thread.unread,
            lines: thread.lines,
            failed: thread.failed,
            blocked: thread.blocked,
        }
    }
}

/// The person who asks, if it is one.
pub(super) async fn reader(state: &AppState, caller: &Caller) -> Result<Option<Reader>, Problem> {
    match caller.user() {
        Some(user) => Ok(reads::reader(&state.database.db, caller.company, user).await?),
        None => Ok(None),
    }
}

/// Conversations, the one with the latest message, text to be sent, or call first. A part of a
/// filtered list may be short, even empty, and still have a `next`.
#[utoipa::path(
    get,
    path = "/api/threads",
    tag = "threads",
    params(ThreadsParams),
    responses((status = 200, body = PageView<ThreadView>), (status = 404, body = ProblemView))
)]
async fn all(
    caller: Caller,
    State(state): State<AppState>,
    params: ThreadsParams,
) -> Result<Json<PageView<ThreadView>>, Problem> {
    caller.require(Permission::Read)?;
    let (db, company) = (&state.database.db, caller.company);
    let reader = reader(&state, &caller).await?;
    if matches!(params.filter, FilterParam::Unread) && reader.is_none() {
        return Err(Problem::bad_request("only a person has something unread"));
    }
    let line = match params.line {
        Some(id) => Some(lines::find(&state, company, id).await?.address),
        None => None,
    };
    let wanted = Wanted {
        filter: params.filter.into(),
        line,
        text: params.q,
        before: params.before,
    };
    let home = country(db, company).await?;
    let (threads, next) = list::threads(db, company, reader, &wanted, params.limit).await?;
    let items = threads
        .into_iter()
        .map(|thread| ThreadView::new(thread, home));
    Ok(Json(PageView::of(items.collect(), next)))
}

/// `?before=&after=&around=&limit=`.
#[derive(Debug, Clone, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PartParams {
    /// Only what is older than this entry.
    before: Option<Uuid>,
    /// Only what is newer than this entry, and next to it.
    after: Option<Uuid>,
    /// What is around this entry, with the entry itself.
    around: Option<Uuid>,
    /// How many entries at most; 50 unless set, and never more than 200.
    limit: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for PartParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            before: Option<String>,
            after: Option<String>,
            around: Option<String>,
            limit: Option<String>,
        }
        let raw: Raw = extract::query(parts, state).await?;
        Ok(Self {
            before: extract::id("before", raw.before.as_deref())?,
            after: extract::id("after", raw.after.as_deref())?,
            around: extract::id("around", raw.around.as_deref())?,
            limit: extract::limit(raw.limit.as_deref())?,
        })
    }
}

/// A part of the list of conversations.
#[derive(Debug, Serialize, ToSchema)]
struct ThreadPageView {
    /// The contact whose thread it is; another one than in the path if that one is a part of it.
    #[schema(value_type = Uuid)]
    contact_id: ContactId,
    /// Messages and calls, newest first.
    items: Vec<TimelineView>,
    /// What to give as `before` for what is older; null at the beginning.
    older: Option<Uuid>,
    /// What to give as `after` for what is newer; null at the end.
    newer: Option<Uuid>,
    /// The last entry that the caller has read.
    read_up_to: Option<Uuid>,
}

/// What was said with a contact, newest first.
#[utoipa::path(
    get,
    path = "/api/threads/{contact_id}",
    tag = "threads",
    params(("contact_id" = Uuid, Path), PartParams),
    responses((status = 200, body = ThreadPageView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(contact): Id<ContactId>,
    params: PartParams,
) -> Result<Json<ThreadPageView>, Problem> {
    caller.require(Permission::Read)?;
    let (db, company) = (&state.database.db, caller.company);
    let contact = primary(&state, &caller, contact).await?;
    let part = match (params.before, params.after, params.around) {
        (None, None, None) => Part::Newest,
        (Some(id), None, None) => Part::Before(id),
        (None, Some(id), None) => Part::After(id),
        (None, None, Some(id)) => {
            if !reads::has_entry(db, company, contact, id).await? {
                return Err(Problem::not_found());
            }
            Part::Around(id)
        }
        _ => {
            let detail = "give one of `before`, `after` and `around`";
            return Err(Problem::bad_request(detail));
        }
    };
    let page = page::page(&state.database, company, contact, part, params.limit).await?;
    let read_up_to = match reader(&state, &caller).await? {
        Some(reader) => reads::read_up_to(db, company, reader.user, contact)
            .await?
            .or(Some(reader.since)),
        None => None,
    };
    Ok(Json(ThreadPageView {
        contact_id: contact,
        items: page.items.into_iter().map(TimelineView::from).collect(),
        older: page.older,
        newer: page.newer,
        read_up_to,
    }))
}

/// How far a conversation was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpTo {
    /// The last message or call that was seen.
    up_to: Uuid,
}

/// How far the caller has read a conversation.
#[derive(Debug, Serialize, ToSchema)]
struct ReadView {
    #[schema(value_type = Uuid)]
    contact_id: ContactId,
    /// The last entry that is read.
    up_to: Uuid,
}

/// Notes that the caller has read a thread up to an entry; what was read further stays read. The
/// caller's other tabs are told.
#[utoipa::path(
    put,
    path = "/api/threads/{contact_id}/read",
    tag = "threads",
    params(("contact_id" = Uuid, Path)),
    request_body = UpTo,
    responses((status = 200, body = ReadView), (status = 404, body = ProblemView))
)]
async fn mark_read(
    caller: Caller,
    State(state): State<AppState>,
    Id(contact): Id<ContactId>,
    Body(UpTo { up_to }): Body<UpTo>,
) -> Result<Json<ReadView>, Problem> {
    let user = person(&caller)?;
    let (db, company) = (&state.database.db, caller.company);
    let contact = primary(&state, &caller, contact).await?;
    if !reads::has_entry(db, company, contact, up_to).await? {
        return Err(Problem::not_found());
    }
    let mut tx = db.begin().await?;
    reads::mark_read(&mut tx, company, user, contact, up_to).await?;
    tx.commit().await?;
    let up_to = reads::read_up_to(db, company, user, contact)
        .await?
        .unwrap_or(up_to);
    let reader = personal::Person {
        company,
        user,
        role: caller.role,
    };
    let was_told = personal::mark_thread(db, reader, contact).await?;
    let frame = Frame::Read {
        contact_id: contact,
        up_to,
    };
    state.signals.tell(company, user, &frame).await;
    if was_told {
        let frame = Frame::NotificationsRead {
            up_to: None,
            ids: Vec::new(),
        };
        state.signals.tell(company, user, &frame).await;
    }
    Ok(Json(ReadView {
        contact_id: contact,
        up_to,
    }))
}

/// Makes the last message that came in unread again, for the caller.
#[utoipa::path(
    delete,
    path = "/api/threads/{contact_id}/read",
    tag = "threads",
    params(("contact_id" = Uuid, Path)),
    responses((status = 200, body = ReadView), (status = 404, body = ProblemView))
)]
async fn mark_unread(
    caller: Caller,
    State(state): State<AppState>,
    Id(contact): Id<ContactId>,
) -> Result<Json<ReadView>, Problem> {
    let user = person(&caller)?;
    let (db, company) = (&state.database.db, caller.company);
    let contact = primary(&state, &caller, contact).await?;
    let mut tx = db.begin().await?;
    let up_to = reads::mark_unread(&mut tx, company, user, contact)
        .await?
        .ok_or_else(Problem::not_found)?;
    tx.commit().await?;
    let frame = Frame::Read {
        contact_id: contact,
        up_to,
    };
    state.signals.tell(company, user, &frame).await;
    Ok(Json(ReadView {
        contact_id: contact,
        up_to,
    }))
}

/// Whoever reads; a program reads nothing.
pub(super) fn person(caller: &Caller) -> Result<UserId, Problem> {
    caller.require(Permission::Read)?;
    caller.user().ok_or_else(|| {
        Problem::bad_request("only a person who is signed in has read or unread things")
    })
}
