//! `/api/users`: the members of a company. `/api/password` is for those who were invited.

use axum::{Json, extract::State};
use http::{StatusCode, request::Parts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::UserId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    client_ip::client_ip,
    extract::{Body, Id, Paging, PagingParams, present},
    problem::ProblemView,
    view::PageView,
};
use crate::{
    app::AppState,
    people::{NewUser, OneTimeToken, Password, Permission, Role, User, UserPatch},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, invite))
        .routes(routes!(show, change, remove))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(renew_token))
        .routes(routes!(choose_password))
}

/// What somebody is able to do at all.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum UserStatus {
    /// Has not chosen a password yet.
    Invited,
    /// Can sign in.
    Active,
    /// May do nothing.
    Disabled,
}

/// A member of the company.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserView {
    #[schema(value_type = Uuid)]
    id: UserId,
    email: String,
    name: String,
    role: Role,
    status: UserStatus,
    /// Their mobile phone; calls are forwarded to it.
    mobile: Option<String>,
    /// The phone on their desk; calls are forwarded to it, too.
    office: Option<String>,
    /// An IANA name: the zone that pages show times in. Nothing else goes by it.
    time_zone: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Timestamp>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            role: user.role,
            status: match (user.disabled_at, user.has_password) {
                (Some(_), _) => UserStatus::Disabled,
                (None, true) => UserStatus::Active,
                (None, false) => UserStatus::Invited,
            },
            mobile: user.mobile,
            office: user.office,
            time_zone: user.time_zone,
            created_at: user.created_at,
            disabled_at: user.disabled_at,
        }
    }
}

/// What somebody chooses a password with, by `POST /api/password`.
#[derive(Debug, Serialize, ToSchema)]
struct OneTimeTokenView {
    /// The token itself. It is not kept and never shown again.
    token: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<OneTimeToken> for OneTimeTokenView {
    fn from(token: OneTimeToken) -> Self {
        Self {
            token: token.token.expose().to_owned(),
            expires_at: token.expires_at,
        }
    }
}

/// Somebody who was invited just now.
#[derive(Debug, Serialize, ToSchema)]
struct InvitedView {
    user: UserView,
    invitation: OneTimeTokenView,
}

/// The members, newest first.
#[utoipa::path(
    get,
    path = "/api/users",
    tag = "users",
    params(PagingParams),
    responses((status = 200, body = PageView<UserView>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<UserView>>, Problem> {
    caller.require(Permission::ManageMembers)?;
    let users = state.people.users(caller.company, page).await?;
    Ok(Json(PageView::new(users, UserView::from)))
}

/// Somebody to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
struct New {
    /// What they will sign in with.
    #[schema(example = "ana@example.com")]
    email: String,
    /// Their name, as far as it is known; they can correct it when they come.
    name: Option<String>,
    /// Owners are made by owners.
    #[schema(example = "agent")]
    role: Role,
}

/// Invites somebody, and shows the token they choose a password with this once.
#[utoipa::path(
    post,
    path = "/api/users",
    tag = "users",
    request_body = New,
    responses((status = 201, body = InvitedView), (status = 409, body = ProblemView))
)]
async fn invite(
    caller: Caller,
    State(state): State<AppState>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<InvitedView>), Problem> {
    caller.require(Permission::ManageMembers)?;
    let new = NewUser {
        email: new.email,
        name: new.name,
        role: new.role,
    };
    let (user, token) = state.people.invite(&caller, &new).await?;
    let view = InvitedView {
        user: user.into(),
        invitation: token.into(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// One member. Everybody may see themselves.
#[utoipa::path(
    get,
    path = "/api/users/{id}",
    tag = "users",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = UserView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<UserId>,
) -> Result<Json<UserView>, Problem> {
    if caller.user() != Some(id) {
        caller.require(Permission::ManageMembers)?;
    }
    Ok(Json(state.people.user(caller.company, id).await?.into()))
}

/// Absent leaves a field as it is, null takes it away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = UserPatch)]
struct Patch {
    email: Option<String>,
    name: Option<String>,
    /// Owners are made and unmade by owners.
    role: Option<Role>,
    /// A phone that can ring, as people write it, such as `(202) 555-0143`; without a country's code
    /// it is of the company's country.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    mobile: Option<Option<String>>,
    /// The same for the phone on their desk.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    office: Option<Option<String>>,
    /// An IANA name, such as `Europe/Berlin`.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    time_zone: Option<Option<String>>,
}

/// Changes a member. Everybody may change their own name, mobile, office and time zone.
#[utoipa::path(
    patch,
    path = "/api/users/{id}",
    tag = "users",
    params(("id" = Uuid, Path)),
    request_body = Patch,
    responses(
        (status = 200, body = UserView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
        (status = 422, body = ProblemView),
    )
)]
async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<UserId>,
    Body(patch): Body<Patch>,
) -> Result<Json<UserView>, Problem> {
    if caller.user() != Some(id) {
        caller.require(Permission::ManageMembers)?;
    }
    let patch = UserPatch {
        email: patch.email,
        name: patch.name,
        role: patch.role,
        mobile: patch.mobile,
        office: patch.office,
        time_zone: patch.time_zone,
    };
    let user = state.people.change_user(&caller, id, &patch).await?;
    Ok(Json(user.into()))
}

/// The same as to disable: what somebody did stays theirs.
#[utoipa::path(
    delete,
    path = "/api/users/{id}",
    tag = "users",
    params(("id" = Uuid, Path)),
    responses(
        (status = 204),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
    )
)]
async fn remove(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<UserId>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::ManageMembers)?;
    state.people.disable_user(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends what somebody may do, and all their sessions.
#[utoipa::path(
    post,
    path = "/api/users/{id}/disable",
    tag = "users",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = UserView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
    )
)]
async fn disable(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<UserId>,
) -> Result<Json<UserView>, Problem> {
    caller.require(Permission::ManageMembers)?;
    Ok(Json(state.people.disable_user(&caller, id).await?.into()))
}

