//! What every route of Twilio's has: the signature check, and a page for people.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, OriginalUri, Request},
    middleware::map_request,
    response::{Html, IntoResponse, Response},
    routing::MethodRouter,
};
use http::{Method, StatusCode};
use twilio_hooks::signature::{PeerAddr, RequestTarget, ValidateSignatureLayer};

/// Checks the signature of what these handlers get. Only their methods are checked: a person who
/// opens the URL in a browser has no signature and gets a page instead.
pub(crate) fn checked<S>(layer: ValidateSignatureLayer, routes: MethodRouter<S>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes
        .route_layer(layer)
        .route_layer(map_request(describe_origin))
        .fallback(wrong_method)
}

/// Hands the facts of the connection on to the signature layer, which knows no axum.
async fn describe_origin(mut request: Request) -> Request {
    let extensions = request.extensions_mut();
    // Nested routers cut the path they have matched; the signature covers all of it.
    if let Some(OriginalUri(uri)) = extensions.get::<OriginalUri>().cloned() {
        extensions.insert(RequestTarget(uri));
    }
    if let Some(ConnectInfo(peer)) = extensions.get::<ConnectInfo<SocketAddr>>().copied() {
        extensions.insert(PeerAddr(peer.ip()));
    }
    request
}

/// What a browser shows; axum adds the methods that are allowed. Not 200: a number that is set to GET
/// by mistake must fail visibly.
async fn wrong_method(method: Method) -> Response {
    tracing::warn!(reason = "wrong-method", %method, "webhook refused");
    if method == Method::GET {
        (StatusCode::METHOD_NOT_ALLOWED, Html(PAGE)).into_response()
    } else {
        StatusCode::METHOD_NOT_ALLOWED.into_response()
    }
}

const PAGE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>A webhook URL</title>
<h1>This URL takes POST from Twilio</h1>
<p>It is up and running. In Twilio's console, enter this address as the webhook of your number and
choose <b>HTTP POST</b>. There is nothing to see here for a browser.</p>
</html>
";
