//! Who may use the API: [`Access`], and the extractors [`Caller`] and [`Operator`].

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};
use jiff::Timestamp;
use twilio_hooks::{CompanyId, UserId};
use uuid::Uuid;

use super::{Problem, browser::Browser, client_ip::client_ip};
use crate::{
    app::AppState,
    people::{Permission, Role},
    secret::SecretDigest,
};

/// What a subprotocol of a WebSocket begins with if the rest of it is a token.
const SUBPROTOCOL: &str = "bearer.";

/// The tokens of the configuration, as digests, and whose they are; and how browsers come in.
#[derive(Debug, Clone)]
pub struct Access {
    companies: Vec<(SecretDigest, CompanyId)>,
    operator: Option<SecretDigest>,
    pub(super) browser: Browser,
}

impl Access {
    /// Nobody has a token; people come from pages of this address.
    #[must_use]
    pub fn new(public_url: &str) -> Self {
        Self {
            companies: Vec::new(),
            operator: None,
            browser: Browser::new(public_url),
        }
    }

    /// Opens a company's data to whoever has this token.
    #[must_use]
    pub fn company(mut self, token: SecretDigest, company: CompanyId) -> Self {
        self.companies.push((token, company));
        self
    }

    /// Opens the operator's part to whoever has this token.
    #[must_use]
    pub fn operator(mut self, token: Option<SecretDigest>) -> Self {
        self.operator = token;
        self
    }

    /// Whether there is a cookie of a session, of which nobody has looked yet if it is one of ours.
    pub(crate) fn has_session_cookie(&self, headers: &HeaderMap) -> bool {
        self.browser.secret(headers).is_some()
    }

    /// Compares with every token, so that the time it takes does not tell which one came close.
    fn company_of(&self, token: &str) -> Option<CompanyId> {
        let token = SecretDigest::of(token);
        self.companies.iter().fold(None, |found, (known, company)| {
            if known.matches(&token) {
                Some(*company)
            } else {
                found
            }
        })
    }
}

/// Who asks: a program of a company's, or one of its people.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Caller {
    /// The company that the request is about, because the caller is its.
    pub company: CompanyId,
    /// What the caller may do.
    pub role: Role,
    /// Who it is, for the audit log.
    pub actor: Actor,
    /// The session, if it is a person with a browser.
    pub session: Option<Uuid>,
    /// When it asks.
    pub at: Timestamp,
    /// Where it asks from, as far as that is known.
    pub ip: Option<IpAddr>,
}

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person.
    User(UserId),
    /// A program, by a token that was made in the CRM.
    ApiToken(Uuid),
    /// A program, by the token in the configuration.
    Configured,
    /// The server itself, on behalf of nobody.
    Server,
}

impl Caller {
    /// Goes on only if the caller may do this.
    ///
    /// # Errors
    /// 403 if not.
    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.role.may(permission) {
            Ok(())
        } else {
            Err(Problem::forbidden())
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self.actor {
            Actor::User(user) => Some(user),
            Actor::ApiToken(_) | Actor::Configured | Actor::Server => None,
        }
    }

    /// The server itself, for what it puts on the audit log of a company.
    #[must_use]
    pub fn server(company: CompanyId, now: Timestamp) -> Self {
        Self {
            company,
            role: Role::Owner,
            actor: Actor::Server,
            session: None,
            at: now,
            ip: None,
        }
    }
}

/// By the token in the header, or by the cookie of a session. A cookie comes along by itself wherever
/// the request was made, so with one a request that changes something must be of our own pages.
impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let caller = match bearer(&parts.headers) {
            Some(token) => by_token(token, state).await?,
            None => by_cookie(parts, state, parts.method.is_safe()).await?,
        };
        Ok(Self {
            ip: client_ip(parts, state.proxies.as_ref()),
            ..caller
        })
    }
}

/// A browser can't set headers on a WebSocket, so there the token may be a subprotocol as well. It is
/// never in the URL, which ends up in logs.
#[derive(Debug, Clone)]
pub struct LiveCaller {
    /// Who listens.
    pub caller: Caller,
    /// The subprotocol that had the token.
    pub subprotocol: Option<String>,
}

impl FromRequestParts<AppState> for LiveCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let subprotocol = parts
            .headers
            .get_all(header::SEC_WEBSOCKET_PROTOCOL)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .find(|protocol| protocol.starts_with(SUBPROTOCOL));
        let token = bearer(&parts.headers)
            .or_else(|| subprotocol.and_then(|protocol| protocol.strip_prefix(SUBPROTOCOL)));
        let caller = match token {
            Some(token) => by_token(token, state).await?,
            // Any page may open a WebSocket to here, and read it.
            None => by_cookie(parts, state, false).await?,
        };
        Ok(Self {
            caller: Caller {
                ip: client_ip(parts, state.proxies.as_ref()),
                ..caller
            },
            subprotocol: subprotocol.map(str::to_owned),
        })
    }
}

async fn by_token(token: &str, state: &AppState) -> Result<Caller, Problem> {
    if let Some(company) = state.access.company_of(token) {
        return Ok(Caller {
            actor: Actor::Configured,
            ..Caller::server(company, state.clock.now())
        });
    }
    let caller = state.people.by_token(token).await?;
    caller.ok_or_else(|| refuse("token"))
}

async fn by_cookie(parts: &Parts, state: &AppState, is_safe: bool) -> Result<Caller, Problem> {
    let browser = &state.access.browser;
    let secret = browser
        .secret(&parts.headers)
        .ok_or_else(|| refuse("token"))?;
    if !is_safe && !browser.is_own_page(&parts.headers) {
        tracing::warn!(reason = "origin", "request of the API refused");
        return Err(Problem::foreign_origin());
    }
    let caller = state.people.by_session(secret).await?;
    caller.ok_or_else(|| refuse("session"))
}

/// Whoever runs the server. Where no operator's token is configured, there is nothing to find.
#[derive(Debug, Clone, Copy)]
pub struct Operator;

impl FromRequestParts<AppState> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let known = state.access.operator.ok_or_else(Problem::not_found)?;
        match bearer(&parts.headers) {
            Some(token) if known.matches(&SecretDigest::of(token)) => Ok(Self),
            _ => Err(refuse("operator-token")),
        }
    }
}

fn refuse(reason: &'static str) -> Problem {
    tracing::warn!(reason, "request of the API refused");
    Problem::unauthorized()
}

/// The token of the one `Authorization` header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}
