//! Somebody who writes to an application, for tests.
//!
//! [`Texter`] sends a message as Twilio passes it on, in the same process and without a socket: a
//! signed request to the messaging URL. It reads the TwiML of the answer, follows redirects, and
//! reports to the application how its replies were delivered, if it asks for that.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::{BodyExt, Full};
//! use tower::service_fn;
//! use twilio_hooks::{
//!     Params,
//!     testing::texting::Texter,
//!     twiml::{Message, MessagingResponse},
//! };
//!
//! async fn app(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     let body = request.into_body().collect().await?.to_bytes();
//!     let params = Params::from_form(&body);
//!     let reply = match params.get("Body") {
//!         Some("Hello") => MessagingResponse::new().with(Message::new("Hello yourself!")),
//!         _ => MessagingResponse::new(),
//!     };
//!     let response = Response::builder().header("content-type", "text/xml");
//!     Ok(response.body(reply.to_bytes().into()).expect("a good header"))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), twilio_hooks::testing::Failure> {
//! let mut texter = Texter::new(service_fn(app), "https://hooks.example.com/sms")
//!     .account("AC00000000000000000000000000000001", "the auth token")
//!     .from("+12025550143");
//!
//! texter.texts("Hello").await?.receives("Hello yourself")?;
//! texter.texts("Anybody there?").await?.receives_nothing()?;
//! # Ok(())
//! # }
//! ```

use std::{collections::VecDeque, fmt};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower::Service;

use super::simulation::{Failure, FailureKind, Form, InProcess, Session, Target, Transcript, sid};
use crate::{
    BoxError, ErrorCode,
    twiml::{HttpMethod, Message, MessagingResponse, Node, lint::FindingCode},
};

/// Twilio's code for a report on a message that isn't taken.
const REPORT_REFUSED: u32 = 11200;

/// Somebody who writes to an application.
///
/// The [module](self) has an example.
pub struct Texter {
    session: Session,
    from: String,
    to: String,
    undelivered: Option<ErrorCode>,
    unread: VecDeque<Text>,
}

/// A message from the application.
struct Text {
    body: String,
    media: Vec<String>,
}

/// What a step of a test gives.
type Step<'t> = Result<&'t mut Texter, Failure>;

