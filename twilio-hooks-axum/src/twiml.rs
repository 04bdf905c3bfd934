//! [`Twiml`]: a reply as a response.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use twilio_hooks::twiml::Reply;

/// A reply as an HTTP response: TwiML as `text/xml` with status 200, and `()` as 204. Replies in
/// JSON are `application/json`, and refusals 403.
///
/// # Examples
/// ```
/// use axum::response::IntoResponse;
/// use twilio_hooks::twiml::{Say, VoiceResponse};
/// use twilio_hooks_axum::Twiml;
///
/// async fn greet() -> Twiml<VoiceResponse> {
///     Twiml(VoiceResponse::new().with(Say::new("Hello")))
/// }
///
/// let response = Twiml(()).into_response();
/// assert_eq!(response.status(), 204);
/// ```
///
/// Products other than messages and calls want JSON:
/// ```
/// use axum::response::IntoResponse;
/// use twilio_hooks::webhook::conversations::PreActionReply;
/// use twilio_hooks_axum::Twiml;
///
/// let response = Twiml(PreActionReply::Accept).into_response();
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.headers()["content-type"], "application/json");
/// assert_eq!(Twiml(PreActionReply::Refuse).into_response().status(), 403);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Twiml<R>(pub R);

impl<R: Reply> IntoResponse for Twiml<R> {
    fn into_response(self) -> Response {
        let reply = self.0.into_reply();
        let status = StatusCode::from_u16(reply.status()).unwrap_or(StatusCode::OK);
        match reply.content_type() {
            Some(content_type) => (
                status,
                [(header::CONTENT_TYPE, content_type)],
                reply.into_bytes(),
            )
                .into_response(),
            None => status.into_response(),
        }
    }
}
