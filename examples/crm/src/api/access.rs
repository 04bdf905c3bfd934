//! Who may use the API: [`Access`], and the extractors [`Caller`] and [`Operator`].

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};
use jiff::Timestamp;
use twilio_hooks::{CompanyId, UserId};
use uuid::Uuid;

use super::{Problem, client_ip::client_ip};
use crate::{
    app::AppState,
    people::{Permission, Role},
    secret::SecretDigest,
};

/// What a subprotocol of a WebSocket begins with if the rest of it is a token.
const SUBPROTOCOL: &str = "bearer.";

/// The tokens, as digests, and whose they are.
#[derive(Debug, Clone, Default)]
pub struct Access {
    companies: Vec<(SecretDigest, CompanyId)>,
    operator: Option<SecretDigest>,
}

impl Access {
    /// Nobody may do anything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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
    /// When it asks.
    pub at: Timestamp,
    /// Where it asks from, as far as that is known.
    pub ip: Option<IpAddr>,
}

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
            at: now,
            ip: None,
        }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let company = bearer(&parts.headers)
            .and_then(|token| state.access.company_of(token))
            .ok_or_else(|| refuse("token"))?;
        Ok(Self {
            company,
            role: Role::Owner,
            actor: Actor::Configured,
            at: state.clock.now(),
            ip: client_ip(parts, state.proxies.as_ref()),
        })
    }
}

/// A browser can't set headers on a WebSocket, so there the token may be a subprotocol as well. It is
/// never in the URL, which ends up in logs.
#[derive(Debug, Clone)]
pub struct LiveCaller {
    /// The company to tell of.
    pub company: CompanyId,
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
        let company = token
            .and_then(|token| state.access.company_of(token))
            .ok_or_else(|| refuse("token"))?;
        Ok(Self {
            company,
            subprotocol: subprotocol.map(str::to_owned),
        })
    }
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
