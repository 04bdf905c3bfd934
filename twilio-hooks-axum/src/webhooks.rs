//! [`Webhooks`]: the routes that Twilio is given.

use std::net::SocketAddr;

use axum::{
    Router,
    extract::{ConnectInfo, OriginalUri, Request},
    middleware::map_request,
    response::{Html, IntoResponse, Response},
    routing::{MethodRouter, post},
};
use http::{Method, StatusCode, header};
use jiff::Timestamp;
use tracing::Instrument;
use twilio_hooks::{
    Hooks, ReceiveError,
    signature::{PeerAddr, RequestTarget, ValidateSignatureLayer},
    webhook::{
        CallStatusUpdate, Hooked, IncomingCall, IncomingMessage, MessageStatusUpdate,
        RecordingStatusUpdate, Webhook,
    },
};

use crate::{Signed, Twiml};

/// What the paths of [`Webhooks`] begin with unless told otherwise.
pub const DEFAULT_PREFIX: &str = "/api/webhooks/twilio";

/// The routes that Twilio is given: checked, stored, answered.
///
/// Below the prefix ([`DEFAULT_PREFIX`] unless set) there are, all for POST:
///
/// | path | webhook | set it in Twilio as |
/// |---|---|---|
/// | `/sms/incoming` | [`IncomingMessage`] | "A message comes in" of a number or messaging service |
/// | `/sms/fallback` | [`IncomingMessage`] | its fallback, on another server |
/// | `/sms/status` | [`MessageStatusUpdate`] | `StatusCallback` of messages |
/// | `/voice/incoming` | [`IncomingCall`] | "A call comes in" of a number |
/// | `/voice/fallback` | [`IncomingCall`] | its fallback, on another server |
/// | `/voice/status` | [`CallStatusUpdate`] | "Call status changes" of a number |
/// | `/voice/recording` | [`RecordingStatusUpdate`] | `recordingStatusCallback` |
///
/// Other methods are answered 405, a browser with a page that says what the URL is for.
///
/// The routes may be nested: the signature covers the path that Twilio requested, and that is what
/// is checked. A webhook is worked on to its end even if Twilio hangs up in the middle.
///
/// # Examples
/// See [the crate docs](crate) for a whole server.
#[derive(Debug, Clone)]
pub struct Webhooks {
    hooks: Hooks,
    layer: ValidateSignatureLayer,
    prefix: String,
}

impl Webhooks {
    /// Routes below [`DEFAULT_PREFIX`] that check with `layer` and hand on to `hooks`.
    #[must_use]
    pub fn new(hooks: Hooks, layer: ValidateSignatureLayer) -> Self {
        Self {
            hooks,
            layer,
            prefix: DEFAULT_PREFIX.to_owned(),
        }
    }

    /// Sets what the paths begin with; slashes at the end do not count, so `/` and an empty text
    /// mean no prefix.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        let trimmed = prefix.trim_matches('/');
        self.prefix = if trimmed.is_empty() {
            String::new()
        } else {
            format!("/{trimmed}")
        };
        self
    }

    /// The routes, for an application with any state.
    ///
    /// # Panics
    /// If the prefix is no path axum understands, such as one with unbalanced braces.
    pub fn into_router<S>(self) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        Router::new()
            .route(
                &self.path("sms/incoming"),
                self.endpoint::<IncomingMessage, S>(),
            )
            .route(
                &self.path("sms/fallback"),
                self.endpoint::<IncomingMessage, S>(),
            )
            .route(
                &self.path("sms/status"),
                self.endpoint::<MessageStatusUpdate, S>(),
            )
            .route(
                &self.path("voice/incoming"),
                self.endpoint::<IncomingCall, S>(),
            )
            .route(
                &self.path("voice/fallback"),
                self.endpoint::<IncomingCall, S>(),
            )
            .route(
                &self.path("voice/status"),
                self.endpoint::<CallStatusUpdate, S>(),
            )
            .route(
                &self.path("voice/recording"),
                self.endpoint::<RecordingStatusUpdate, S>(),
            )
    }

    fn path(&self, rest: &str) -> String {
        format!("{}/{rest}", self.prefix)
    }

    /// One generic endpoint serves all kinds. Only POST is checked: a person who opens the URL in a
    /// browser has no signature and gets a page instead.
    fn endpoint<W, S>(&self) -> MethodRouter<S>
    where
        W: Hooked,
        S: Clone + Send + Sync + 'static,
    {
        let hooks = self.hooks.clone();
        post(move |signed: Signed<W>| receive(hooks, signed))
            .route_layer(self.layer.clone())
            .route_layer(map_request(describe_origin))
            .fallback(wrong_method)
    }
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

async fn receive<W: Hooked>(hooks: Hooks, signed: Signed<W>) -> Response {
    let watch = ClientWatch {
        kind: W::KIND,
        answered: false,
    };
    // In a task of its own, because this future ends when the client hangs up, and by then the
    // webhook may be half way.
    let Signed {
        mut webhook,
        params,
        account_sid,
        ..
    } = signed;
    if let Some(account) = &account_sid {
        webhook.signed_by(account);
    }
    let work = async move { hooks.receive(webhook, &params, Timestamp::now()).await };
    let work = tokio::spawn(work.in_current_span());
    let response = match work.await {
        Ok(Ok(reply)) => Twiml(reply).into_response(),
        Ok(Err(error)) => refuse::<W>(&error),
        Err(_) => {
            tracing::error!(
                webhook.kind = W::KIND,
                reason = "panic",
                "webhook not answered"
            );
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    watch.answered();
    response
}

/// The body stays empty: Twilio would read it to a caller or send it to a person.
fn refuse<W: Webhook>(error: &ReceiveError) -> Response {
    let status = if error.is_stored() {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    tracing::error!(
        webhook.kind = W::KIND,
        reason = error.code(),
        error = error as &dyn std::error::Error,
        "webhook not answered"
    );
    status.into_response()
}

/// Notes when Twilio hangs up before the answer.
struct ClientWatch {
    kind: &'static str,
    answered: bool,
}

impl ClientWatch {
    fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for ClientWatch {
    fn drop(&mut self) {
        if !self.answered {
            tracing::warn!(
                webhook.kind = self.kind,
                reason = "client-gone",
                "Twilio hung up before the answer; the webhook is worked on all the same"
            );
        }
    }
}

/// What a browser shows. Not 200: a number that is set to GET by mistake must fail visibly.
async fn wrong_method(method: Method) -> Response {
    tracing::warn!(reason = "wrong-method", %method, "webhook refused");
    let allow = [(header::ALLOW, "POST")];
    if method == Method::GET {
        (StatusCode::METHOD_NOT_ALLOWED, allow, Html(PAGE)).into_response()
    } else {
        (StatusCode::METHOD_NOT_ALLOWED, allow).into_response()
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
