//! [`Signed`]: the extractor for webhooks.

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};
use jiff::Timestamp;
use twilio_hooks::{
    AccountSid, Hooks, ParamError, Params, ReceiveError,
    signature::{Checked, SignatureError},
    store::Change,
    webhook::{Hooked, Webhook},
};

use crate::{Twiml, WebhookFailure};

/// A webhook whose signature was checked.
///
/// It reads what [`ValidateSignatureLayer`](twilio_hooks::signature::ValidateSignatureLayer) left,
/// so a route without that layer answers 500 and says so in the log; it can't be reached unchecked
/// by accident. Where the layer only reports, requests that failed the check come through too, with
/// [`error`](Self::error) set.
///
/// # Examples
/// A route of one's own beside those of [`Webhooks`](crate::Webhooks):
/// ```
/// use axum::{Router, routing::post};
/// use twilio_hooks::{
///     signature::{AuthTokens, PublicUrl, ValidateSignatureLayer},
///     twiml::{Say, VoiceResponse},
///     webhook::IncomingCall,
/// };
/// use twilio_hooks_axum::{Protect, Signed, Twiml};
///
/// async fn opening_hours(call: Signed<IncomingCall>) -> Twiml<VoiceResponse> {
///     let country = call.webhook.from_place.country.as_deref().unwrap_or("somewhere");
///     Twiml(VoiceResponse::new().with(Say::new(format!("Hello {country}, we open at nine."))))
/// }
///
/// let tokens = AuthTokens::single("AC00000000000000000000000000000001", "0123456789abcdef");
/// let layer = ValidateSignatureLayer::new(PublicUrl::fixed("https://hooks.example.com")?, tokens);
/// let app: Router = Router::new().route("/hours", Protect::new(layer).call(post(opening_hours)));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Signed<W> {
    /// The webhook.
    pub webhook: W,
    /// The parameters it was read from.
    pub params: Params,
    /// The account whose key signed the request, as far as the key or the request tells; `None` for
    /// a request that failed the check.
    pub account_sid: Option<AccountSid>,
    /// Why the check failed, if the layer only reports; `None` for a good signature.
    pub error: Option<SignatureError>,
}

impl<W: Hooked> Signed<W> {
    /// Stores and answers it just as the routes of [`Webhooks`](crate::Webhooks) do. `adjust` may
    /// change what is stored: an application that put an id of its own into the URL gives it to the
    /// row.
    ///
    /// For handlers of one's own; [`Protect`](crate::Protect) has an example.
    pub async fn receive(
        self,
        hooks: &Hooks,
        adjust: impl FnOnce(Change) -> Change + Send,
    ) -> Response {
        let Self {
            mut webhook,
            params,
            account_sid,
            ..
        } = self;
        if let Some(account) = &account_sid {
            webhook.signed_by(account);
        }
        match hooks
            .answer(webhook, &params, Timestamp::now(), adjust)
            .await
        {
            Ok(answer) => {
                let mut response = Twiml(answer.reply).into_response();
                if let Some(error) = answer.failure {
                    WebhookFailure::new(error.code()).note(&mut response);
                }
                response
            }
            Err(error) => refuse::<W>(&error),
        }
    }
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
    let mut response = status.into_response();
    WebhookFailure::new(error.code()).note(&mut response);
    response
}

impl<W, S> FromRequestParts<S> for Signed<W>
where
    W: Webhook,
    S: Sync,
{
    type Rejection = SignedRejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let checked = Checked::of(&parts.extensions).ok_or(SignedRejection::MissingLayer)?;
        let params = checked.params().clone();
        let webhook = W::from_params(&params).map_err(SignedRejection::Params)?;
        let (account_sid, error) = match checked {
            Checked::Verified(verified) => (verified.account_sid().cloned(), None),
            Checked::Reported(reported) => (None, Some(reported.error())),
        };
        Ok(Self {
            webhook,
            params,
            account_sid,
            error,
        })
    }
}

/// Why [`Signed`] refused a request. The response has an empty body; this is in its extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedRejection {
    /// The route has no [`ValidateSignatureLayer`](twilio_hooks::signature::ValidateSignatureLayer):
    /// a mistake in the program, answered 500.
    #[error("the route has no `ValidateSignatureLayer`")]
    MissingLayer,
    /// The parameters are not those of the webhook; answered 400.
    #[error("webhook can't be read")]
    Params(#[source] ParamError),
}

impl SignedRejection {
    /// A short reason for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingLayer => "missing-layer",
            Self::Params(_) => "missing-parameter",
        }
    }

    /// The status it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MissingLayer => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Params(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for SignedRejection {
    fn into_response(self) -> Response {
        match &self {
            Self::MissingLayer => tracing::error!(reason = self.code(), "webhook refused: {self}"),
            Self::Params(error) => tracing::warn!(
                reason = self.code(),
                parameter = error.name(),
                "webhook refused: {error}"
            ),
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