/// Lets somebody in again who was disabled.
#[utoipa::path(
    post,
    path = "/api/users/{id}/enable",
    tag = "users",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = UserView), (status = 404, body = ProblemView))
)]
async fn enable(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<UserId>,
) -> Result<Json<UserView>, Problem> {
    caller.require(Permission::ManageMembers)?;
    Ok(Json(state.people.enable_user(&caller, id).await?.into()))
}

/// A new token for somebody who has forgotten the password or missed the invitation; shown this once.
#[utoipa::path(
    post,
    path = "/api/users/{id}/token",
    tag = "users",
    params(("id" = Uuid, Path)),
    responses(
        (status = 201, body = OneTimeTokenView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
    )
)]
async fn renew_token(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<UserId>,
) -> Result<(StatusCode, Json<OneTimeTokenView>), Problem> {
    caller.require(Permission::ManageMembers)?;
    let token = state.people.renew_token(&caller, id).await?;
    Ok((StatusCode::CREATED, Json(token.into())))
}

/// The password that somebody has chosen, and the token that allows it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChosenPassword {
    /// The one-time token.
    #[schema(example = "rPvfWrlOmTHWIOCTlvcvrpOmhLkPwcnSGF3XhTnJ1ZQ")]
    token: String,
    #[schema(example = "correct horse battery staple")]
    password: Password,
    /// How they write their name.
    name: Option<String>,
}

/// Who has chosen a password just now, and signs in next.
#[derive(Debug, Serialize, ToSchema)]
struct ChosenPasswordView {
    email: String,
}

/// Chooses a password with a one-time token. All sessions of the person end.
#[utoipa::path(
    post,
    path = "/api/password",
    tag = "session",
    security(()),
    request_body = ChosenPassword,
    responses(
        (status = 200, body = ChosenPasswordView),
        (status = 404, body = ProblemView),
        (status = 429, body = ProblemView),
    )
)]
async fn choose_password(
    State(state): State<AppState>,
    parts: Parts,
    Body(chosen): Body<ChosenPassword>,
) -> Result<Json<ChosenPasswordView>, Problem> {
    let ip = client_ip(&parts, state.proxies.as_ref());
    let ChosenPassword {
        token,
        password,
        name,
    } = chosen;
    let user = state
        .people
        .choose_password(&token, password, name.as_deref(), ip)
        .await?;
    Ok(Json(ChosenPasswordView { email: user.email }))
}
