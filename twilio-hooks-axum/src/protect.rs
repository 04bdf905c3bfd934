//! [`Protect`]: routes of the application's own under the same check.

use std::time::Duration;

use axum::{middleware::from_fn, routing::MethodRouter};
use twilio_hooks::{Hooks, signature::ValidateSignatureLayer, twiml::VoiceResponse};

use crate::{checked::checked, to_the_end::ToTheEnd};

/// Puts routes of the application's own under the signature check: the steps of a telephone menu,
/// status reports with an id in their path.
///
/// Their handlers take [`Signed`](crate::Signed) beside any other extractor of axum's. As with the
/// routes of [`Webhooks`](crate::Webhooks),
/// - the path that Twilio requested is what is checked, also in nested routers,
/// - a browser gets a page that says what the URL is for, and other methods 405,
/// - a handler is run to its end even if Twilio hangs up in the middle, and one that panics is 500,
/// - a caller always hears an answer, where [`call`](Self::call) is used.
///
/// [`Webhooks::protect`](crate::Webhooks::protect) makes one with the settings of its hooks.
///
/// # Examples
/// ```
/// use axum::{Router, extract::{Path, State}, response::Response, routing::post};
/// use twilio_hooks::{
///     Hooks, MessageId,
///     signature::{AuthTokens, PublicUrl, ValidateSignatureLayer},
///     store::MemoryStore,
///     twiml::{Dial, VoiceResponse},
///     webhook::{GatherAction, MessageStatusUpdate},
/// };
/// use twilio_hooks_axum::{Signed, Twiml, Webhooks};
///
/// async fn menu(gather: Signed<GatherAction>) -> Twiml<VoiceResponse> {
///     let sales = gather.webhook.digits.as_deref() == Some("1");
///     let number = if sales { "+12025550101" } else { "+12025550102" };
///     Twiml(VoiceResponse::new().with(Dial::new(number.to_owned())))
/// }
///
/// /// Stores the report under the id that the application chose for the message.
/// async fn status(
///     State(hooks): State<Hooks>,
///     Path(id): Path<MessageId>,
///     report: Signed<MessageStatusUpdate>,
/// ) -> Response {
///     report.receive(&hooks, |change| change.with_message_id(id)).await
/// }
///
/// let tokens = AuthTokens::single("AC00000000000000000000000000000001", "0123456789abcdef");
/// let layer = ValidateSignatureLayer::new(PublicUrl::fixed("https://hooks.example.com")?, tokens);
/// let hooks = Hooks::new(MemoryStore::new());
///
/// let webhooks = Webhooks::new(hooks.clone(), layer);
/// let protect = webhooks.protect();
/// let app: Router = Router::new()
///     .route("/voice/menu", protect.call(post(menu)))
///     .route("/sms/status/{id}", protect.webhook(post(status)))
///     .merge(webhooks.into_router())
///     .with_state(hooks);
/// # let _ = app;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Protect {
    layer: ValidateSignatureLayer,
    call_fallback: VoiceResponse,
    handler_timeout: Duration,
}

impl Protect {
    /// Checks with `layer`.
    #[must_use]
    pub fn new(layer: ValidateSignatureLayer) -> Self {
        Self {
            layer,
            call_fallback: Hooks::default_call_fallback(),
            handler_timeout: Duration::from_secs(10),
        }
    }

    /// Sets what a caller hears when a handler fails; by default an apology in English.
    #[must_use]
    pub fn with_call_fallback(mut self, reply: VoiceResponse) -> Self {
        self.call_fallback = reply;
        self
    }

    /// Sets how long a handler may take before it is given up; 10 seconds by default. [Twilio waits
    /// for 15][docs].
    ///
    /// [docs]: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
    #[must_use]
    pub fn with_handler_timeout(mut self, timeout: Duration) -> Self {
        self.handler_timeout = timeout;
        self
    }

    /// Protects handlers whose answer a caller hears.
    ///
    /// Whatever they answer as an error (statuses from 400 on, extractors' refusals included), and if
    /// they panic or take too long, the caller hears the [fallback](Self::with_call_fallback) with
    /// status 200. What the signature check refuses stays refused: strangers hear nothing.
    ///
    /// # Panics
    /// If `routes` has no handler for any method, as [`MethodRouter::route_layer`] does.
    pub fn call<S>(&self, routes: MethodRouter<S>) -> MethodRouter<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        self.protect(routes, Some(self.call_fallback.clone()))
    }

    /// Protects handlers of everything else: messages and reports. What they answer is passed on; one
    /// that panics or takes too long is 500, so that Twilio can turn to the fallback URL.
    ///
    /// # Panics
    /// If `routes` has no handler for any method, as [`MethodRouter::route_layer`] does.
    pub fn webhook<S>(&self, routes: MethodRouter<S>) -> MethodRouter<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        self.protect(routes, None)
    }

    fn protect<S>(
        &self,
        routes: MethodRouter<S>,
        fallback: Option<VoiceResponse>,
    ) -> MethodRouter<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let to_the_end = ToTheEnd {
            limit: self.handler_timeout,
            fallback,
        };
        let routes = routes.route_layer(from_fn(move |request, next| {
            to_the_end.clone().run(request, next)
        }));
        checked(self.layer.clone(), routes)
    }
}
