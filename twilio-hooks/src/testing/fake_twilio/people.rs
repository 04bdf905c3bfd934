//! People who call and write at the fake, and whom its account calls.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower::Service;

use super::{ACCOUNT_SID, AUTH_TOKEN, FakeTwilio};
use crate::{
    Address, BoxError,
    testing::{
        call::{Callee, Caller},
        simulation::{Account, InProcess},
        texting::Texter,
    },
};

impl FakeTwilio {
    /// Whoever is called by the account at this address, and may answer: a call that was made with
    /// the API and that nobody has answered yet, the oldest of them.
    ///
    /// [`Callee`] has an example.
    pub fn callee<S, B>(&self, service: S, to: impl Into<Address>) -> Callee
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let application = Box::new(InProcess::new(service));
        let to = to.into();
        Callee::new(application, self.account(), AUTH_TOKEN, to.as_str())
    }

    /// Somebody who will call the application, whose voice URL is `url`, as
    /// [`Caller::new`] makes one; the call, what it dials and its recordings are in the API
    /// afterwards.
    pub fn caller<S, B>(&self, service: S, url: &str) -> Caller
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        Caller::new(service, url)
            .account(ACCOUNT_SID, AUTH_TOKEN)
            .enter(self.account())
    }

    /// Somebody who will write to the application, whose messaging URL is `url`, as
    /// [`Texter::new`] makes one; the messages, the replies and their files are in the API
    /// afterwards.
    ///
    /// What becomes of a reply is told by the fake, as of any other message: when
    /// [`advance`](Self::advance) or [`settle`](Self::settle) gets there.
    #[must_use]
    pub fn texter<S, B>(&self, service: S, url: &str) -> Texter
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        Texter::new(service, url)
            .account(ACCOUNT_SID, AUTH_TOKEN)
            .enter(self.account())
    }

    fn account(&self) -> Account {
        Account::of(Arc::<super::Shared>::clone(&self.shared))
    }
}
