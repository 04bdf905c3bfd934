//! `/api/messages/{id}/media/{index}`: the files of a message, which come through here.

use axum::{
    body::Body,
    extract::{FromRequestParts, Path, State},
    response::Response,
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use http_body_util::Limited;
use twilio_hooks::{MessageId, client::DownloadOptions};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Caller, Problem, problem::ProblemView};
use crate::{
    app::AppState,
    media_in::{Kind, MediaError, Shown},
    people::Permission,
    recordings::{BadRange, ByteRange},
};

/// What is larger is not passed on; Twilio's own limit for what comes in is lower.
const LARGEST: usize = 20 * 1024 * 1024;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// `{id}` and `{index}` in the path.
struct Which {
    message: MessageId,
    index: usize,
}

impl<S: Send + Sync> FromRequestParts<S> for Which {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let malformed = || Problem::bad_request("the id in the path is not a UUID");
        let Path((id, index)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| malformed())?;
        Ok(Self {
            message: id.parse().map_err(|_| malformed())?,
            // There is nothing behind what is no number.
            index: index.parse().map_err(|_| Problem::not_found())?,
        })
    }
}

/// A file of a message, counted from 0: pictures, sounds and films to be shown, everything else to be
/// saved.
#[utoipa::path(
    get,
    path = "/api/messages/{id}/media/{index}",
    tag = "messages",
    params(("id" = Uuid, Path), ("index" = u32, Path)),
    responses(
        (status = 200, description = "All of it", content_type = "application/octet-stream"),
        (status = 206, description = "A part", content_type = "application/octet-stream"),
        (status = 404, body = ProblemView),
        (status = 413, description = "It is too large", body = ProblemView),
        (status = 416, description = "It has no such part", body = ProblemView),
        (status = 502, description = "Twilio does not give it", body = ProblemView),
    )
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    which: Which,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(Permission::Read)?;
    let directory = &state.database.directory;
    let message = directory.message(caller.company, which.message).await?;
    let message = message.ok_or_else(Problem::not_found)?;
    let mut options = DownloadOptions::new();
    match ByteRange::parse(headers.get(header::RANGE)) {
        Ok(Some(range)) => options = options.with_range(range.to_header()),
        Ok(None) => {}
        Err(BadRange) => return Err(no_such_part()),
    }
    let opened = state
        .media_in
        .open(&message, which.index, options, caller.at)
        .await;
    let download = opened.map_err(missing)?;
    let length = download.content_length();
    if length.is_some_and(|length| length > LARGEST as u64) {
        return Err(Problem::refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the file is larger than 20 MB".to_owned(),
        ));
    }
    let kind = Kind::of(download.content_type());
    let disposition = match kind.shown {
        Shown::Inline => "inline",
        Shown::Attachment => "attachment",
    };
    let number = which.index + 1;
    let fields = [
        (header::CONTENT_TYPE, Some(kind.content_type.to_owned())),
        (header::CONTENT_LENGTH, length.map(|it| it.to_string())),
        (
            header::CONTENT_RANGE,
            download.content_range().map(str::to_owned),
        ),
        (header::ACCEPT_RANGES, Some("bytes".to_owned())),
        (
            header::CONTENT_DISPOSITION,
            Some(format!(
                "{disposition}; filename=\"file-{number}.{}\"",
                kind.ending
            )),
        ),
    ];
    let status = download.status();
    let mut response = Response::new(Body::new(Limited::new(download, LARGEST)));
    *response.status_mut() = status;
    super::file::describe(response.headers_mut(), fields);
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    Ok(response)
}

fn no_such_part() -> Problem {
    Problem::refused(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "the file has no such part".to_owned(),
    )
}

fn missing(error: MediaError) -> Problem {
    match error {
        MediaError::None => Problem::not_found(),
        MediaError::Twilio(error) if error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE) => {
            no_such_part()
        }
        error => {
            tracing::error!(
                reason = "media",
                error = &error as &dyn std::error::Error,
                "a file can't be passed on"
            );
            Problem::twilio("Twilio does not give the file now; try again later")
        }
    }
}
