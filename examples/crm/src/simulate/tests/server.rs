//! A server that keeps what it is sent, and answers as the test says.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri};
use tokio::net::TcpListener;
use twilio_hooks::{
    Params,
    signature::{AuthTokens, RequestView, SignatureScheme},
};

use super::{ACCOUNT, TOKEN};
use crate::simulate::Target;

pub(super) const TWIML: &str = "<Response/>";

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(super) fn params(&self) -> Params {
        Params::from_form(&self.body)
    }

    /// Whether the signature is good for a server known as `base`.
    pub(super) fn is_signed_for(&self, base: &str) -> bool {
        let url = format!("{base}{}", self.path);
        let request = RequestView::with_body(
            &url,
            Some(self.headers["content-type"].as_bytes()),
            &self.body,
            self.headers["x-twilio-signature"].as_bytes(),
        );
        let tokens = AuthTokens::single(ACCOUNT, TOKEN);
        SignatureScheme::new()
            .with_compat(false)
            .verify(&request, &tokens)
            .is_ok()
    }
}

#[derive(Debug)]
pub(super) struct Server {
    pub(super) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Listens on a port of its own, until the test's runtime ends. `answer` is given the number
    /// of requests before this one.
    pub(super) async fn start<F>(
        answer: impl Fn(usize) -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        let take = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let path = uri.path().to_owned();
            let before = {
                let mut kept = kept.lock().unwrap();
                kept.push(Received {
                    path,
                    headers,
                    body,
                });
                kept.len() - 1
            };
            answer(before)
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(take);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received }
    }

    /// Answers everything with an empty `Response`.
    pub(super) async fn friendly() -> Self {
        Self::start(|_| async { (StatusCode::OK, TWIML).into_response() }).await
    }

    pub(super) fn target(&self) -> Target {
        Target::new(&self.url, ACCOUNT, TOKEN).unwrap()
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}
