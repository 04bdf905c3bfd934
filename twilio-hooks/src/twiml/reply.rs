use bytes::Bytes;
use serde::Serialize;

use super::element::Sealed;

/// What a webhook can be answered with: TwiML, JSON, or nothing.
///
/// [`VoiceResponse`](super::VoiceResponse) answers calls,
/// [`MessagingResponse`](super::MessagingResponse) answers messages, and `()` is for callbacks that
/// only inform, where Twilio expects no instructions. Some products take JSON or a refusal:
/// [`PreActionReply`], [`AssignmentInstruction`], [`InterceptReply`].
///
/// [`PreActionReply`]: crate::webhook::conversations::PreActionReply
/// [`AssignmentInstruction`]: crate::webhook::taskrouter::AssignmentInstruction
/// [`InterceptReply`]: crate::webhook::proxy::InterceptReply
///
/// # Examples
///
/// ```
/// use twilio_hooks::twiml::{MessagingResponse, Reply, ReplyBody};
///
/// assert_eq!(().into_reply(), ReplyBody::Empty);
///
/// let nothing_to_say = MessagingResponse::new().into_reply();
/// assert_eq!(nothing_to_say.content_type(), Some("text/xml; charset=utf-8"));
/// assert!(nothing_to_say.into_bytes().ends_with(b"<Response/>"));
/// ```
pub trait Reply: Sealed {
    /// Renders the reply.
    fn into_reply(self) -> ReplyBody;
}

impl Sealed for () {}

impl Reply for () {
    fn into_reply(self) -> ReplyBody {
        ReplyBody::Empty
    }
}

/// A rendered [`Reply`], to be put into an HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub enum ReplyBody {
    /// A TwiML document for status 200.
    Twiml(Bytes),
    /// A JSON document for status 200.
    Json(Bytes),
    /// Status 204: no body, and no content type.
    Empty,
    /// Status 403, by which some products are told not to go on: no body, and no content type.
    Forbidden,
}

impl ReplyBody {
    /// A document made of what the crate's own replies hold: structs of texts, numbers and flags.
    pub(crate) fn json(reply: &impl Serialize) -> Self {
        let json = serde_json::to_vec(reply).expect("texts, numbers and flags are JSON");
        Self::Json(json.into())
    }

    /// The HTTP status: 200 with a body, 204 without, 403 to refuse.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Twiml(_) | Self::Json(_) => 200,
            Self::Empty => 204,
            Self::Forbidden => 403,
        }
    }

    /// The `Content-Type`, without which Twilio refuses TwiML (error 12300) and does not read JSON.
    #[must_use]
    pub const fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::Twiml(_) => Some("text/xml; charset=utf-8"),
            Self::Json(_) => Some("application/json"),
            Self::Empty | Self::Forbidden => None,
        }
    }

    /// The body.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Twiml(body) | Self::Json(body) => body,
            Self::Empty | Self::Forbidden => Bytes::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::{Hangup, VoiceResponse};

    #[test]
    fn nothing_is_204_without_a_body() {
        let reply = ().into_reply();
        assert_eq!((reply.status(), reply.content_type()), (204, None));
        assert!(reply.into_bytes().is_empty());
    }

    #[test]
    fn twiml_is_200_with_its_type() {
        let response = VoiceResponse::new().with(Hangup::new());
        let reply = response.clone().into_reply();
        assert_eq!(
            (reply.status(), reply.content_type()),
            (200, Some("text/xml; charset=utf-8"))
        );
        assert_eq!(reply.into_bytes(), response.to_xml());
    }
}
