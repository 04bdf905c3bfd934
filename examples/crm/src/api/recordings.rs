//! `/api/recordings`: what was recorded of calls, and listening to it.
//!
//! The sound comes through here, whole or in parts. No address of Twilio's gets out: whoever has one
//! may be able to fetch the file.

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use twilio_hooks::{
    CallId, RecordingId, RecordingSid, RecordingStatus, UserId, client::RecordingFormat,
    store::StoreError,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Actor, Caller, Problem,
    extract::{Id, page},
    problem::ProblemView,
    view::PageView,
};
use crate::{
    app::AppState,
    args,
    notices::{
        Frame,
        personal::{self, Person},
    },
    people::{Permission, audit},
    recordings::{BadRange, ByteRange, PlayError, RecordingRow, Which},
};

/// Whoever goes on listening for so long is put on the audit log again.
const PLAYED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// When to ask again for what is not ready.
const SOON: Duration = Duration::from_secs(5);

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, delete))
        .routes(routes!(audio))
}

/// One recording alone.
#[derive(Debug, Serialize, ToSchema)]
struct RecordingDetailView {
    #[schema(value_type = Uuid)]
    id: RecordingId,
    #[schema(value_type = Option<Uuid>)]
    call_id: Option<CallId>,
    #[schema(value_type = String)]
    recording_sid: RecordingSid,
    #[schema(value_type = String)]
    status: RecordingStatus,
    /// Seconds.
    duration: Option<u32>,
    channels: Option<u32>,
    /// Whether somebody left it as a message.
    voicemail: bool,
    /// Whether this server has a copy.
    copied: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    error_code: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<RecordingRow> for RecordingDetailView {
    fn from(row: RecordingRow) -> Self {
        Self {
            voicemail: row.is_voicemail(),
            copied: row.copied_bytes.is_some(),
            id: row.id,
            call_id: row.call_id,
            recording_sid: row.recording_sid,
            status: row.status,
            duration: row.duration,
            channels: row.channels,
            started_at: row.started_at,
            error_code: row.error_code,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// How many entries at most; 50 unless set, and never more than 200.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// Only entries older than this one: the `next` of the page before.
    #[param(value_type = Option<Uuid>)]
    before: Option<String>,
    /// Only those of this call.
    #[param(value_type = Option<Uuid>)]
    call_id: Option<String>,
    /// Only messages that people left.
    #[serde(default)]
    voicemail: bool,
}

/// Recordings of calls, newest first.
#[utoipa::path(
    get,
    path = "/api/recordings",
    tag = "recordings",
    params(ListParams),
    responses(
        (status = 200, body = PageView<RecordingDetailView>),
        (status = 404, body = ProblemView),
    )
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    query: Result<Query<ListParams>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<PageView<RecordingDetailView>>, Problem> {
    caller.require(Permission::Read)?;
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let page = page(query.limit.as_deref(), query.before.as_deref())?;
    let which = match (query.call_id, query.voicemail) {
        (Some(_), true) => {
            return Err(Problem::bad_request(
                "`call_id` and `voicemail` don't go together",
            ));
        }
        (Some(call), false) => {
            let call: CallId = call
                .parse()
                .map_err(|_| Problem::bad_request("`call_id` is not a UUID"))?;
            let directory = &state.database.directory;
            directory
                .call(caller.company, call)
                .await?
                .ok_or_else(Problem::not_found)?;
            Which::OfCall(call)
        }
        (None, true) => Which::Voicemails,
        (None, false) => Which::All,
    };
    let recordings = state.recordings.list(caller.company, which, page).await?;
    Ok(Json(PageView::new(recordings, RecordingDetailView::from)))
}

/// One recording.
#[utoipa::path(
    get,
    path = "/api/recordings/{id}",
    tag = "recordings",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = RecordingDetailView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<RecordingId>,
) -> Result<Json<RecordingDetailView>, Problem> {
    caller.require(Permission::Read)?;
    Ok(Json(find(&state, &caller, id).await?.into()))
}

/// Deletes a recording: here, and a little later the files here and at Twilio.
#[utoipa::path(
    delete,
    path = "/api/recordings/{id}",
    tag = "recordings",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = ProblemView))
)]
async fn delete(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<RecordingId>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::Erase)?;
    if !state.recordings.remove(&caller, id).await? {
        return Err(Problem::not_found());
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AudioParams {
    /// `mp3`, which it is unless set, or `wav`.
    #[param(value_type = Option<String>)]
    #[serde(default)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Mp3,
    Wav,
}

/// The sound of a recording, whole or the part that `Range` names. Beginning to listen is put on the
/// audit log.
#[utoipa::path(
    get,
    path = "/api/recordings/{id}/audio",
    tag = "recordings",
    params(("id" = Uuid, Path), AudioParams),
    responses(
        (status = 200, description = "All of it", content_type = "audio/mpeg"),
        (status = 206, description = "A part", content_type = "audio/mpeg"),
        (status = 404, body = ProblemView),
        (status = 409, description = "It is not ready yet, or not kept in this format", body = ProblemView),
        (status = 410, description = "It was deleted", body = ProblemView),
        (status = 416, description = "It has no such part", body = ProblemView),
        (status = 502, description = "Twilio does not give it", body = ProblemView),
    )
)]
async fn audio(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<RecordingId>,
    query: Result<Query<AudioParams>, axum::extract::rejection::QueryRejection>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(Permission::PlayRecordings)?;
    let Query(query) = query.map_err(|_| Problem::bad_request("`format` can be `mp3` or `wav`"))?;
    let row = find(&state, &caller, id).await?;
    let range = match ByteRange::parse(headers.get(header::RANGE)) {
        Ok(range) => range,
        Err(BadRange) => return Ok(no_such_part(row.copied_bytes)),
    };
    let (format, content_type, ending) = match query.format {
        Format::Mp3 => (RecordingFormat::Mp3, "audio/mpeg", "mp3"),
        Format::Wav => (RecordingFormat::Wav, "audio/wav", "wav"),
    };
    let sound = match state.recordings.open(&row, format, range).await {
        Ok(sound) => sound,
        Err(PlayError::BadRange(length)) => return Ok(no_such_part(length)),
        Err(error) => return Err(silent(error)),
    };
    if method == Method::GET && is_play(&state, &caller, id, range).await? {
        let details = json!({ "call_id": row.call_id });
        let object = Some(("recording", id.as_uuid()));
        audit(
            &state.database.db,
            &caller,
            "recording.played",
            object,
            details,
        )
        .await?;
        note_heard(&state, &caller, &row).await?;
    }
    let mut response = sound.body.into_response();
    if sound.content_range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    let began = row.started_at.unwrap_or(row.created_at);
    let name = format!("recording-{}.{ending}", began.strftime("%Y%m%d-%H%M%S"));
    let fields = [
        (header::CONTENT_TYPE, Some(content_type.to_owned())),
        (
            header::CONTENT_LENGTH,
            sound.length.map(|it| it.to_string()),
        ),
        (header::CONTENT_RANGE, sound.content_range),
        (header::ACCEPT_RANGES, Some("bytes".to_owned())),
        (
            header::CONTENT_DISPOSITION,
            Some(format!("inline; filename=\"{name}\"")),
        ),
    ];
    super::file::describe(response.headers_mut(), fields);
    Ok(response)
}

