//! [`Caller`]: who calls whom, before the call.

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use jiff::Timestamp;
use tower::Service;

use super::{Call, facts::Facts, reports::Reports};
#[cfg(feature = "client")]
use crate::testing::simulation::Account;
use crate::{
    BoxError,
    testing::simulation::{Failure, Form, InProcess, Session, Target},
    twiml::{HttpMethod, lint::FindingCode},
};

/// Somebody who is about to call an application.
///
/// The [module](crate::testing::call) has an example.
#[must_use = "nothing happens before `call`"]
pub struct Caller {
    session: Session,
    from: String,
    to: String,
    extra: Form,
    status_callback: Option<Target>,
}

impl Caller {
    /// Somebody who will call the application, whose voice URL is `url`.
    ///
    /// The URL is the public one, with scheme and host: requests are signed for it, and URLs in
    /// TwiML are relative to it. The service is asked in this process; its own address doesn't
    /// matter.
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
            extra: Form::default(),
            status_callback: None,
        }
    }

    /// The account that is called, and the auth token to sign with; by default made-up ones.
    pub fn account(mut self, account_sid: &str, auth_token: &str) -> Self {
        account_sid.clone_into(&mut self.session.account_sid);
        auth_token.clone_into(&mut self.session.auth_token);
        self
    }

    /// Who calls: a number by default; also `client:…`, `sip:…` or a word like `anonymous`.
    pub fn from(mut self, from: &str) -> Self {
        from.clone_into(&mut self.from);
        self
    }

    /// The number that is called.
    pub fn to(mut self, to: &str) -> Self {
        to.clone_into(&mut self.to);
        self
    }

    /// Asks the voice URL by GET, as configured for the number; by default by POST.
    pub fn by_get(mut self) -> Self {
        self.session.set_method(HttpMethod::Get);
        self
    }

    /// Adds a parameter to every request about the caller, such as `StirVerstat`.
    pub fn param(mut self, name: &'static str, value: &str) -> Self {
        self.extra = self.extra.and(name, value);
        self
    }

    /// The number's status callback URL, absolute or relative to the voice URL: it is told when the
    /// call is over. By default there is none.
    pub fn status_callback(mut self, url: &str) -> Self {
        self.status_callback = Some(self.session.home().join(Some(url), None));
        self
    }

    /// The number's fallback URL, absolute or relative to the voice URL: it is asked for TwiML if
    /// the application's answer is of no use. By default there is none, and such an answer is a
    /// failure.
    pub fn fallback(mut self, url: &str) -> Self {
        self.session.fallback = Some(self.session.home().join(Some(url), None));
        self
    }

    /// Lets an error of the linter pass; Twilio then does what the linter says.
    pub fn allow(mut self, code: FindingCode) -> Self {
        self.session.allowed.push(code);
        self
    }

    /// When the call begins, on its virtual clock; by default on 1 January 2026.
    pub const fn at(mut self, start: Timestamp) -> Self {
        self.session.start = start;
        self
    }

    /// Lets it be a call at an account that keeps it.
    #[cfg(feature = "client")]
    pub(in crate::testing) fn enter(mut self, account: Account) -> Self {
        self.session.enter(account);
        self
    }

    /// Calls, and asks the voice URL for TwiML.
    ///
    /// # Errors
    /// If the application's answer is of no use, as the [module](crate::testing::call) tells.
    pub async fn call(self) -> Result<Call, Failure> {
        let Self {
            session,
            from,
            to,
            extra,
            status_callback,
        } = self;
        let mut facts = Facts::incoming(&session, from, to);
        facts.extra = extra;
        let reports = status_callback.map(Reports::of_end);
        Call::begin(session, facts, reports).await
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}