impl Texter {
    /// Somebody who will write to the application, whose messaging URL is `url`.
    ///
    /// The URL is the public one, with scheme and host: requests are signed for it, and URLs in
    /// TwiML are relative to it.
    #[must_use]
    pub fn new<S, B>(service: S, url: &str) -> Self
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let application = Box::new(InProcess::new(service));
        Self {
            session: Session::new(application, Target::new(url, HttpMethod::Post)),
            from: "+12025550143".to_owned(),
            to: "+12025550101".to_owned(),
            undelivered: None,
            unread: VecDeque::new(),
        }
    }

    /// The account that is written to, and the auth token to sign with; by default made-up ones.
    #[must_use]
    pub fn account(mut self, account_sid: &str, auth_token: &str) -> Self {
        account_sid.clone_into(&mut self.session.account_sid);
        auth_token.clone_into(&mut self.session.auth_token);
        self
    }

    /// Who writes: a number by default; also `whatsapp:+1…`.
    #[must_use]
    pub fn from(mut self, from: &str) -> Self {
        from.clone_into(&mut self.from);
        self
    }

    /// The number or channel address that is written to.
    #[must_use]
    pub fn to(mut self, to: &str) -> Self {
        to.clone_into(&mut self.to);
        self
    }

    /// The fallback URL, absolute or relative to the messaging URL, which is asked if the
    /// application's answer is of no use; by default such an answer is a failure.
    #[must_use]
    pub fn fallback(mut self, url: &str) -> Self {
        self.session.fallback = Some(self.session.home().join(Some(url), None));
        self
    }

    /// Lets an error of the linter pass; Twilio then does what the linter says.
    #[must_use]
    pub fn allow(mut self, code: FindingCode) -> Self {
        self.session.allowed.push(code);
        self
    }

    /// The application's replies are not delivered, for this reason, such as 30003.
    #[must_use]
    pub fn unreachable(mut self, code: impl Into<ErrorCode>) -> Self {
        self.undelivered = Some(code.into());
        self
    }

    /// What has happened so far.
    #[must_use]
    pub const fn transcript(&self) -> &Transcript {
        &self.session.transcript
    }

    /// Sends a text.
    ///
    /// # Errors
    /// If the application's answer is of no use, or it doesn't take the report on a reply.
    pub async fn texts(&mut self, body: &str) -> Step<'_> {
        self.texts_with_media(body, &[]).await
    }

    /// Sends a text, which may be empty, with media: their URLs and content types.
    ///
    /// # Errors
    /// Those of [`texts`](Self::texts).
    pub async fn texts_with_media(&mut self, body: &str, media: &[(&str, &str)]) -> Step<'_> {
        self.session.person_acts();
        self.session
            .event(format!("the texter writes \u{201c}{body}\u{201d}"));
        let message_sid = sid(if media.is_empty() { "SM" } else { "MM" });
        let mut form = Form::default();
        for (index, (url, content_type)) in media.iter().enumerate() {
            form = form
                .and(format!("MediaUrl{index}"), url)
                .and(format!("MediaContentType{index}"), content_type);
        }
        let form = form
            .and("SmsMessageSid", &message_sid)
            .and("NumMedia", media.len())
            .and("SmsSid", &message_sid)
            .and("SmsStatus", "received")
            .and("Body", body)
            .and("To", &self.to)
            .and("NumSegments", segments(body))
            .and("MessageSid", &message_sid)
            .and("AccountSid", &self.session.account_sid)
            .and("From", &self.from)
            .and("ApiVersion", "2010-04-01");
        let mut target = self.session.home().clone();
        loop {
            let (document, source) = self
                .session
                .ask::<MessagingResponse>(&target, form.clone(), true)
                .await?;
            match self.follow(&document, &source).await? {
                Some(next) => target = next,
                None => return Ok(self),
            }
        }
    }

    /// Checks that a reply has come that contains this text, or media with such a URL.
    ///
    /// Replies before it are skipped, those after it stay to be asked about.
    ///
    /// # Errors
    /// If there is none.
    pub fn receives(&mut self, text: &str) -> Step<'_> {
        while let Some(reply) = self.unread.pop_front() {
            if reply.body.contains(text) || reply.media.iter().any(|url| url.contains(text)) {
                return Ok(self);
            }
        }
        Err(self
            .session
            .unexpected(format!("the texter never receives {text:?}")))
    }

    /// Checks that no reply has come that was not asked about.
    ///
    /// # Errors
    /// If there is one.
    pub fn receives_nothing(&mut self) -> Step<'_> {
        match self.unread.pop_front() {
            None => Ok(self),
            Some(_) => Err(self.session.unexpected("the texter receives a reply")),
        }
    }

    /// Does what a document says; gives where the next one is.
    async fn follow(
        &mut self,
        document: &MessagingResponse,
        source: &Target,
    ) -> Result<Option<Target>, Failure> {
        for verb in document.children() {
            match verb {
                Node::Message(message) => self.reply(message, source).await?,
                Node::Redirect(redirect) => {
                    return Ok(Some(source.join(Some(&redirect.url), redirect.method)));
                }
                Node::RawElement(element) => {
                    let name = element.name();
                    self.session.note(format!("12200: Twilio skips <{name}>"));
                }
                Node::Comment(_) | Node::Text(_) => {}
                other => {
                    let message = format!("{source}: the simulator can't play {other}");
                    return Err(self
                        .session
                        .failure(FailureKind::Unsupported, None, message));
                }
            }
        }
        Ok(None)
    }

    /// Delivers a reply, and tells how that went.
    async fn reply(&mut self, message: &Message, source: &Target) -> Result<(), Failure> {
        let text = read(message);
        let to = message.to.as_deref().unwrap_or(&self.from).to_owned();
        let from = message.from.as_deref().unwrap_or(&self.to).to_owned();
        let message_sid = sid(if text.media.is_empty() { "SM" } else { "MM" });
        let shown = std::iter::once(&text.body).chain(&text.media);
        let shown = shown.filter(|part| !part.is_empty()).map(String::as_str);
        let shown = shown.collect::<Vec<_>>().join(" + ");
        match self.undelivered {
            Some(code) => self
                .session
                .note(format!("{code}: \u{201c}{shown}\u{201d} is not delivered")),
            None if to == self.from => {
                self.session.heard(shown);
                self.unread.push_back(text);
            }
            None => self
                .session
                .event(format!("{to} receives \u{201c}{shown}\u{201d}")),
        }
        let (url, method) = match (&message.status_callback, &message.action) {
            (Some(url), _) => (url, None),
            (None, Some(url)) => (url, message.method),
            (None, None) => return Ok(()),
        };
        let target = source.join(Some(url), method);
        let last = if self.undelivered.is_some() {
            "undelivered"
        } else {
            "delivered"
        };
        for status in ["sent", last] {
            let code = self.undelivered.filter(|_| status == last);
            let form = Form::default()
                .and("SmsSid", &message_sid)
                .and("SmsStatus", status)
                .and("MessageStatus", status)
                .and("To", &to)
                .and("MessageSid", &message_sid)
                .and("AccountSid", &self.session.account_sid)
                .and("From", &from)
                .and("ApiVersion", "2010-04-01")
                .and_if("ErrorCode", code.map(ErrorCode::number));
            self.session.tell(&target, form, REPORT_REFUSED).await?;
        }
        Ok(())
    }
}

impl fmt::Debug for Texter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texter")
            .field("transcript", &self.session.transcript)
            .finish_non_exhaustive()
    }
}

/// The text and media of a reply.
fn read(message: &Message) -> Text {
    let mut body = message.text.as_deref().unwrap_or_default().to_owned();
    let mut media = Vec::new();
    for child in message.children() {
        match child {
            Node::Body(inside) => body.push_str(&inside.text),
            Node::Text(text) => body.push_str(text),
            Node::Media(inside) => media.push(inside.url.trim().to_owned()),
            _ => {}
        }
    }
    Text { body, media }
}

/// How many messages a text is sent in, roughly: a character that GSM lacks makes them shorter.
fn segments(body: &str) -> usize {
    let units = body.encode_utf16().count();
    let (one, more) = if body.is_ascii() {
        (160, 153)
    } else {
        (70, 67)
    };
    if units <= one {
        1
    } else {
        units.div_ceil(more)
    }
}
