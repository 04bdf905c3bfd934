//! `/.well-known/crm`: proves to `crm doctor` which server answers, and tells it how the server sees the
//! request.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use axum::{
    Json,
    extract::{ConnectInfo, Query, State, rejection::QueryRejection},
};
use http::{HeaderMap, header, request::Parts};
use serde::{Deserialize, Serialize};
use twilio_hooks::signature::PeerAddr;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Problem, client_ip::client_ip, problem::ProblemView};
use crate::{app::AppState, marker::Marker};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(prove))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Challenge {
    /// A random text of 16 to 64 letters, digits, `-` or `_`.
    nonce: String,
    /// A keyed digest of it, of who wants to see how the server sees the request.
    proof: Option<String>,
}

/// Which server answers.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct MarkerView {
    /// Always `crm`.
    pub(crate) server: String,
    /// The keyed digest of the random text, by which another command of the same installation knows the
    /// server.
    pub(crate) digest: String,
    /// How the server sees the request; only for who has shown the key.
    pub(crate) seen: Option<SeenView>,
}

/// A request as the server sees it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct SeenView {
    /// The URL that a signature would be checked for; absent if there can be none.
    pub(crate) url: Option<String>,
    /// Who has connected, as far as the server was told.
    #[schema(value_type = Option<String>)]
    pub(crate) peer: Option<IpAddr>,
    /// Where the request comes from, as far as proxies are believed.
    #[schema(value_type = Option<String>)]
    pub(crate) client: Option<IpAddr>,
    /// Whether the peer is one of the trusted proxies.
    pub(crate) is_peer_trusted: bool,
    /// The `Host` header.
    pub(crate) host: Option<String>,
    /// Which headers of proxies are there.
    pub(crate) forwarding_headers: Vec<String>,
    /// How many webhooks this process has refused in the last 24 hours, by reason.
    pub(crate) refused: BTreeMap<String, u64>,
}

/// Proves to the commands of the same installation which server answers.
#[utoipa::path(
    get,
    path = "/.well-known/crm",
    tag = "health",
    security(()),
    params(Challenge),
    responses((status = 200, body = MarkerView), (status = 400, body = ProblemView))
)]
async fn prove(
    State(state): State<AppState>,
    query: Result<Query<Challenge>, QueryRejection>,
    mut parts: Parts,
) -> Result<Json<MarkerView>, Problem> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let Challenge { nonce, proof } = query;
    if !Marker::is_nonce(&nonce) {
        return Err(Problem::bad_request("`nonce` is no random text"));
    }
    let marker = &state.marker;
    let may_see = proof.is_some_and(|proof| marker.is_question(&nonce, &proof));
    Ok(Json(MarkerView {
        server: "crm".to_owned(),
        digest: marker.answer(&nonce),
        seen: may_see.then(|| seen(&state, &mut parts)),
    }))
}

fn seen(state: &AppState, parts: &mut Parts) -> SeenView {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(peer)| peer.ip().to_canonical());
    if let Some(peer) = peer {
        parts.extensions.insert(PeerAddr(peer));
    }
    let proxies = state.proxies.as_ref();
    let is_trusted = |peer: IpAddr| {
        let mut ranges = proxies.into_iter().flat_map(|proxies| &proxies.addresses);
        ranges.any(|range| range.contains(peer))
    };
    let refused = state.refusals.of_the_day().into_iter();
    SeenView {
        // Without the digests.
        url: state.signed_url.of(parts).ok().map(|url| {
            let end = url.find('?').unwrap_or(url.len());
            url[..end].to_owned()
        }),
        peer,
        client: client_ip(parts, proxies),
        is_peer_trusted: peer.is_some_and(is_trusted),
        host: text(&parts.headers, header::HOST.as_str()),
        forwarding_headers: FORWARDING
            .into_iter()
            .filter(|name| parts.headers.contains_key(*name))
            .map(str::to_owned)
            .collect(),
        refused: refused
            .map(|(reason, count)| (reason.to_owned(), count))
            .collect(),
    }
}

const FORWARDING: [&str; 4] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
];

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}
