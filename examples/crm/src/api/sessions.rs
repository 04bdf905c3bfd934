//! `/api/session`: signing in and out with a browser. `/api/sessions` are the caller's own.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode, header, request::Parts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::CompanyId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Actor, Caller, Problem,
    client_ip::client_ip,
    extract::{Body, Id},
    problem::ProblemView,
    users::UserView,
};
use crate::{
    app::AppState,
    contacts::company,
    people::{Password, Permission, Role, Session, SignIn},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(whoami, sign_in, sign_out))
        .routes(routes!(change_password))
        .routes(routes!(list))
        .routes(routes!(end))
}

/// Who asks, and what they may do.
#[derive(Debug, Serialize, ToSchema)]
struct WhoView {
    #[schema(value_type = Uuid)]
    company_id: CompanyId,
    role: Role,
    permissions: Vec<Permission>,
    /// The zone to show times in: the person's, else the company's, else UTC.
    time_zone: String,
    /// The person; null for a program.
    user: Option<UserView>,
    /// The token of the program, if it was made in the CRM.
    api_token_id: Option<Uuid>,
    /// The session, for a person.
    session_id: Option<Uuid>,
}

async fn who(state: &AppState, caller: &Caller) -> Result<WhoView, Problem> {
    let user = match caller.user() {
        Some(id) => Some(state.people.user(caller.company, id).await?),
        None => None,
    };
    let own_zone = user.as_ref().and_then(|user| user.time_zone.clone());
    let time_zone = match own_zone {
        Some(zone) => Some(zone),
        None => {
            company::settings(&state.database.db, caller.company)
                .await?
                .time_zone
        }
    };
    let may = Permission::ALL.into_iter();
    Ok(WhoView {
        company_id: caller.company,
        role: caller.role,
        permissions: may
            .filter(|permission| caller.role.may(*permission))
            .collect(),
        time_zone: time_zone.unwrap_or_else(|| "UTC".to_owned()),
        user: user.map(UserView::from),
        api_token_id: match caller.actor {
            Actor::ApiToken(id) => Some(id),
            Actor::User(_) | Actor::Configured | Actor::Server => None,
        },
        session_id: caller.session,
    })
}

/// Who asks, and what they may do.
#[utoipa::path(
    get,
    path = "/api/session",
    tag = "session",
    responses((status = 200, body = WhoView), (status = 401, body = ProblemView))
)]
async fn whoami(caller: Caller, State(state): State<AppState>) -> Result<Json<WhoView>, Problem> {
    Ok(Json(who(&state, &caller).await?))
}

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    #[schema(example = "ana@example.com")]
    email: String,
    #[schema(example = "correct horse battery staple")]
    password: Password,
}

/// Signs in: the answer has the cookie of a new session.
#[utoipa::path(
    post,
    path = "/api/session",
    tag = "session",
    security(()),
    request_body = Login,
    responses(
        (status = 200, body = WhoView),
        (status = 401, body = ProblemView),
        (status = 429, body = ProblemView),
    )
)]
async fn sign_in(
    State(state): State<AppState>,
    parts: Parts,
    Body(login): Body<Login>,
) -> Result<Response, Problem> {
    let browser = &state.access.browser;
    // Nobody is to be signed in as somebody else by a page of a stranger's.
    if browser.is_foreign_page(&parts.headers) {
        return Err(Problem::foreign_origin());
    }
    let attempt = SignIn {
        email: login.email,
        password: login.password,
        agent: agent(&parts.headers),
        ip: client_ip(&parts, state.proxies.as_ref()),
    };
    let (_, secret) = state.people.sign_in(attempt).await?;
    let caller = state.people.by_session(secret.expose()).await?;
    let caller = caller.ok_or_else(Problem::wrong_login)?;
    // The browser forgets the session it had.
    if let Some(old) = browser.secret(&parts.headers)
        && let Some(old) = state.people.by_session(old).await?
        && let Some(id) = old.session
    {
        state.people.end_session(&old, id).await?;
    }
    let cookie = [(header::SET_COOKIE, browser.cookie(&secret))];
    Ok((cookie, Json(who(&state, &caller).await?)).into_response())
}

/// Signs out: the session ends, and the cookie goes.
#[utoipa::path(
    delete,
    path = "/api/session",
    tag = "session",
    responses((status = 204), (status = 404, body = ProblemView))
)]
async fn sign_out(caller: Caller, State(state): State<AppState>) -> Result<Response, Problem> {
    let id = caller.session.ok_or_else(Problem::not_found)?;
    state.people.end_session(&caller, id).await?;
    let cookie = [(header::SET_COOKIE, state.access.browser.no_cookie())];
    Ok((StatusCode::NO_CONTENT, cookie).into_response())
}

/// A new password, and the present one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// The password until now.
    #[schema(example = "correct horse battery staple")]
    present: Password,
    #[schema(example = "wrong donkey charger clip")]
    new: Password,
}

/// Changes the caller's own password. All their other sessions end.
#[utoipa::path(
    put,
    path = "/api/session/password",
    tag = "session",
    request_body = PasswordChange,
    responses(
        (status = 204),
        (status = 409, body = ProblemView),
        (status = 422, body = ProblemView),
        (status = 429, body = ProblemView),
    )
)]
async fn change_password(
    caller: Caller,
    State(state): State<AppState>,
    Body(change): Body<PasswordChange>,
) -> Result<StatusCode, Problem> {
    let PasswordChange { present, new } = change;
    state.people.change_password(&caller, present, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A browser that somebody is signed in with.
#[derive(Debug, Serialize, ToSchema)]
struct SessionView {
    id: Uuid,
    /// Whether it is the one that asks.
    is_present: bool,
    /// What the browser calls itself.
    agent: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// To the minute.
    #[schema(value_type = String, format = DateTime)]
    seen_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// All of them; a person has few.
#[derive(Debug, Serialize, ToSchema)]
struct Sessions {
    items: Vec<SessionView>,
}

/// The caller's own sessions, newest first. Programs have none.
#[utoipa::path(
    get,
    path = "/api/sessions",
    tag = "session",
    responses((status = 200, body = Sessions))
)]
async fn list(caller: Caller, State(state): State<AppState>) -> Result<Json<Sessions>, Problem> {
    let sessions = match caller.user() {
        Some(user) => state.people.sessions(user).await?,
        None => Vec::new(),
    };
    let view = |session: Session| SessionView {
        id: session.id,
        is_present: caller.session == Some(session.id),
        agent: session.agent,
        created_at: session.created_at,
        seen_at: session.seen_at,
        expires_at: session.expires_at,
    };
    let items = sessions.into_iter().map(view).collect();
    Ok(Json(Sessions { items }))
}

/// Ends a session of the caller's own.
#[utoipa::path(
    delete,
    path = "/api/sessions/{id}",
    tag = "session",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = ProblemView))
)]
async fn end(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, Problem> {
    state.people.end_session(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn agent(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(agent.to_owned())
}
