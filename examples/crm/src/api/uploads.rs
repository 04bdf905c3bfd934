//! `/api/media`: files to send; and `/media/{token}`, where Twilio fetches them.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{DefaultBodyLimit, Path, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use tokio::{sync::Semaphore, time::timeout};
use twilio_hooks::CompanyId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Actor, Caller, Problem, extract::Id, problem::ProblemView};
use crate::{
    app::AppState,
    clock::Clock,
    limit::Limit,
    messaging::media::{File, MAX_BYTES},
    people::Permission,
};

/// How long a file may take to arrive.
const PATIENCE: Duration = Duration::from_secs(120);

/// How many files one caller may hand in within an hour, all at once if need be.
const AN_HOUR: NonZeroU32 = NonZeroU32::new(60).expect("it is above zero");

/// How many files may arrive at once; each is in memory until it is complete.
const AT_ONCE: usize = 16;

/// How many files people and programs may hand in: each takes its room in the database for a day.
/// Each server process counts for itself. Clones share the count.
#[derive(Debug, Clone)]
pub struct UploadLimits {
    callers: Arc<Limit<(CompanyId, Actor)>>,
    arriving: Arc<Semaphore>,
}

impl UploadLimits {
    /// Nobody has handed in anything.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Self {
            callers: Arc::new(Limit::new(AN_HOUR, Duration::from_secs(3600), clock)),
            arriving: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    fn check(&self, caller: &Caller) -> Result<(), Problem> {
        let checked = self.callers.check((caller.company, caller.actor));
        checked.map_err(|wait| {
            tracing::warn!(reason = "too-many", "request of the API refused");
            Problem::too_many("too many files; wait before the next one").with_retry_after(wait)
        })
    }
}

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(upload))
        .routes(routes!(show))
        .routes(routes!(fetch))
        .layer(DefaultBodyLimit::disable())
}

/// A file that was handed in.
#[derive(Serialize, ToSchema)]
struct UploadView {
    /// What a message names it by, in `media`.
    id: Uuid,
    content_type: &'static str,
    size: usize,
}

/// Hands in a file to send. It goes away after a day if no message has it by then.
#[utoipa::path(
    post,
    path = "/api/media",
    tag = "media",
    request_body(
        content = Vec<u8>,
        content_type = "application/octet-stream",
        description = "The file itself: JPEG, PNG, GIF, MP4, 3GPP, MP3, AMR, PDF or vCard of 5 MB at most."
    ),
    responses(
        (status = 201, body = UploadView),
        (status = 413, body = ProblemView),
        (status = 429, description = "More than 60 files in an hour.", body = ProblemView),
        (status = 422, description = "It is none of these, or not what `Content-Type` says.", body = ProblemView),
    )
)]
async fn upload(
    caller: Caller,
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<UploadView>), Problem> {
    caller.require(Permission::Send)?;
    let too_large = || {
        Problem::refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the file has more than 5 MB".to_owned(),
        )
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BYTES) {
        return Err(too_large());
    }
    state.uploads.check(&caller)?;
    let arrived = async {
        let _place = state.uploads.arriving.acquire().await;
        to_bytes(body, MAX_BYTES).await
    };
    let bytes = match timeout(PATIENCE, arrived).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => return Err(too_large()),
        Err(_) => {
            return Err(Problem::refused(
                StatusCode::REQUEST_TIMEOUT,
                "the file came too slowly".to_owned(),
            ));
        }
    };
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let upload = state
        .messaging
        .upload(caller.company, caller.user(), content_type, bytes.into())
        .await?;
    let view = UploadView {
        id: upload.id,
        content_type: upload.kind.content_type(),
        size: upload.size,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// A file that was handed in.
#[utoipa::path(
    get,
    path = "/api/media/{id}",
    tag = "media",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "The file.", content_type = "application/octet-stream"),
        (status = 404, body = ProblemView),
    )
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
) -> Result<Response, Problem> {
    caller.require(Permission::Read)?;
    let file = state.messaging.file(caller.company, id).await?;
    file.map(|file| serve(file, "private, no-store"))
        .ok_or_else(Problem::not_found)
}

/// A file of a message, for Twilio: whoever has the address gets it, for twelve hours.
#[utoipa::path(
    get,
    path = "/media/{token}",
    tag = "media",
    params(("token" = String, Path)),
    security(()),
    responses(
        (status = 200, description = "The file.", content_type = "application/octet-stream"),
        (status = 404, body = ProblemView),
    )
)]
async fn fetch(
    State(state): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let file = state.messaging.linked_file(&token).await?;
    file.map(|file| serve(file, "no-store"))
        .ok_or_else(Problem::not_found)
}

/// The type is one of ours, found in the bytes, and a browser may neither guess another nor run
/// anything.
fn serve(file: File, cache: &'static str) -> Response {
    let disposition = format!("inline; filename=\"{}\"", file.kind.file_name());
    let disposition =
        HeaderValue::try_from(disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(file.kind.content_type()),
        ),
        (header::CONTENT_DISPOSITION, disposition),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
    ];
    (headers, file.bytes).into_response()
}
