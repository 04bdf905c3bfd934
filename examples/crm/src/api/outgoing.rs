//! `POST /api/messages` and what belongs to it: sending texts, trying again, taking back.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{Json, extract::State};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use twilio_hooks::{ContactId, LineId, MessageId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, Problem,
    extract::{Body, Id},
    messages::view,
    problem::ProblemView,
    view::MessageView,
};
use crate::{
    app::AppState,
    messaging::{
        NewText, Outgoing, Refusal, State as Progress,
        failure::{Delay, Failure},
        intent::{Once, To},
        lists::{self, Range},
        segments::{Encoding, MAX_BODY, Segments, length},
    },
    people::Permission,
    threads::entry::Sent,
};

/// How long a key may be.
const MAX_KEY: usize = 200;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(send))
        .routes(routes!(retry))
        .routes(routes!(cancel))
        .routes(routes!(preview))
}

/// A text to send.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    /// Whom it is for; or `to`. It goes by WhatsApp if the contact has written to the line by WhatsApp
    /// last, else by SMS.
    #[schema(value_type = Option<Uuid>)]
    contact_id: Option<ContactId>,
    /// A number, for an SMS; those of the company's country may be without its code. A contact is made if it is
    /// nobody's.
    to: Option<String>,
    /// The line that sends it. Unless set: that of the last conversation, else the default line.
    #[schema(value_type = Option<Uuid>)]
    line_id: Option<LineId>,
    /// The text, of 1600 characters at most; or `template_id`, or nothing but files.
    #[serde(default)]
    body: String,
    /// A template that the text is made of.
    template_id: Option<Uuid>,
    /// Values for the blanks of the template, by their names.
    #[serde(default)]
    values: BTreeMap<String, String>,
    /// Files that were uploaded, ten at most.
    #[serde(default)]
    media: Vec<Uuid>,
}

/// Sends a text. It is kept and answered before Twilio is asked; where it stands comes live.
#[utoipa::path(
    post,
    path = "/api/messages",
    tag = "messages",
    params((
        "Idempotency-Key" = String, Header,
        description = "A text of the client's own, such as a UUID: a request that is repeated with it sends nothing twice."
    )),
    request_body = NewMessage,
    responses(
        (status = 201, body = MessageView),
        (status = 404, body = ProblemView),
        (status = 409, description = "The person does not want it.", body = ProblemView),
        (status = 422, body = ProblemView),
        (status = 429, description = "The budget of the day is used up.", body = ProblemView),
    )
)]
async fn send(
    caller: Caller,
    State(state): State<AppState>,
    headers: HeaderMap,
    Body(message): Body<NewMessage>,
) -> Result<(StatusCode, Json<MessageView>), Problem> {
    caller.require(Permission::Send)?;
    let once = Once {
        key: idempotency_key(&headers)?,
        request: digest(&message)?,
    };
    let to = match (message.contact_id, message.to) {
        (Some(contact), None) => To::Contact(contact),
        (None, number) => To::Number(number.unwrap_or_default()),
        (Some(_), Some(_)) => {
            return Err(Problem::unprocessable(
                "say whom it is for: either `contact_id` or `to`",
            ));
        }
    };
    let mut text = NewText::new(caller.company, to, message.body)
        .with_line(message.line_id)
        .with_media(message.media)
        .with_user(caller.user());
    if let Some(id) = message.template_id {
        text = text.with_template(id, message.values);
    }
    let text = state.messaging.queue_once(&text, &once).await?;
    Ok((StatusCode::CREATED, Json(show(&state, &text).await?)))
}

/// Sends a text that failed again, as a new one, if that may help.
#[utoipa::path(
    post,
    path = "/api/messages/{id}/retry",
    tag = "messages",
    params(("id" = Uuid, Path)),
    responses(
        (status = 201, description = "The new message; asked again, the same one.", body = MessageView),
        (status = 404, body = ProblemView),
        (status = 409, description = "It does not help, and why.", body = ProblemView),
        (status = 429, body = ProblemView),
    )
)]
async fn retry(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<MessageId>,
) -> Result<(StatusCode, Json<MessageView>), Problem> {
    caller.require(Permission::Send)?;
    let text = state
        .messaging
        .retry(caller.company, id, caller.user())
        .await?;
    Ok((StatusCode::CREATED, Json(show(&state, &text).await?)))
}

/// Takes a text back that Twilio has not heard of yet.
#[utoipa::path(
    post,
    path = "/api/messages/{id}/cancel",
    tag = "messages",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = MessageView),
        (status = 404, body = ProblemView),
        (status = 409, description = "It is too late.", body = ProblemView),
    )
)]
async fn cancel(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<MessageId>,
) -> Result<Json<MessageView>, Problem> {
    caller.require(Permission::Send)?;
    let text = state.messaging.cancel(caller.company, id).await?;
    Ok(Json(show(&state, &text).await?))
}

