//! [`only_https`]: webhooks that came over plain http are refused.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode};
use twilio_hooks::signature::ForwardingHeaders;

use crate::app::AppState;

/// What whoever has set the webhook reads in Twilio's debugger.
const REFUSAL: &str = "this server takes webhooks over https only: set the URL to https:// at Twilio, \
                       and let the proxy say so in its headers\n";

/// Goes around the webhooks of a server in production.
///
/// With TLS of its own nothing else comes in. Otherwise the proxies are asked: what the trusted ones say
/// last is what counts, and where nobody is to be trusted, nothing is https.
pub(crate) async fn only_https(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(peer)| peer.ip().to_canonical());
    let proxies = state.proxies.as_ref().filter(|proxies| {
        let mut ranges = proxies.addresses.iter();
        peer.is_some_and(|peer| ranges.any(|range| range.contains(peer)))
    });
    let is_https = state.has_tls
        || proxies.is_some_and(|proxies| says_https(request.headers(), proxies.headers));
    if is_https {
        return next.run(request).await;
    }
    tracing::warn!(reason = "plain-http", "webhook refused");
    let mut response = (StatusCode::FORBIDDEN, REFUSAL).into_response();
    response.extensions_mut().insert(PlainHttp);
    response
}

/// In the extensions of the refusal, for the log of webhooks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlainHttp;

/// Whether the last proxy, and each before it that has said something, was asked by https.
fn says_https(headers: &HeaderMap, family: ForwardingHeaders) -> bool {
    let name = match family {
        ForwardingHeaders::Forwarded => "forwarded",
        _ => "x-forwarded-proto",
    };
    let mut said = headers
        .get_all(name)
        .iter()
        .map(|value| value.to_str().unwrap_or_default())
        .flat_map(|value| value.split(','))
        .map(|element| match family {
            ForwardingHeaders::Forwarded => proto(element),
            _ => element.trim(),
        })
        .peekable();
    said.peek().is_some() && said.all(|scheme| scheme.eq_ignore_ascii_case("https"))
}

/// `proto` of an element of `Forwarded`.
fn proto(element: &str) -> &str {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("proto"))
        .map(|(_, value)| value.trim().trim_matches('"'))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_is_what_every_proxy_says() {
        let x = ForwardingHeaders::XForwarded;
        let f = ForwardingHeaders::Forwarded;
        for (family, value, expected) in [
            (x, Some("https"), true),
            (x, Some("HTTPS, https"), true),
            (x, Some("https, http"), false),
            (x, Some("http, https"), false),
            (x, Some(""), false),
            (x, None, false),
            (f, Some("for=1.2.3.4;proto=https"), true),
            (f, Some("Proto=\"https\""), true),
            (f, Some("for=1.2.3.4"), false),
            (f, Some("proto=http"), false),
        ] {
            let mut headers = HeaderMap::new();
            let name = match family {
                ForwardingHeaders::Forwarded => "forwarded",
                _ => "x-forwarded-proto",
            };
            if let Some(value) = value {
                headers.insert(name, value.parse().unwrap());
            }
            assert_eq!(says_https(&headers, family), expected, "{value:?}");
        }
    }
}
