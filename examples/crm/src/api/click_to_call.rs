//! `POST /api/calls`: starts a call. Our own phone rings first.

use axum::{Json, extract::State};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::{CallId, CallSid, ContactId, ErrorCode, LineId, UserId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Body, Id},
    problem::ProblemView,
};
use crate::{
    app::AppState,
    calls::{OutgoingCall, OutgoingState, Phone, StartCall, StartError},
    people::Permission,
};

/// How long a key may be.
const MAX_KEY: usize = 100;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(show))
}

/// A call to be started.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCall {
    /// Who is called; or `to`.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    contact_id: Option<ContactId>,
    /// The number that is called; or `contact_id`.
    #[serde(default)]
    to: Option<String>,
    /// The number of yours that is shown; that of the person, or the only one, if null.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    line_id: Option<LineId>,
    /// The phone that rings first; the first that the person has, if null.
    #[serde(default)]
    phone: Option<Phone>,
    /// Who is connected. Programs have to say so; people are it themselves, unless they set the
    /// company up.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
}

/// A call that was started.
#[derive(Debug, Serialize, ToSchema)]
struct StartedCall {
    /// The call, in the list of calls as soon as Twilio has it.
    #[schema(value_type = Uuid)]
    id: CallId,
    /// `asked`, `started`, `failed`, or `unknown`: Twilio has given no answer, and it is looked up.
    #[schema(value_type = String)]
    state: OutgoingState,
    #[schema(value_type = Option<String>)]
    call_sid: Option<CallSid>,
    #[schema(value_type = Uuid)]
    user_id: UserId,
    /// Who is called.
    to: String,
    /// Twilio's error, if it has not taken the call.
    error_code: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    asked_at: Timestamp,
}

impl From<OutgoingCall> for StartedCall {
    fn from(call: OutgoingCall) -> Self {
        Self {
            id: call.call_id,
            state: call.state,
            call_sid: call.call_sid,
            user_id: call.user_id,
            to: call.to,
            error_code: call.error_code,
            asked_at: call.asked_at,
        }
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Invalid(invalid) => Self::unprocessable(invalid.to_string()),
            StartError::NotFound => Self::not_found(),
            StartError::NoKey => Self::bad_request(format!(
                "one header `Idempotency-Key` is needed, with 1 to {MAX_KEY} plain characters of \
                 your own"
            )),
            StartError::OtherRequest => {
                Self::conflict("another request with this `Idempotency-Key` called somebody else")
            }
            StartError::Store(error) => error.into(),
        }
    }
}

/// Starts a call: your phone rings, you press 1, and the other side is called with a number of yours.
///
/// Asking again with the same `Idempotency-Key` starts nothing, and tells how it is.
#[utoipa::path(
    post,
    path = "/api/calls",
    tag = "calls",
    params(("Idempotency-Key" = String, Header, description = "Any text; another one for each call")),
    request_body = NewCall,
    responses(
        (status = 201, body = StartedCall),
        (status = 202, body = StartedCall, description = "Twilio has given no answer yet"),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
        (status = 422, body = ProblemView),
        (status = 502, body = ProblemView),
    )
)]
async fn start(
    caller: Caller,
    State(state): State<AppState>,
    headers: HeaderMap,
    Body(new): Body<NewCall>,
) -> Result<(StatusCode, Json<StartedCall>), Problem> {
    caller.require(Permission::Send)?;
    let user = match (caller.user(), new.user_id) {
        (Some(user), None) => user,
        (Some(user), Some(other)) => {
            if user != other {
                caller.require(Permission::Configure)?;
            }
            other
        }
        (None, Some(user)) => user,
        (None, None) => return Err(Problem::unprocessable("`user_id` says whose phone rings")),
    };
    let wanted = StartCall {
        company: caller.company,
        user,
        phone: new.phone,
        line: new.line_id,
        contact: new.contact_id,
        to: new.to,
        key: key(&headers),
    };
    let call = state.outgoing.start(&caller, &wanted).await?;
    let status = match call.state {
        OutgoingState::Failed => {
            let code = call.error_code.map(ErrorCode::from);
            let advice = code.and_then(ErrorCode::advice);
            return Err(Problem::twilio(match (call.error_code, advice) {
                (Some(code), Some(advice)) => {
                    format!("Twilio has not taken the call (error {code}): {advice}")
                }
                (Some(code), None) => format!("Twilio has not taken the call (error {code})"),
                (None, _) => "Twilio has not taken the call; try again".to_owned(),
            }));
        }
        OutgoingState::Started => StatusCode::CREATED,
        OutgoingState::Asked | OutgoingState::Unknown => StatusCode::ACCEPTED,
    };
    Ok((status, Json(call.into())))
}

/// How it is with a call that was started, also before Twilio has it and if it never had it.
#[utoipa::path(
    get,
    path = "/api/calls/{id}/start",
    tag = "calls",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = StartedCall),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView, description = "The call was not started here"),
    )
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<CallId>,
) -> Result<Json<StartedCall>, Problem> {
    caller.require(Permission::Read)?;
    if let Some(call) = state.outgoing.get(caller.company, id).await? {
        return Ok(Json(call.into()));
    }
    let directory = &state.database.directory;
    Err(match directory.call(caller.company, id).await? {
        Some(_) => Problem::conflict("this call was not started here"),
        None => Problem::not_found(),
    })
}

fn key(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all("idempotency-key").iter();
    let key = match (values.next(), values.next()) {
        (Some(key), None) => key.to_str().ok().map(str::trim),
        _ => None,
    };
    key.filter(|key| (1..=MAX_KEY).contains(&key.len()))
        .map(str::to_owned)
}
