//! Studio: flows drawn in the console ([`HttpRequest`]).

use std::fmt::{self, Debug};

use super::{Webhook, sealed::Sealed};
use crate::{ParamError, Params};

/// The widget *Make HTTP Request* of a flow, if its author chose a form.
///
/// The author chose all parameters too, so there are no fields, nothing is required, and no sign
/// tells it from other requests: it is never
/// [detected](super::Event::detect), and needs a route of its own. The account is not among the
/// parameters unless the author put it there; without it, the signature is checked with the keys of
/// the [default account](crate::signature::AuthTokens). The JSON object that answers it becomes
/// variables of the flow. See [Twilio's description](https://www.twilio.com/docs/studio/widget-library/http-request).
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     Params,
///     webhook::{Webhook, studio::HttpRequest},
/// };
///
/// let params = Params::from_form(b"order=4711&caller=%2B12025550143");
/// let request = HttpRequest::from_params(&params)?;
/// assert_eq!(request.extra.get("order"), Some("4711"));
/// # Ok::<_, twilio_hooks::ParamError>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct HttpRequest {
    /// All parameters, as the author of the flow named them.
    pub extra: Params,
}

impl Sealed for HttpRequest {}

impl Webhook for HttpRequest {
    const KIND: &'static str = "studio-http-request";
    const REQUIRED: &'static [&'static str] = &[];

    fn from_params(params: &Params) -> Result<Self, ParamError> {
        Ok(Self {
            extra: params.clone(),
        })
    }
}

/// Shows the names of the parameters.
impl Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("extra", &self.extra)
            .finish()
    }
}