/// A text that may be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Draft {
    body: String,
}

/// How a text would be sent.
#[derive(Serialize, ToSchema)]
struct PreviewView {
    encoding: Encoding,
    /// How many SMS it takes, each of which is paid for.
    segments: usize,
    /// How many characters it has, in units of its encoding: some count twice.
    units: usize,
    /// How many more of them fit without another SMS.
    left: usize,
    /// What counts for the limit.
    length: usize,
    limit: usize,
    /// Whether it is refused because of the limit.
    too_long: bool,
    /// The first character that makes it UCS-2, with less in each SMS.
    culprit: Option<CulpritView>,
}

/// A character that is not in the GSM alphabet.
#[derive(Serialize, ToSchema)]
struct CulpritView {
    #[schema(value_type = String)]
    character: char,
    /// How many characters come before it.
    position: usize,
}

/// Says how a text would be sent, and sends nothing.
#[utoipa::path(
    post,
    path = "/api/messages/preview",
    tag = "messages",
    request_body = Draft,
    responses((status = 200, body = PreviewView))
)]
async fn preview(caller: Caller, Body(draft): Body<Draft>) -> Result<Json<PreviewView>, Problem> {
    caller.require(Permission::Read)?;
    let segments = Segments::of(&draft.body);
    let length = length(&draft.body);
    Ok(Json(PreviewView {
        encoding: segments.encoding,
        segments: segments.count,
        units: segments.units,
        left: segments.left,
        length,
        limit: MAX_BODY,
        too_long: length > MAX_BODY,
        culprit: segments.culprit.map(|culprit| CulpritView {
            character: culprit.character,
            position: culprit.position,
        }),
    }))
}

/// Why a message did not arrive.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FailureView {
    /// Twilio's error code, if there is one.
    code: Option<u32>,
    meaning: Cow<'static, str>,
    /// What to do about it.
    advice: Cow<'static, str>,
    /// Whether sending the same again may help.
    retryable: bool,
}

impl From<Failure> for FailureView {
    fn from(failure: Failure) -> Self {
        Self {
            code: failure.code,
            meaning: failure.meaning.into(),
            advice: failure.advice.into(),
            retryable: failure.retryable,
        }
    }
}

/// What is known of a message because it was sent from here.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OutgoingView {
    #[schema(value_type = Uuid)]
    line_id: LineId,
    /// Whether no person wrote it.
    automatic: bool,
    /// Whether it can still be taken back.
    cancelable: bool,
    /// Why it still waits, if there is a reason.
    delay: Option<&'static str>,
    /// The message that it tries again.
    #[schema(value_type = Option<Uuid>)]
    retry_of: Option<MessageId>,
    /// The message that tries it again.
    #[schema(value_type = Option<Uuid>)]
    retried_by: Option<MessageId>,
}

impl From<&Outgoing> for OutgoingView {
    fn from(text: &Outgoing) -> Self {
        Self {
            line_id: text.line_id,
            automatic: text.automatic,
            cancelable: text.is_cancelable(),
            delay: text.delay().map(Delay::sentence),
            retry_of: text.retry_of,
            retried_by: text.retried_by,
        }
    }
}

/// The message of the store if it is there, else what is to become one.
async fn show(state: &AppState, text: &Outgoing) -> Result<MessageView, Problem> {
    match text.state {
        Progress::Sent => view(state, text.company_id, text.id)
            .await?
            .ok_or_else(Problem::not_found),
        _ => {
            let range = Range::only(text.company_id, text.id);
            let mut files = lists::attachments(&state.database.db, range).await?;
            Ok(MessageView::pending(&Sent {
                text: text.clone(),
                files: files.remove(&text.id).unwrap_or_default(),
            }))
        }
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let key = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().unwrap_or_default().trim(),
        _ => "",
    };
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(Problem::bad_request(format!(
            "one header `Idempotency-Key` is needed, with 1 to {MAX_KEY} plain characters of your \
             choice that are new for each message, such as a UUID"
        )));
    }
    Ok(key.to_owned())
}

fn digest(message: &NewMessage) -> Result<[u8; 32], Problem> {
    let text = serde_json::to_vec(message).map_err(|_| Problem::internal())?;
    Ok(Sha256::digest(text).into())
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::not_found(),
            Refusal::Invalid(detail) => Self::unprocessable(detail),
            Refusal::Conflict(detail) => Self::conflict(detail),
            Refusal::TooMany(detail) => Self::too_many(detail),
            Refusal::Store(error) => error.into(),
        }
    }
}
