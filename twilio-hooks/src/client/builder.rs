//! [`ClientBuilder`]: the settings of a client.

use std::{sync::Arc, time::Duration};

use super::{
    Client, Clock, Credentials, Inner, RetryPolicy, hosts::Hosts, request::TIME_LIMIT,
    retry::TokioClock, transport::Transport,
};

/// The settings of a [`Client`].
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use twilio_hooks::client::{Client, Credentials, RetryPolicy};
///
/// let client = Client::builder(Credentials::auth_token(
///     "AC00000000000000000000000000000001",
///     "an auth token of Ireland",
/// ))
/// .with_region("ie1")
/// .with_edge("dublin")
/// .with_time_limit(Duration::from_secs(10))
/// .with_retries(RetryPolicy::never())
/// .build()?;
/// # Ok::<_, twilio_hooks::client::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct ClientBuilder {
    credentials: Credentials,
    base_url: Option<Box<str>>,
    region: Option<Box<str>>,
    edge: Option<Box<str>>,
    storage: Vec<Box<str>>,
    retries: RetryPolicy,
    clock: Arc<dyn Clock>,
    connect_limit: Duration,
    time_limit: Duration,
    response_limit: usize,
}

/// Why a [`Client`] can't be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The base URL is not `https://host` or `https://host:port`.
    #[error("the base URL is not a scheme and a host")]
    InvalidBaseUrl,
    /// The base URL is plain HTTP to another machine, which would see the credentials.
    #[error("the base URL of another machine must be https")]
    InsecureBaseUrl,
    /// The region or edge is not a name of small letters, digits and dashes.
    #[error("the region or edge is not a name")]
    InvalidRegion,
}

impl ClientBuilder {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            base_url: None,
            region: None,
            edge: None,
            storage: Vec::new(),
            retries: RetryPolicy::new(),
            clock: Arc::new(TokioClock),
            connect_limit: Duration::from_secs(5),
            time_limit: TIME_LIMIT,
            response_limit: 16 * 1024 * 1024,
        }
    }

    /// [The region](https://www.twilio.com/docs/global-infrastructure/understanding-twilio-regions)
    /// that processes the requests, such as `ie1`. Each region has credentials of its own.
    pub fn with_region(mut self, region: impl Into<Box<str>>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The edge where requests enter Twilio's network, such as `dublin`. Without a region this means
    /// `us1`.
    pub fn with_edge(mut self, edge: impl Into<Box<str>>) -> Self {
        self.edge = Some(edge.into());
        self
    }

    /// Sends everything to one place instead of Twilio: a fake, or a proxy. Region and edge are
    /// then without meaning. Plain HTTP is for this machine only.
    pub fn with_base_url(mut self, base_url: impl Into<Box<str>>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Trusts redirects of recordings and media to this host and those below it, too; for
    /// [storage of one's own][storage] outside Amazon's. Twilio's hosts and Amazon's are trusted
    /// anyway, and credentials are sent to neither.
    ///
    /// [storage]: https://www.twilio.com/docs/voice/tutorials/voice-recording-external-storage
    pub fn with_storage_host(mut self, host: impl Into<Box<str>>) -> Self {
        self.storage.push(host.into());
        self
    }

    /// How often and how long requests are repeated.
    pub fn with_retries(mut self, retries: RetryPolicy) -> Self {
        self.retries = retries;
        self
    }

    /// How long making a connection may take; 5 seconds if not set.
    pub fn with_connect_limit(mut self, limit: Duration) -> Self {
        self.connect_limit = limit;
        self
    }

    /// How long one attempt may take, from its start to the last byte of the answer; 30 seconds if
    /// not set. Of a download: up to its first byte, and then between two pieces.
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// How many bytes an answer may have; 16 MiB if not set. Downloads have none.
    pub fn with_response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// The clock for the pauses between attempts; tokio's if not set.
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes the client; no connection is opened yet.
    ///
    /// # Errors
    /// [`ConfigError`] if base URL, region or edge are none.
    pub fn build(self) -> Result<Client, ConfigError> {
        let hosts = match &self.base_url {
            Some(base_url) => Hosts::at(base_url)?,
            None => Hosts::twilio(self.edge.clone(), self.region.clone())?,
        };
        Ok(self.build_for(hosts))
    }

    pub(super) fn build_for(self, hosts: Hosts) -> Client {
        let hosts = hosts.with_storage(self.storage);
        Client {
            inner: Arc::new(Inner {
                account_sid: self.credentials.account_sid().clone(),
                authorization: self.credentials.authorization(),
                credentials: self.credentials,
                transport: Transport::new(self.connect_limit, hosts.is_plain()),
                hosts,
                retries: self.retries,
                clock: self.clock,
                observer: None,
                time_limit: self.time_limit,
                response_limit: self.response_limit,
            }),
        }
    }
}
