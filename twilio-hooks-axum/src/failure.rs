//! [`WebhookFailure`]: what went wrong, for layers around the routes.

use axum::response::Response;

/// Why a webhook that was rightly signed failed: in the extensions of the response, also where a caller
/// hears the [fallback](twilio_hooks::Hooks::with_call_fallback) with status 200.
///
/// For logs and metrics of the application's own, in a layer around the routes. Beside it there are
/// - [`Verified`](twilio_hooks::signature::Verified), of whatever came through the check,
/// - [`SignedRejection`](crate::SignedRejection), if the parameters were not those of the webhook,
/// - [`SignatureError`](twilio_hooks::signature::SignatureError) of what did not come through, with
///   [`Diagnosis`](twilio_hooks::signature::Diagnosis) and
///   [`NamedAccount`](twilio_hooks::signature::NamedAccount) if they are known.
///
/// # Examples
/// ```
/// use axum::{extract::Request, middleware::{Next, from_fn}, response::Response};
/// use twilio_hooks::signature::Verified;
/// use twilio_hooks_axum::WebhookFailure;
///
/// async fn note(request: Request, next: Next) -> Response {
///     let response = next.run(request).await;
///     if let Some(failure) = response.extensions().get::<WebhookFailure>() {
///         let verified = response.extensions().get::<Verified>();
///         let account = verified.and_then(|verified| verified.account_sid());
///         eprintln!("{} of {account:?}", failure.reason());
///     }
///     response
/// }
///
/// let app: axum::Router = axum::Router::new().layer(from_fn(note));
/// # let _ = app;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookFailure {
    reason: &'static str,
}

impl WebhookFailure {
    pub(crate) fn new(reason: &'static str) -> Self {
        Self { reason }
    }

    /// The code of a [`ReceiveError`](twilio_hooks::ReceiveError::code), `panic`, or `handler` for an
    /// error that a handler of the application's own answered.
    #[must_use]
    pub fn reason(self) -> &'static str {
        self.reason
    }

    /// Puts it where layers find it, unless a reason is there already.
    pub(crate) fn note(self, response: &mut Response) {
        response.extensions_mut().get_or_insert_with(|| self);
    }
}
