//! `/api/twilio-accounts`: the company's accounts at Twilio, and their secrets, which are only ever
//! written.

use std::{collections::HashMap, future::Future, time::Duration};

use axum::{Json, extract::State};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use twilio_hooks::{AccountSid, CompanyId, UserId, store::StoreError};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, IdempotencyKey, Problem,
    extract::{Body, Id, Release, ReleaseParams, present},
    problem::ProblemView,
};
use crate::{
    accounts::{Access, AccountPatch, ManageError, NewAccount, Refused, Removed, TwilioAccount},
    app::AppState,
    args,
    people::Permission,
    sealed::Stored,
    secret::Secret,
};

/// How long Twilio may take for all that one request needs.
const PATIENCE: Duration = Duration::from_secs(9);

/// Names are for people.
const MAX_NAME: usize = 200;

/// Twilio's tokens have 32 characters.
const MAX_SECRET: usize = 200;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, change, remove))
}

/// An account. Of its secrets it says when they were set and by whom, and nothing else.
#[derive(Debug, Serialize, ToSchema)]
struct TwilioAccountView {
    id: Uuid,
    #[schema(value_type = String)]
    account_sid: AccountSid,
    friendly_name: Option<String>,
    auth_token: Option<SecretView>,
    secondary_auth_token: Option<SecretView>,
    /// The last four characters of the API key's SID.
    api_key_ends_with: Option<String>,
    api_key_secret: Option<SecretView>,
    region: Option<String>,
    edge: Option<String>,
    /// When Twilio has accepted the credentials last.
    #[schema(value_type = String, format = DateTime)]
    verified_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// What is wrong with it, if anything is.
    problem: Option<String>,
}

/// When a secret was set, and by whom.
#[derive(Debug, Serialize, ToSchema)]
struct SecretView {
    #[schema(value_type = String, format = DateTime)]
    set_at: Timestamp,
    /// The name of the person or program.
    set_by: Option<String>,
    #[schema(value_type = Option<Uuid>)]
    set_by_user_id: Option<UserId>,
}

/// All accounts; a company has few.
#[derive(Debug, Serialize, ToSchema)]
struct TwilioAccountsView {
    items: Vec<TwilioAccountView>,
    /// Whether this server can store secrets, so that accounts can be added.
    can_add: bool,
}

/// The company's accounts.
#[utoipa::path(
    get,
    path = "/api/twilio-accounts",
    tag = "twilio accounts",
    responses((status = 200, body = TwilioAccountsView))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
) -> Result<Json<TwilioAccountsView>, Problem> {
    caller.require(Permission::ManageCredentials)?;
    let mut items = Vec::new();
    let db = &state.database.db;
    for account in TwilioAccount::of_company(db, caller.company).await? {
        items.push(view(&state, account).await?);
    }
    Ok(Json(TwilioAccountsView {
        items,
        can_add: state.accounts.can_store(),
    }))
}

/// One account.
#[utoipa::path(
    get,
    path = "/api/twilio-accounts/{id}",
    tag = "twilio accounts",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = TwilioAccountView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
) -> Result<Json<TwilioAccountView>, Problem> {
    caller.require(Permission::ManageCredentials)?;
    let account = TwilioAccount::get(&state.database.db, caller.company, id).await?;
    let account = account.ok_or_else(Problem::not_found)?;
    Ok(Json(view(&state, account).await?))
}

/// An account to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccountBody {
    account_sid: String,
    #[schema(value_type = String)]
    auth_token: Secret,
    #[schema(value_type = Option<String>)]
    secondary_auth_token: Option<Secret>,
    /// An API key, which REST requests are made with; the token then only checks signatures.
    api_key_sid: Option<String>,
    #[schema(value_type = Option<String>)]
    api_key_secret: Option<Secret>,
    /// Such as `ie1`; unless set, the United States.
    region: Option<String>,
    /// Such as `dublin`.
    edge: Option<String>,
    /// What people call it; unless set, what Twilio calls it.
    friendly_name: Option<String>,
}

