//! Calls of Twilio's REST API, behind the feature `client`.
//!
//! Receiving webhooks needs none of this. What an application does beside that is here: send
//! messages, start and end calls, fetch recordings and media, point numbers and messaging services to
//! its webhooks.
//!
//! ```no_run
//! use twilio_hooks::client::{Client, CreateMessage, Credentials};
//!
//! # async fn send() -> Result<(), Box<dyn std::error::Error>> {
//! let twilio = Client::new(Credentials::api_key(
//!     "AC00000000000000000000000000000001",
//!     "SK00000000000000000000000000000001",
//!     std::env::var("TWILIO_API_KEY_SECRET")?,
//! ));
//! let message = twilio
//!     .messages()
//!     .create(
//!         CreateMessage::new("+12025550143")
//!             .from("+12025550100")
//!             .body("Your table is ready")
//!             .status_callback("https://hooks.example.com/api/webhooks/twilio/sms/status"),
//!     )
//!     .await?;
//! println!("{:?} {:?}", message.sid, message.status);
//! # Ok(())
//! # }
//! ```
//!
//! - Requests are structs with a setter for each of Twilio's parameters, in Twilio's names; responses
//!   are structs with public fields. What this version doesn't know stays in `extra`, and a new value
//!   of an enumeration is no error.
//! - Lists are streams: [`Pages`]. Files are streams too: [`Download`].
//! - Every request has time limits, and is repeated as [`RetryPolicy`] says. How many go at the same
//!   time is up to the caller; a clone of a client shares its connections.
//! - Nothing here logs or shows a secret, a phone number or a text. Prices are texts, because they are
//!   decimal fractions.
//!
//! For tests of applications there is `testing::FakeTwilio`, which this client can talk to.
//!
//! # Left out
//! These fields stay in `extra`, as they only repeat what is known: `uri`, `url`, `links`,
//! `subresource_uris` and `api_version`. The `auth_token` of an account is dropped. Pages are turned
//! by [`Pages`], so the parameters `Page` and `PageToken` have no setters. A recording is read and
//! deleted by its own SID, not below its call. Numbers are neither bought nor released, and accounts
//! neither changed nor closed.

pub(crate) mod account;
pub(crate) mod applications;
mod builder;
pub(crate) mod calls;
mod connector;
mod credentials;
mod download;
mod error;
mod hosts;
pub(crate) mod macros;
pub(crate) mod message_media;
pub(crate) mod messages;
pub(crate) mod messaging_services;
mod observer;
mod page;
pub(crate) mod phone_numbers;
pub(crate) mod recordings;
mod request;
#[cfg(test)]
mod rest_table;
mod retry;
mod transport;
pub(crate) mod values;

use std::{fmt, sync::Arc, time::Duration};

use http::HeaderValue;

pub use self::{
    account::{Account, AccountStatus, AccountType},
    applications::{
        Application, Applications, CreateApplication, ListApplications, UpdateApplication,
    },
    builder::{ClientBuilder, ConfigError},
    calls::{Call, CallEnd, Calls, CreateCall, ListCalls, UpdateCall},
    credentials::Credentials,
    download::{Download, DownloadOptions},
    error::{ClientError, ClientErrorKind},
    macros::Resource,
    message_media::{ListMedia, Media, MessageMedia},
    messages::{
        AddressRetention, ContentRetention, CreateMessage, ListMessages, Message, MessageDirection,
        Messages, RiskCheck, ScheduleType, TrafficType, UpdateMessage,
    },
    messaging_services::{
        CreateMessagingService, ListMessagingServices, ListServicePhoneNumbers, MessagingService,
        MessagingServices, ScanMessageContent, ServicePhoneNumber, UpdateMessagingService,
    },
    observer::{Attempt, Observer},
    page::Pages,
    phone_numbers::{
        AddressRequirements, Capabilities, EmergencyAddressStatus, EmergencyStatus,
        IncomingPhoneNumber, IncomingPhoneNumbers, ListIncomingPhoneNumbers,
        UpdateIncomingPhoneNumber, VoiceReceiveMode,
    },
    recordings::{
        CreateCallRecording, ListCallRecordings, ListRecordings, Recording, RecordingFormat,
        Recordings, UpdateCallRecording,
    },
    retry::{Clock, RetryPolicy},
    values::{MachineDetection, RecordingChannels, TrimSilence, WebhookMethod},
};
use self::{hosts::Hosts, transport::Transport};
use crate::AccountSid;

/// A client of Twilio's REST API. Clones share their connections.
///
/// It must be used inside a tokio runtime. See [the module](self) for an example.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    credentials: Credentials,
    /// The account whose resources are used.
    account_sid: AccountSid,
    authorization: HeaderValue,
    hosts: Hosts,
    transport: Transport,
    retries: RetryPolicy,
    clock: Arc<dyn Clock>,
    observer: Option<Arc<dyn Observer>>,
    time_limit: Duration,
    response_limit: usize,
}

impl Client {
    /// A client with the usual settings.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self::builder(credentials).build_for(Hosts::default())
    }

    /// A client with settings of one's own.
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(credentials)
    }

    /// A client for the resources of a subaccount, with the same credentials and connections.
    #[must_use]
    pub fn for_account(&self, account_sid: impl Into<AccountSid>) -> Self {
        Self {
            inner: Arc::new(Inner {
                account_sid: account_sid.into(),
                ..(*self.inner).clone()
            }),
        }
    }

    /// The same client, that tells `observer` how each attempt at a request went. It replaces the one
    /// from before.
    #[must_use]
    pub fn with_observer(&self, observer: Arc<dyn Observer>) -> Self {
        Self {
            inner: Arc::new(Inner {
                observer: Some(observer),
                ..(*self.inner).clone()
            }),
        }
    }

    /// The account whose resources are used.
    #[must_use]
    pub fn account_sid(&self) -> &AccountSid {
        &self.inner.account_sid
    }

    /// Messages, and sending them.
    #[must_use]
    pub fn messages(&self) -> Messages<'_> {
        Messages::new(self)
    }

    /// Calls, and starting them.
    #[must_use]
    pub fn calls(&self) -> Calls<'_> {
        Calls::new(self)
    }

    /// Recordings of calls.
    #[must_use]
    pub fn recordings(&self) -> Recordings<'_> {
        Recordings::new(self)
    }

    /// The numbers of the account.
    #[must_use]
    pub fn incoming_phone_numbers(&self) -> IncomingPhoneNumbers<'_> {
        IncomingPhoneNumbers::new(self)
    }

    /// Messaging services and their numbers.
    #[must_use]
    pub fn messaging_services(&self) -> MessagingServices<'_> {
        MessagingServices::new(self)
    }

    /// TwiML applications.
    #[must_use]
    pub fn applications(&self) -> Applications<'_> {
        Applications::new(self)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("credentials", &self.inner.credentials)
            .field("account_sid", &self.inner.account_sid)
            .field("hosts", &self.inner.hosts)
            .finish_non_exhaustive()
    }
}