async fn find(state: &AppState, caller: &Caller, id: RecordingId) -> Result<RecordingRow, Problem> {
    let row = state.recordings.find(caller.company, id).await?;
    row.ok_or_else(Problem::not_found)
}

/// Whoever listens to a message need not be told of it any more.
async fn note_heard(
    state: &AppState,
    caller: &Caller,
    row: &RecordingRow,
) -> Result<(), StoreError> {
    let (Some(user), Some(call), true) = (caller.user(), row.call_id, row.is_voicemail()) else {
        return Ok(());
    };
    let person = Person {
        company: caller.company,
        user,
        role: caller.role,
    };
    if personal::mark_voicemail(&state.database.db, person, call).await? {
        let frame = Frame::NotificationsRead {
            up_to: None,
            ids: Vec::new(),
        };
        state.signals.tell(caller.company, user, &frame).await;
    }
    Ok(())
}

/// Whether this is on record: whoever begins at the beginning, and whoever has not done so for long.
async fn is_play(
    state: &AppState,
    caller: &Caller,
    id: RecordingId,
    range: Option<ByteRange>,
) -> Result<bool, StoreError> {
    let Some(range) = range else {
        return Ok(true);
    };
    if range.is_start() || range.is_probe() {
        return Ok(range.is_start());
    }
    let (user, token) = match caller.actor {
        Actor::User(user) => (Some(user.as_uuid()), None),
        Actor::ApiToken(token) => (None, Some(token)),
        Actor::Configured | Actor::Server => (None, None),
    };
    // Entries have the time in their ids.
    let since = caller.at.checked_sub(PLAYED_FOR).unwrap_or(caller.at);
    let since = UserId::at(since).as_uuid();
    let sql = "select id from audit_log
               where company_id = $1 and id >= $2 and action = 'recording.played'
                 and object_id = $3 and (user_id = $4 or api_token_id = $5
                     or (user_id is null and api_token_id is null and $6))
               limit 1";
    let anonymous = user.is_none() && token.is_none();
    let args = args![caller.company, since, id, user, token, anonymous];
    Ok(state.database.db.row(sql, args).await?.is_none())
}

fn no_such_part(length: Option<u64>) -> Response {
    let detail = "the recording has no such part".to_owned();
    let problem = Problem::refused(StatusCode::RANGE_NOT_SATISFIABLE, detail);
    let mut response = problem.into_response();
    let range = length.map(|length| format!("bytes */{length}"));
    if let Some(value) = range.and_then(|range| HeaderValue::from_str(&range).ok()) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

fn silent(error: PlayError) -> Problem {
    match error {
        PlayError::NotReady => {
            Problem::conflict("Twilio is still preparing the recording; try again in some seconds")
                .with_retry_after(SOON)
        }
        PlayError::OnlyMp3 => Problem::conflict(
            "only mp3 is kept of this recording; leave out `format`, or ask for `mp3`",
        ),
        PlayError::Absent => Problem::refused(
            StatusCode::NOT_FOUND,
            "there is nothing to hear: nothing was recorded".to_owned(),
        ),
        PlayError::Gone => {
            Problem::refused(StatusCode::GONE, "the recording was deleted".to_owned())
        }
        PlayError::Store(error) => error.into(),
        PlayError::Record(error) => error.into(),
        error => {
            tracing::error!(
                reason = "recording",
                error = &error as &dyn std::error::Error,
                "a recording can't be played"
            );
            match error {
                PlayError::File(_) => Problem::internal(),
                _ => Problem::twilio("Twilio does not give the recording now; try again later"),
            }
        }
    }
}
