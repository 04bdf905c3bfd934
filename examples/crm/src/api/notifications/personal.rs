//! What has happened, as one person sees it: what of it is read, and where it leads.

use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use http::request::Parts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::{CallId, ContactId, MessageId, NotificationId, notify::Topic};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        Caller, Problem,
        extract::{self, Body},
        problem::ProblemView,
        threads::person,
    },
    app::AppState,
    contacts::{company::country, details::display_name, phone::Country},
    notices::{
        Frame,
        personal::{self, Person, Personal},
    },
    threads::{list, reads},
};

/// How many notifications can be marked at once.
const MAX_IDS: usize = 500;

/// How many of them go into one frame: Postgres passes on 8,000 bytes at most.
const IDS_OF_FRAME: usize = 100;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(mine))
        .routes(routes!(mark_read))
        .routes(routes!(unread))
}

fn who(caller: &Caller) -> Result<Person, Problem> {
    Ok(Person {
        company: caller.company,
        user: person(caller)?,
        role: caller.role,
    })
}

/// `?unread=&before=&limit=`.
#[derive(Debug, Clone, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct MineParams {
    /// Only what is not read.
    unread: bool,
    /// Only numbers below this one: the `next` of the page before.
    before: Option<i64>,
    /// How many entries at most; 50 unless set, and never more than 200.
    limit: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for MineParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            #[serde(default)]
            unread: bool,
            before: Option<i64>,
            limit: Option<String>,
        }
        let raw: Raw = extract::query(parts, state).await?;
        Ok(Self {
            unread: raw.unread,
            before: raw.before,
            limit: extract::limit(raw.limit.as_deref())?,
        })
    }
}

/// A notification, as the caller sees it.
#[derive(Debug, Serialize, ToSchema)]
struct PersonalView {
    #[schema(value_type = Uuid)]
    id: NotificationId,
    seq: i64,
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    topic: Topic,
    title: String,
    message: String,
    #[schema(value_type = Option<Uuid>)]
    contact_id: Option<ContactId>,
    /// What to call the contact now.
    display_name: Option<String>,
    /// Where to go from here.
    target: Target,
    read: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Where a notification leads.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Target {
    /// An entry of a thread.
    Thread {
        #[schema(value_type = Option<Uuid>)]
        contact_id: Option<ContactId>,
        #[schema(value_type = Uuid)]
        message_id: MessageId,
    },
    /// A call.
    Call {
        #[schema(value_type = Uuid)]
        call_id: CallId,
    },
    /// A contact.
    Contact {
        #[schema(value_type = Uuid)]
        contact_id: ContactId,
    },
    /// The settings of Twilio.
    Settings,
    /// Nothing in particular.
    None,
}

impl PersonalView {
    fn new(it: Personal, home: Country) -> Self {
        let address = it.contact_address.as_deref();
        let name = address.map(|address| display_name(it.contact_name.as_deref(), address, home));
        let target = match (&it.topic, it.sms, it.call, it.contact) {
            (Topic::SetupProblem, ..) => Target::Settings,
            (_, Some(message_id), _, contact_id) => Target::Thread {
                contact_id,
                message_id,
            },
            (_, _, Some(call_id), _) => Target::Call { call_id },
            (_, _, _, Some(contact_id)) => Target::Contact { contact_id },
            _ => Target::None,
        };
        Self {
            id: it.id,
            seq: it.seq,
            topic: it.topic,
            title: it.title,
            message: it.message,
            contact_id: it.contact,
            display_name: name,
            target,
            read: it.is_read,
            created_at: it.created_at,
        }
    }
}

/// A part of the caller's list, highest number first.
#[derive(Debug, Serialize, ToSchema)]
struct PersonalPage {
    items: Vec<PersonalView>,
    /// What to give as `before` for the next part; null on the last one.
    next: Option<i64>,
}

/// What has happened, as the caller sees it: newest first, with what is read. A part of the list may
/// be short, even empty, and still have a `next`.
#[utoipa::path(
    get,
    path = "/api/me/notifications",
    tag = "notifications",
    params(MineParams),
    responses((status = 200, body = PersonalPage), (status = 400, body = ProblemView))
)]
async fn mine(
    caller: Caller,
    State(state): State<AppState>,
    params: MineParams,
) -> Result<Json<PersonalPage>, Problem> {
    let person = who(&caller)?;
    let db = &state.database.db;
    let home = country(db, caller.company).await?;
    let MineParams {
        unread,
        before,
        limit,
    } = params;
    let (items, next) = personal::notifications(db, person, unread, before, limit).await?;
    let items = items.into_iter().map(|it| PersonalView::new(it, home));
    Ok(Json(PersonalPage {
        items: items.collect(),
        next,
    }))
}

/// One of both.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({ "up_to": 7 }))]
struct MarkRead {
    /// Everything up to this number.
    up_to: Option<i64>,
    /// These.
    #[schema(value_type = Option<Vec<Uuid>>)]
    ids: Option<Vec<NotificationId>>,
}

/// Notes what the caller has read, and answers with what is still unread. The caller's other tabs are
/// told.
#[utoipa::path(
    put,
    path = "/api/me/notifications/read",
    tag = "notifications",
    request_body = MarkRead,
    responses((status = 200, body = UnreadView), (status = 404, body = ProblemView))
)]
async fn mark_read(
    caller: Caller,
    State(state): State<AppState>,
    Body(mark): Body<MarkRead>,
) -> Result<Json<UnreadView>, Problem> {
    let person = who(&caller)?;
    let db = &state.database.db;
    let frames = match (mark.up_to, mark.ids) {
        (Some(up_to), None) if up_to >= 0 => {
            let up_to = personal::mark_up_to(db, person, up_to).await?;
            vec![frame(Some(up_to), &[])]
        }
        (None, Some(ids)) if ids.len() <= MAX_IDS => {
            if !personal::mark_each(db, person, &ids).await? {
                return Err(Problem::not_found());
            }
            ids.chunks(IDS_OF_FRAME)
                .map(|ids| frame(None, ids))
                .collect()
        }
        _ => {
            let detail = "give either `up_to`, a number, or `ids`, at most 500";
            return Err(Problem::bad_request(detail));
        }
    };
    for frame in &frames {
        state.signals.tell(person.company, person.user, frame).await;
    }
    counts(&state, person).await
}

fn frame(up_to: Option<i64>, ids: &[NotificationId]) -> Frame {
    Frame::NotificationsRead {
        up_to,
        ids: ids.to_vec(),
    }
}

/// How much is unread; 100 stands for more.
#[derive(Debug, Serialize, ToSchema)]
struct UnreadView {
    notifications: i64,
    /// Threads with something unread.
    threads: i64,
    /// Notifications of messages that callers left: those not listened to.
    voicemails: i64,
}

/// How much the caller has not read.
#[utoipa::path(
    get,
    path = "/api/me/unread",
    tag = "notifications",
    responses((status = 200, body = UnreadView), (status = 400, body = ProblemView))
)]
async fn unread(
    caller: Caller,
    State(state): State<AppState>,
) -> Result<Json<UnreadView>, Problem> {
    counts(&state, who(&caller)?).await
}

async fn counts(state: &AppState, person: Person) -> Result<Json<UnreadView>, Problem> {
    let db = &state.database.db;
    let threads = match reads::reader(db, person.company, person.user).await? {
        Some(reader) => list::unread_threads(db, person.company, reader).await?,
        None => 0,
    };
    Ok(Json(UnreadView {
        notifications: personal::unread(db, person).await?,
        threads,
        voicemails: personal::unheard(db, person).await?,
    }))
}
