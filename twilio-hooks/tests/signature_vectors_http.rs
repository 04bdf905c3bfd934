//! Every vector that an HTTP request can hold, through the layer.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body_util::Full;
use serde_json::Value;
use tower::{Layer, ServiceExt, service_fn};
use twilio_hooks::signature::{
    ForwardingHeaders, PeerAddr, PublicUrl, RequestTarget, Scheme, SignatureError, TrustedProxies,
    ValidateSignatureLayer, Verified,
};

use self::signature_support::{Differences, Vector, ip, vectors};

mod signature_support;

/// These cannot come over the wire: `http` has no such target or header value, or no such host can
/// be configured.
const NOT_HTTP: [&str; 7] = [
    "query-quote-raw",
    "sig-inner-newline",
    "sig-nul-inside",
    "space-around-url",
    "tab-in-url",
    "unicode-host-raw",
    "unicode-host-vs-punycode",
];

/// The configuration and the request, or `None` if there is no such request.
fn over_http(vector: &Vector) -> Option<(PublicUrl, Request<Full<Bytes>>)> {
    let (public_url, mut request) = match vector.wire() {
        Some(wire) => from_wire(wire),
        None => from_url(vector.text("url"))?,
    };
    *request.method_mut() = Method::from_bytes(vector.text("method").as_bytes()).unwrap();
    *request.body_mut() = vector.body().into();
    let content_type = vector.optional("content_type");
    let content_type = content_type.map(|value| ("content-type", value));
    for (name, value) in vector.headers().chain(content_type) {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        request.headers_mut().insert(name, value);
    }
    Some((public_url, request))
}

/// The origin is configured, the rest is the request's target.
fn from_url(url: &str) -> Option<(PublicUrl, Request<Full<Bytes>>)> {
    let url = url.split('#').next()?;
    let host = url.find("://")? + 3;
    let path = url[host..]
        .find(['/', '?'])
        .map_or(url.len(), |path| host + path);
    let (origin, target) = url.split_at(path);
    let origin = origin.replacen("ws", "http", usize::from(origin.starts_with("ws")));
    let mut request = Request::new(Full::default());
    *request.uri_mut() = match target.starts_with('/') {
        true => target.parse().ok()?,
        // HTTP has no target without a path.
        false => format!("/{target}").parse().ok()?,
    };
    Some((PublicUrl::fixed(&origin).ok()?, request))
}

fn from_wire(wire: &Value) -> (PublicUrl, Request<Full<Bytes>>) {
    let trust = &wire["trust"];
    let scheme = match wire["tls"].as_bool().unwrap() {
        true => Scheme::Https,
        false => Scheme::Http,
    };
    let proxies = |headers| {
        let peers = trust["proxies"].as_array().unwrap().iter();
        let hops = trust["hops"].as_u64().unwrap().try_into().unwrap();
        let peers = peers.map(|peer| peer.as_str().unwrap().parse().unwrap());
        PublicUrl::forwarded(
            TrustedProxies::new(peers)
                .with_headers(headers)
                .with_hops(hops),
        )
    };
    let public_url = match trust["mode"].as_str().unwrap() {
        "none" => PublicUrl::direct(scheme),
        "x-forwarded" => proxies(ForwardingHeaders::XForwarded),
        "forwarded" => proxies(ForwardingHeaders::Forwarded),
        "base-url" => PublicUrl::fixed(trust["base"].as_str().unwrap()).unwrap(),
        other => panic!("{other}"),
    };

    let mut request = Request::new(Full::default());
    let mut target: Uri = wire["target"].as_str().unwrap().parse().unwrap();
    for header in wire["headers"].as_array().unwrap() {
        let (name, value) = (header[0].as_str().unwrap(), header[1].as_str().unwrap());
        match name {
            ":authority" => {
                let mut parts = target.clone().into_parts();
                parts.authority = Some(value.parse().unwrap());
                parts.scheme = Some(http::uri::Scheme::HTTPS);
                target = Uri::from_parts(parts).unwrap();
                *request.version_mut() = Version::HTTP_2;
            }
            ":scheme" => {}
            _ => {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                request.headers_mut().append(name, value.parse().unwrap());
            }
        }
    }
    *request.uri_mut() = match trust["router_uri"].as_str() {
        Some(router_uri) => {
            request.extensions_mut().insert(RequestTarget(target));
            router_uri.parse().unwrap()
        }
        None => target,
    };
    request.extensions_mut().insert(scheme);
    let peer = PeerAddr(ip(wire["peer"].as_str().unwrap()));
    request.extensions_mut().insert(peer);
    (public_url, request)
}

#[tokio::test]
async fn vectors_hold_over_http() {
    let mut not_http = Vec::new();
    let mut proxied = 0;
    let mut differences = Differences::default();
    for vector in vectors() {
        let name = vector.text("name");
        let Some((public_url, request)) = over_http(&vector) else {
            not_http.push(name.to_owned());
            continue;
        };
        proxied += usize::from(vector.wire().is_some());
        let service = ValidateSignatureLayer::new(public_url, vector.auth_tokens()).layer(
            service_fn(async |request: Request<Full<Bytes>>| {
                assert!(request.extensions().get::<Verified>().is_some());
                Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
            }),
        );
        let response = service.oneshot(request).await.unwrap();
        differences.compare(name, response.status().as_u16(), vector.status());
        let reason = response.extensions().get::<SignatureError>();
        let refused = response.status() != StatusCode::OK;
        differences.compare(name, reason.is_some(), refused);
    }
    differences.assert_none();
    assert_eq!(proxied, 25);
    not_http.sort();
    assert_eq!(not_http, NOT_HTTP);
}
