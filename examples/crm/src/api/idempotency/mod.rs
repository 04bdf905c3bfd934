//! `Idempotency-Key`: a request that is sent again, because its answer was lost, does nothing again.
//!
//! A route takes the key if its document says so, and nothing else is to be done:
//!
//! ```ignore
//! #[utoipa::path(
//!     post,
//!     path = "/api/templates",
//!     params(IdempotencyKey),
//!     // …
//! )]
//! ```
//!
//! The first request with a key runs, to its end even if the client hangs up. If it succeeds, its answer
//! is kept for 24 hours and given to every repeat, marked with `Idempotency-Replayed: true`. If it is
//! refused, the key is free again. A repeat while the first is under way is a conflict; another request
//! with the same key can't be processed. Keys belong to the caller and to the route. Not for routes
//! whose answer has a secret, because the answer is kept.

mod keys;
#[cfg(test)]
mod tests;

use std::{collections::HashSet, sync::Arc};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequestParts as _, MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tracing::Instrument as _;
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

pub use self::keys::ForgetKeys;
use self::keys::{Claim, Claimed, Kept, Key};
use super::{Actor, BODY_LIMIT, Caller, Problem};
use crate::app::AppState;

const NAME: &str = "Idempotency-Key";
const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What the document says of it; routes of which it does not are left alone.
const DESCRIPTION: &str = "A text of the client's own, such as a UUID: a request that is repeated with \
    it within 24 hours does nothing again and gets the first answer, with `Idempotency-Replayed: true`. \
    While the first is under way a repeat is answered 409, another body with the same key 422.";

/// How long a key may be.
const MAX_KEY: usize = 200;

/// How large an answer may be; more is not kept, and ours are small.
const MAX_ANSWER: usize = 1024 * 1024;

/// Lets a route take `Idempotency-Key`: one of its `params`.
#[derive(Debug, Clone, Copy)]
pub struct IdempotencyKey;

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(MAX_KEY));
        let parameter = ParameterBuilder::new()
            .name(NAME)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(DESCRIPTION))
            .schema(Some(text));
        vec![parameter.build()]
    }
}

/// The routes that take keys.
#[derive(Debug, Clone)]
pub(super) struct IdempotentRoutes(Arc<HashSet<String>>);

impl IdempotentRoutes {
    /// Those of which the document says so.
    pub(super) fn of(document: &Value) -> Self {
        let takes_key = |item: &Value| {
            let parameters = item["post"]["parameters"].as_array();
            parameters
                .into_iter()
                .flatten()
                .any(|parameter| parameter["description"] == DESCRIPTION)
        };
        let paths = document["paths"].as_object().into_iter().flatten();
        let routes = paths.filter(|(_, item)| takes_key(item));
        Self(Arc::new(routes.map(|(path, _)| path.clone()).collect()))
    }

    /// Runs a request, unless it was run before.
    pub(super) async fn run(&self, state: &AppState, request: Request, next: Next) -> Response {
        let route = request.extensions().get::<MatchedPath>();
        let route = route.map(|path| path.as_str().to_owned());
        let has_key = request.method() == Method::POST && request.headers().contains_key(HEADER);
        match route.filter(|route| has_key && self.0.contains(route)) {
            Some(route) => once(state, route, request, next)
                .await
                .unwrap_or_else(Problem::into_response),
            None => next.run(request).await,
        }
    }
}

async fn once(
    state: &AppState,
    route: String,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, state).await?;
    let body = to_bytes(body, BODY_LIMIT).await.map_err(|_| {
        let detail = "the body is too large, or ended too early";
        Problem::refused(StatusCode::PAYLOAD_TOO_LARGE, detail.to_owned())
    })?;
    let key = Key {
        company: caller.company,
        caller: name(caller.actor),
        route,
        key: text(&parts.headers)?,
    };
    let db = state.database.db.clone();
    match keys::claim(&db, &key, digest(&parts, &body), state.clock.now()).await? {
        Claimed::Ours(claim) => {
            let request = Request::from_parts(parts, Body::from(body));
            // In a task of its own: whoever asked may hang up, and the work goes on.
            let work = async move {
                let response = next.run(request).await;
                keep(&claim, response).await
            };
            let work = tokio::spawn(work.in_current_span());
            work.await.map_err(|_| Problem::internal())?
        }
        Claimed::Kept(kept) => Ok(replay(kept)),
        Claimed::UnderWay => Err(Problem::conflict(
            "the first request with this key is under way",
        )),
        Claimed::Other => Err(Problem::unprocessable(
            "this key was used for another request; take a new one",
        )),
    }
}

/// Keeps an answer, if it is a success. The key of a request that was refused is free again. After a
/// failure of ours nobody knows how far it went: then the claim stays until it is given up.
async fn keep(claim: &Claim, response: Response) -> Result<Response, Problem> {
    if response.status().is_server_error() {
        return Ok(response);
    }
    if !response.status().is_success() {
        claim.release().await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, MAX_ANSWER)
        .await
        .map_err(|_| Problem::internal())?;
    let header = |name| {
        let value: Option<&HeaderValue> = parts.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let kept = Kept {
        status: parts.status,
        content_type: header(header::CONTENT_TYPE),
        location: header(header::LOCATION),
        body: body.to_vec(),
    };
    // It was done, and whoever asked is told so; a repeat meets the claim until that is given up.
    if let Err(error) = claim.keep(&kept).await {
        let error = &error as &dyn std::error::Error;
        tracing::error!(error, reason = "store", "the answer for a key is not kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn replay(kept: Kept) -> Response {
    let mut response = (kept.status, kept.body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    for (name, value) in [
        (header::CONTENT_TYPE, kept.content_type),
        (header::LOCATION, kept.location),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
    response
}

/// The key, if it is one.
fn text(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all(HEADER).iter();
    let value = values.next().filter(|_| values.next().is_none());
    value
        .and_then(|value| value.to_str().ok())
        .filter(|key| (1..=MAX_KEY).contains(&key.len()))
        .map(str::to_owned)
        .ok_or_else(|| {
            Problem::bad_request("`Idempotency-Key` is one text of at most 200 plain characters")
        })
}

/// Two programs with the same key do not know of each other.
fn name(actor: Actor) -> String {
    match actor {
        Actor::User(id) => format!("user:{id}"),
        Actor::ApiToken(id) => format!("token:{id}"),
        Actor::Configured => "configured".to_owned(),
        Actor::Server => "server".to_owned(),
    }
}

/// What makes two requests the same: the address with its ids and query, and the body.
fn digest(parts: &Parts, body: &Bytes) -> Vec<u8> {
    let address = parts.uri.path_and_query().map_or("", |it| it.as_str());
    let digest = Sha256::new()
        .chain_update((address.len() as u64).to_be_bytes())
        .chain_update(address)
        .chain_update(body);
    digest.finalize().to_vec()
}
