use bytes::Bytes;

use super::element::Sealed;

/// What a webhook can be answered with: TwiML, or nothing.
///
/// [`VoiceResponse`](super::VoiceResponse) answers calls,
/// [`MessagingResponse`](super::MessagingResponse) answers messages, and `()` is for callbacks that
/// only inform, where Twilio expects no instructions.
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
pub enum ReplyBody {
    /// A document for status 200.
    Twiml(Bytes),
    /// Status 204: no body, and no content type.
    Empty,
}

impl ReplyBody {
    /// The HTTP status: 200 with a body, 204 without.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Twiml(_) => 200,
            Self::Empty => 204,
        }
    }

    /// The `Content-Type`, without which Twilio refuses TwiML (error 12300).
    #[must_use]
    pub const fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::Twiml(_) => Some("text/xml; charset=utf-8"),
            Self::Empty => None,
        }
    }

    /// The body.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Twiml(body) => body,
            Self::Empty => Bytes::new(),
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
