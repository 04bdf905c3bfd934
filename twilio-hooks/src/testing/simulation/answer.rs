//! What Twilio makes of a response: TwiML, or the reason why it can't.

use bytes::Bytes;
use http::{Response, header};

use crate::{
    ErrorCode,
    twiml::{
        Message, MessagingResponse, ParseError, Play, Say, VoiceResponse,
        lint::{Finding, Product, lint},
    },
};

/// Twilio could not get a document.
const RETRIEVAL: u32 = 11200;
/// A document has more than 64 kB.
const TOO_LARGE: u32 = 11750;
/// A document isn't XML.
const NO_XML: u32 = 12100;
/// The root of a document isn't `<Response>`.
const WRONG_ROOT: u32 = 12102;
/// The content type of a response is missing, or none that Twilio takes.
const CONTENT_TYPE: u32 = 12300;

const LARGEST_DOCUMENT: usize = 64 * 1024;

/// Why a response is no TwiML, with Twilio's code.
pub(in crate::testing) struct Refused {
    pub(in crate::testing) code: ErrorCode,
    pub(in crate::testing) reason: String,
}

impl Refused {
    pub(super) fn new(code: u32, reason: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            reason: reason.into(),
        }
    }
}

/// A kind of document.
pub(in crate::testing) trait Twiml: Sized {
    const PRODUCT: Product;

    /// A document that says nothing.
    fn empty() -> Self;
    fn parse(text: &str) -> Result<Self, ParseError>;
    /// What plain text does.
    fn plain(text: &str) -> Self;
    /// What a file does, if Twilio takes it.
    fn file(content_type: &str, url: &str) -> Option<Self>;
}

impl Twiml for VoiceResponse {
    const PRODUCT: Product = Product::Voice;

    fn empty() -> Self {
        Self::new()
    }

    fn parse(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }

    fn plain(text: &str) -> Self {
        Self::new().with(Say::new(text.to_owned()))
    }

    fn file(content_type: &str, url: &str) -> Option<Self> {
        content_type
            .starts_with("audio/")
            .then(|| Self::new().with(Play::new(url.to_owned())))
    }
}

impl Twiml for MessagingResponse {
    const PRODUCT: Product = Product::Messaging;

    fn empty() -> Self {
        Self::new()
    }

    fn parse(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }

    fn plain(text: &str) -> Self {
        Self::new().with(Message::new(text.to_owned()))
    }

    fn file(_: &str, _: &str) -> Option<Self> {
        None
    }
}

/// Reads a response as Twilio does, and gives what the linter has found.
pub(super) fn read<T: Twiml>(
    response: &Response<Bytes>,
    url: &str,
) -> Result<(T, Vec<Finding>), Refused> {
    let status = response.status();
    if !status.is_success() {
        let reason = format!("the application answered {status} where Twilio needs TwiML");
        return Err(Refused::new(RETRIEVAL, reason));
    }
    let body = response.body();
    if body.is_empty() {
        return Ok((T::empty(), Vec::new()));
    }
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let Some(content_type) = content_type else {
        let reason = "the application's answer has no Content-Type; TwiML is text/xml";
        return Err(Refused::new(CONTENT_TYPE, reason));
    };
    let essence = content_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let plain = essence == "text/plain";
    if !plain && !["text/xml", "application/xml", "text/html"].contains(&&*essence) {
        return T::file(&essence, url)
            .map(|twiml| (twiml, Vec::new()))
            .ok_or_else(|| {
                let reason = format!("the application answered with {essence}; TwiML is text/xml");
                Refused::new(CONTENT_TYPE, reason)
            });
    }
    if body.len() > LARGEST_DOCUMENT {
        let reason = "the application's document has more than 64 kB";
        return Err(Refused::new(TOO_LARGE, reason));
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| Refused::new(NO_XML, format!("the document isn't UTF-8: {error}")))?;
    match read_text(text) {
        Err(_) if plain => Ok((T::plain(text), Vec::new())),
        read => read,
    }
}

/// Reads a document, and gives what the linter has found.
pub(super) fn read_text<T: Twiml>(text: &str) -> Result<(T, Vec<Finding>), Refused> {
    match T::parse(text) {
        Ok(twiml) => Ok((twiml, lint(text, T::PRODUCT))),
        Err(error) => {
            let code = match error.kind {
                crate::twiml::ParseErrorKind::WrongRoot { .. } => WRONG_ROOT,
                _ => NO_XML,
            };
            Err(Refused::new(
                code,
                format!("the document can't be read: {error}"),
            ))
        }
    }
}
