//! Handlers that run to their end, and callers who hear an answer whatever that end is.

use std::time::Duration;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use tracing::Instrument;
use twilio_hooks::{signature::Verified, twiml::VoiceResponse};

use crate::{SignedRejection, Twiml, WebhookFailure};

/// How a handler is run.
#[derive(Debug, Clone)]
pub(crate) struct ToTheEnd {
    /// How long it may take.
    pub(crate) limit: Duration,
    /// What a caller hears instead of an error; `None` if nobody is listening.
    pub(crate) fallback: Option<VoiceResponse>,
}

impl ToTheEnd {
    pub(crate) async fn run(self, request: Request, next: Next) -> Response {
        let route = request.extensions().get::<MatchedPath>().cloned();
        let route = route.as_ref().map_or("", MatchedPath::as_str);
        let watch = ClientWatch {
            route,
            answered: false,
        };
        // In a task of its own, because this future ends when the client hangs up, and by then the
        // webhook may be half way.
        let verified = request.extensions().get::<Verified>().cloned();
        let work = tokio::time::timeout(self.limit, next.run(request));
        let mut response = match tokio::spawn(work.in_current_span()).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => failed(route, "handler-timeout"),
            Err(_) => failed(route, "panic"),
        };
        watch.answered();
        // For layers around the routes, which see neither parameters nor account.
        if let Some(verified) = verified {
            response.extensions_mut().insert(verified);
        }
        let is_rejected = response.extensions().get::<SignedRejection>().is_some();
        if is_error(&response) && !is_rejected {
            WebhookFailure::new("handler").note(&mut response);
        }
        match self.fallback {
            Some(reply) if is_error(&response) => {
                tracing::error!(
                    webhook.route = route,
                    status = response.status().as_u16(),
                    "caller gets the fallback"
                );
                let mut fallback = Twiml(reply).into_response();
                // The reason, for those who look there.
                *fallback.extensions_mut() = response.into_parts().0.extensions;
                fallback
            }
            _ => response,
        }
    }
}

fn is_error(response: &Response) -> bool {
    response.status().is_client_error() || response.status().is_server_error()
}

fn failed(route: &str, reason: &'static str) -> Response {
    tracing::error!(webhook.route = route, reason, "webhook not answered");
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    WebhookFailure::new(reason).note(&mut response);
    response
}

/// Notes when Twilio hangs up before the answer.
struct ClientWatch<'a> {
    route: &'a str,
    answered: bool,
}

impl ClientWatch<'_> {
    fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for ClientWatch<'_> {
    fn drop(&mut self) {
        if !self.answered {
            tracing::warn!(
                webhook.route = self.route,
                reason = "client-gone",
                "Twilio hung up before the answer; the webhook is worked on all the same"
            );
        }
    }
}
