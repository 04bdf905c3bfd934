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
//!
//! With the feature `client`, `FakeTwilio::texter` makes a texter whose messages, files and replies
//! are listed by the API of the fake; then the fake tells what becomes of a reply.

mod replies;

use std::{
    collections::{HashSet, VecDeque},
    fmt,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower::Service;

use self::replies::segments;
#[cfg(feature = "client")]
use super::simulation::Account;
use super::simulation::{Failure, Form, InProcess, MessageEntry, Session, Target, Transcript};
use crate::{
    BoxError, ErrorCode,
    twiml::{HttpMethod, MessagingResponse, lint::FindingCode},
};

/// Somebody who writes to an application.
///
/// The [module](self) has an example.
pub struct Texter {
    session: Session,
    from: String,
    to: String,
    undelivered: Option<ErrorCode>,
    unread: VecDeque<Text>,
    /// The messages of the account that have arrived so far.
    arrived: HashSet<String>,
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
            arrived: HashSet::new(),
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

    /// Lets the messages be at an account that keeps them.
    #[cfg(feature = "client")]
    pub(in crate::testing) fn enter(mut self, account: Account) -> Self {
        self.session.enter(account);
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
        let message_sid = self.new_sid(media.len());
        self.send(&message_sid, body, media).await
    }

    /// Sends a text, which may be empty, with files: their content types and bytes.
    ///
    /// The files are kept by the `FakeTwilio` that the texter writes to. The application gets URLs
    /// of its API, which need credentials and redirect to another place, as Twilio's do.
    ///
    /// # Errors
    /// Those of [`texts`](Self::texts), or if the texter doesn't write to a `FakeTwilio`.
    pub async fn texts_with_files(&mut self, body: &str, files: &[(&str, Bytes)]) -> Step<'_> {
        let message_sid = self.new_sid(files.len());
        let Some(ledger) = self.session.account.ledger() else {
            let message = "no FakeTwilio is there to keep the files";
            return Err(self.session.unexpected(message));
        };
        let urls = files.iter().map(|(content_type, bytes)| {
            let url = ledger.media(&message_sid, content_type, bytes.clone());
            (url, *content_type)
        });
        let urls: Vec<_> = urls.collect();
        let media: Vec<_> = urls.iter().map(|(url, kind)| (&**url, *kind)).collect();
        self.send(&message_sid, body, &media).await
    }

    async fn send(&mut self, message_sid: &str, body: &str, media: &[(&str, &str)]) -> Step<'_> {
        self.session.person_acts().await;
        self.session
            .event(format!("the texter writes \u{201c}{body}\u{201d}"));
        if let Some(ledger) = self.session.account.ledger() {
            let media: Vec<_> = media.iter().map(|(url, _)| (*url).to_owned()).collect();
            ledger.incoming_message(&MessageEntry {
                sid: message_sid,
                account_sid: &self.session.account_sid,
                from: &self.from,
                to: &self.to,
                body,
                media: &media,
            });
        }
        let mut form = Form::default();
        for (index, (url, content_type)) in media.iter().enumerate() {
            form = form
                .and(format!("MediaUrl{index}"), url)
                .and(format!("MediaContentType{index}"), content_type);
        }
        let form = form
            .and("SmsMessageSid", message_sid)
            .and("NumMedia", media.len())
            .and("SmsSid", message_sid)
            .and("SmsStatus", "received")
            .and("Body", body)
            .and("To", &self.to)
            .and("NumSegments", segments(body))
            .and("MessageSid", message_sid)
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

    fn new_sid(&self, files: usize) -> String {
        let prefix = if files == 0 { "SM" } else { "MM" };
        self.session.account.sid(prefix)
    }

    /// Checks that a reply has come that contains this text, or media with such a URL.
    ///
    /// At a `FakeTwilio`, messages that the application sends by the API count as well. Replies before it are skipped, those after it stay to be asked about.
    ///
    /// # Errors
    /// If there is none.
    pub fn receives(&mut self, text: &str) -> Step<'_> {
        self.look();
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
        self.look();
        match self.unread.pop_front() {
            None => Ok(self),
            Some(_) => Err(self.session.unexpected("the texter receives a reply")),
        }
    }
}

impl fmt::Debug for Texter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texter")
            .field("transcript", &self.session.transcript)
            .finish_non_exhaustive()
    }
}