/// Adds an account, once Twilio has accepted its credentials.
#[utoipa::path(
    post,
    path = "/api/twilio-accounts",
    tag = "twilio accounts",
    params(IdempotencyKey),
    request_body = NewAccountBody,
    responses(
        (status = 201, body = TwilioAccountView),
        (status = 409, body = ProblemView),
        (status = 422, body = ProblemView),
        (status = 502, body = ProblemView),
    )
)]
async fn add(
    caller: Caller,
    State(state): State<AppState>,
    Body(body): Body<NewAccountBody>,
) -> Result<(StatusCode, Json<TwilioAccountView>), Problem> {
    caller.require(Permission::ManageCredentials)?;
    let account_sid = AccountSid::from(body.account_sid.trim());
    if !account_sid.is_well_formed() {
        let detail = "an account SID is `AC` and 32 hexadecimal digits";
        return Err(Problem::field("account_sid", detail));
    }
    let api_key = match (body.api_key_sid, body.api_key_secret) {
        (None, None) => None,
        key => Some(api_key(key)?),
    };
    let secondary = body.secondary_auth_token;
    let secondary = secondary.map(|token| secret("secondary_auth_token", token));
    let new = NewAccount {
        account_sid,
        friendly_name: name(body.friendly_name)?,
        access: Access {
            auth_token: Some(secret("auth_token", body.auth_token)?),
            secondary_auth_token: secondary.transpose()?,
            api_key,
            region: given(body.region),
            edge: given(body.edge),
        },
    };
    let account = in_time(state.accounts.add(&caller, new)).await?;
    Ok((StatusCode::CREATED, Json(view(&state, account).await?)))
}

/// What is absent stays as it is; null takes away what can be taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountPatchBody {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    friendly_name: Option<Option<String>>,
    /// A token that takes the place of the primary one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    auth_token: Option<Secret>,
    /// The token that Twilio will change to.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    secondary_auth_token: Option<Option<Secret>>,
    /// With `api_key_secret`; both null for no key.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    api_key_sid: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    api_key_secret: Option<Option<Secret>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    region: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    edge: Option<Option<String>>,
    /// Twilio has changed to the secondary token: it becomes the primary one here, too, and the old
    /// one is forgotten.
    #[serde(default)]
    promote: bool,
}

/// Changes an account, once Twilio has accepted what is new.
#[utoipa::path(
    patch,
    path = "/api/twilio-accounts/{id}",
    tag = "twilio accounts",
    params(("id" = Uuid, Path)),
    request_body = AccountPatchBody,
    responses(
        (status = 200, body = TwilioAccountView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
        (status = 422, body = ProblemView),
        (status = 502, body = ProblemView),
    )
)]
async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
    Body(body): Body<AccountPatchBody>,
) -> Result<Json<TwilioAccountView>, Problem> {
    caller.require(Permission::ManageCredentials)?;
    let replaces = body.auth_token.is_some() || body.secondary_auth_token.is_some();
    if body.promote && replaces {
        let detail = "`promote` goes with no new token: set the secondary one first";
        return Err(Problem::bad_request(detail));
    }
    let token = body.auth_token.map(|token| secret("auth_token", token));
    let secondary = match body.secondary_auth_token {
        Some(Some(token)) => Some(Some(secret("secondary_auth_token", token)?)),
        other => other,
    };
    let api_key = match (body.api_key_sid, body.api_key_secret) {
        (None, None) => None,
        (Some(None), Some(None) | None) => Some(None),
        (sid, secret) => Some(Some(api_key((sid.flatten(), secret.flatten()))?)),
    };
    let patch = AccountPatch {
        friendly_name: body.friendly_name.map(name).transpose()?,
        auth_token: token.transpose()?,
        secondary_auth_token: secondary,
        api_key,
        region: body.region.map(given),
        edge: body.edge.map(given),
        promote: body.promote,
    };
    let account = in_time(state.accounts.change(&caller, id, patch)).await?;
    Ok(Json(view(&state, account).await?))
}

/// What became of the lines of something that was removed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RemovedView {
    /// How many lines were removed.
    lines: usize,
    /// The numbers whose webhooks could not be put back at Twilio.
    not_released: Vec<String>,
}

impl From<Removed> for RemovedView {
    fn from(removed: Removed) -> Self {
        Self {
            lines: removed.lines,
            not_released: removed.not_released,
        }
    }
}

/// Removes an account. Its lines must be gone, unless they are to be released: then they go as well,
/// and what was set at Twilio before is put back. What came over them stays.
#[utoipa::path(
    delete,
    path = "/api/twilio-accounts/{id}",
    tag = "twilio accounts",
    params(("id" = Uuid, Path), ReleaseParams),
    responses(
        (status = 200, body = RemovedView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
    )
)]
async fn remove(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
    Release(release): Release,
) -> Result<Json<RemovedView>, Problem> {
    caller.require(Permission::ManageCredentials)?;
    let removed = in_time(state.accounts.remove(&caller, id, release)).await?;
    Ok(Json(removed.into()))
}

