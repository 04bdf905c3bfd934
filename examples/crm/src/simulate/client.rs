//! [`Client`]: signs webhooks and sends them.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};

use super::{Step, Target};

/// Sends signed webhooks the way Twilio does: the same headers, 5 seconds to connect, 15 in total.
///
/// Connections are kept and used again. Clones share them.
#[derive(Debug, Clone)]
pub struct Client {
    http: legacy::Client<HttpConnector, Full<Bytes>>,
    target: Arc<Target>,
    timeout: Duration,
}

/// What a server did with one webhook.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status, or why there is none.
    pub outcome: Outcome,
    /// From the start of the request to the end of the answer.
    pub latency: Duration,
    /// The body, in most cases TwiML; empty if there is none.
    pub body: String,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// An answer came.
    Status(StatusCode),
    /// No connection came about.
    NoConnection,
    /// The answer took longer than Twilio waits.
    TimedOut,
    /// The connection ended before the answer did, or what came was no answer.
    Broken,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(15);

/// Twilio reads no longer answers; a server that sends one has gone astray.
const MAX_ANSWER: usize = 64 * 1024;

impl Outcome {
    /// Whether an answer came and its status is a 2xx.
    #[must_use]
    pub fn is_success(self) -> bool {
        matches!(self, Self::Status(status) if status.is_success())
    }
}

/// As a summary lists it: `200 OK`, `timed out`.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => f.pad(&status.to_string()),
            Self::NoConnection => f.pad("no connection"),
            Self::TimedOut => f.pad("timed out"),
            Self::Broken => f.pad("connection broke"),
        }
    }
}

impl Client {
    /// A client for one server.
    #[must_use]
    pub fn new(target: Target) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        Self {
            http: legacy::Client::builder(TokioExecutor::new()).build(connector),
            target: Arc::new(target),
            timeout: TIMEOUT,
        }
    }

    /// Waits this long for an answer instead of Twilio's 15 seconds.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Where the webhooks go.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Sends one webhook and waits for the answer. Whatever goes wrong is the answer's outcome.
    pub async fn send(&self, step: &Step) -> Answer {
        let started = Instant::now();
        let exchange = async {
            let response = self.http.request(self.request(step)).await;
            let response = response.map_err(|error| match error.is_connect() {
                true => Outcome::NoConnection,
                false => Outcome::Broken,
            })?;
            let status = response.status();
            let body = Limited::new(response.into_body(), MAX_ANSWER);
            let body = body.collect().await.map_err(|_| Outcome::Broken)?;
            let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
            Ok((Outcome::Status(status), body))
        };
        let exchange = tokio::time::timeout(self.timeout, exchange).await;
        let (outcome, body) = exchange
            .unwrap_or(Err(Outcome::TimedOut))
            .unwrap_or_else(|outcome| (outcome, String::new()));
        Answer {
            outcome,
            latency: started.elapsed(),
            body,
        }
    }

    fn request(&self, step: &Step) -> Request<Full<Bytes>> {
        Request::builder()
            .method(Method::POST)
            .uri(self.target.url(step.path))
            .header(header::HOST, self.target.host())
            .header(header::ACCEPT, "*/*")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::USER_AGENT, "TwilioProxy/1.1")
            .header("i-twilio-idempotency-token", &step.token)
            .header("x-home-region", "us1")
            .header("x-twilio-signature", self.target.sign(step))
            .body(Full::from(step.body()))
            .expect("the URL was checked, and tokens and signatures are plain ASCII")
    }
}