async fn view(state: &AppState, account: TwilioAccount) -> Result<TwilioAccountView, Problem> {
    let secrets = state.accounts.stored_secrets(&account).await?;
    let names = names(state, account.company).await?;
    let secret = |field: &str| {
        let stored = secrets.iter().find(|stored| stored.field == field)?;
        Some(SecretView::new(stored, &names))
    };
    let sid = account.account_sid.as_str();
    let problem = state.accounts.problem_of(account.company, sid).await?;
    Ok(TwilioAccountView {
        id: account.id,
        auth_token: secret("auth_token"),
        secondary_auth_token: secret("secondary_auth_token"),
        api_key_secret: secret("api_key_secret"),
        api_key_ends_with: account.api_key_sid.as_deref().map(end),
        account_sid: account.account_sid,
        friendly_name: account.friendly_name,
        region: account.region,
        edge: account.edge,
        verified_at: account.verified_at,
        created_at: account.created_at,
        problem,
    })
}

impl SecretView {
    fn new(stored: &Stored, names: &HashMap<Uuid, String>) -> Self {
        let by = stored.set_by_user.map(Uuid::from).or(stored.set_by_token);
        Self {
            set_at: stored.set_at,
            set_by: by.and_then(|by| names.get(&by).cloned()),
            set_by_user_id: stored.set_by_user,
        }
    }
}

/// The people and programs of a company.
async fn names(state: &AppState, company: CompanyId) -> Result<HashMap<Uuid, String>, StoreError> {
    let sql = "select id, name from users where company_id = $1
               union all select id, name from api_tokens where company_id = $1";
    let rows = state.database.db.rows(sql, args![company]).await?;
    rows.iter()
        .map(|row| Ok((row.get("id")?, row.get("name")?)))
        .collect()
}

/// The last four characters.
fn end(sid: &str) -> String {
    let skip = sid.chars().count().saturating_sub(4);
    sid.chars().skip(skip).collect()
}

fn api_key((sid, key): (Option<String>, Option<Secret>)) -> Result<(String, Secret), Problem> {
    let sid = given(sid).ok_or_else(|| {
        Problem::field(
            "api_key_sid",
            "an API key has a SID and a secret; this is missing",
        )
    })?;
    let key = key.ok_or_else(|| {
        Problem::field(
            "api_key_secret",
            "an API key has a SID and a secret; this is missing",
        )
    })?;
    let digits = sid.strip_prefix("SK").unwrap_or_default();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let detail = "the SID of an API key is `SK` and 32 hexadecimal digits";
        return Err(Problem::field("api_key_sid", detail));
    }
    Ok((sid, secret("api_key_secret", key)?))
}

fn secret(field: &'static str, secret: Secret) -> Result<Secret, Problem> {
    let text = secret.expose();
    if text.is_empty() || text.len() > MAX_SECRET || text.chars().any(char::is_control) {
        return Err(Problem::field(
            field,
            "this is empty, or no secret of Twilio's",
        ));
    }
    Ok(secret)
}

/// A name that people give; blank is none.
pub(super) fn name(name: Option<String>) -> Result<Option<String>, Problem> {
    let name = given(name);
    match &name {
        Some(text) if text.chars().count() > MAX_NAME || text.chars().any(char::is_control) => {
            let detail = format!("a name has at most {MAX_NAME} characters, all on one line");
            Err(Problem::bad_request(detail))
        }
        _ => Ok(name),
    }
}

/// A text, if there is anything in it.
fn given(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// Gives up before the whole request is given up.
pub(super) async fn in_time<T, E: Into<Problem>>(
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, Problem> {
    match timeout(PATIENCE, work).await {
        Ok(done) => done.map_err(Into::into),
        Err(_) => {
            tracing::warn!(reason = "twilio-timeout", "request of the API not answered");
            Err(Problem::twilio(
                "Twilio did not answer in time; try again later",
            ))
        }
    }
}

impl From<ManageError> for Problem {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::NotFound => Self::not_found(),
            ManageError::NoKey => Self::conflict(
                "this server can't store secrets: whoever runs it must set `encryption_keys` (or \
                 CRM_ENCRYPTION_KEY) in its configuration first",
            ),
            ManageError::Conflict(detail) => Self::conflict(detail),
            ManageError::Store(error) => error.into(),
            ManageError::Refused(Refused::Field { field, reason }) => Self::field(field, reason),
            ManageError::Refused(Refused::Twilio(error)) => {
                tracing::warn!(
                    reason = "twilio",
                    error = &error as &dyn std::error::Error,
                    "request of the API not answered"
                );
                Self::twilio(match error.status() {
                    Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                        "Twilio does not accept the account's credentials; set them again".into()
                    }
                    _ => format!("{error}; try again later"),
                })
            }
        }
    }
}
