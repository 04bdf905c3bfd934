//! [`FakeTwilio`]: Twilio's REST API on this machine.

mod account;
mod answer;
mod builder;
mod callback;
mod calls;
mod clock;
mod control;
mod delivery;
mod fault;
mod inspect;
mod live;
mod lost;
mod messages;
mod over_http;
mod people;
mod placed;
mod recordings;
mod routes;
mod rows;
mod rules;
mod server;
mod settings;
mod state;
mod storage;
mod table;
mod time;

use std::{
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::{HeaderMap, Method};
use tokio::task::JoinHandle;

pub use self::{
    builder::FakeTwilioBuilder,
    callback::{CallbackFate, CallbackPlan, Delivery},
    clock::InstantClock,
    fault::Fault,
    messages::MessageFate,
    over_http::OverHttp,
};
use self::{live::Live, over_http::HttpClient, state::State};
use crate::{
    AccountSid, Params,
    client::{Client, ClientBuilder, Credentials},
};

const ACCOUNT_SID: &str = "AC0000000000000000000000000000fa4e";
const AUTH_TOKEN: &str = "the auth token of the fake account";
const KEY_SID: &str = "SK0000000000000000000000000000fa4e";
const KEY_SECRET: &str = "the secret of the fake key";

/// A server that behaves like Twilio's REST API, for tests of applications.
///
/// It listens on a port of this machine, keeps what is sent to it, objects to what Twilio objects
/// to, with the same codes in words of its own, and sends status callbacks with good signatures.
/// Its time stands still until [`advance`](Self::advance) or [`settle`](Self::settle): no test
/// waits for it. Nothing is sent to anybody.
///
/// Callbacks go to URLs of this machine; [`route`](Self::route) leads the public URL of an
/// application to its port, and [`connect`](Self::connect) to a service in this process. An
/// application can also be called with the [requests](Delivery::request) that `advance` gives.
///
/// # People
///
/// A call that is made with the API comes to an end by the [fate](Self::set_call_fate) of who is
/// called, and no TwiML is asked for; or [`callee`](Self::callee) answers it and hears the TwiML.
/// [`caller`](Self::caller) and [`texter`](Self::texter) call and write to the application, and the
/// API lists what they do. What [`add_incoming_message`](Self::add_incoming_message),
/// [`add_incoming_call`](Self::add_incoming_call) and [`add_recording`](Self::add_recording) put in
/// is listed as well, and the application isn't told: so webhooks get lost.
///
/// # Demonstrations
///
/// A [live](FakeTwilioBuilder::live) fake needs no test that drives it: status callbacks are sent
/// when their time has come, calls are answered, and their TwiML is asked for and carried out.
///
/// ```no_run
/// use std::{net::SocketAddr, time::Duration};
/// use twilio_hooks::testing::{CallFate, FakeTwilio, OverHttp};
///
/// # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
/// let fake = FakeTwilio::builder().live().start().await?;
/// fake.add_number("+12025550100");
/// fake.set_call_fate("+12025550143", CallFate::Completed(Duration::from_secs(30)));
/// // The application has this account, this token, and `fake.base_url()` as Twilio's API.
/// let application = SocketAddr::from(([127, 0, 0, 1], 3000));
/// fake.route("https://crm.example.com", application);
///
/// // Somebody calls it, and does what people do.
/// let mut call = fake
///     .caller(OverHttp::new(application), "https://crm.example.com/voice")
///     .from("+12025550143")
///     .to("+12025550100")
///     .call()
///     .await?;
/// call.goes_on_by_itself().await?;
/// # Ok(())
/// # }
/// ```
///
/// # Examples
/// A message with a bad fate:
/// ```
/// use std::time::Duration;
/// use twilio_hooks::{
///     MessageStatus,
///     client::CreateMessage,
///     testing::{Fault, FakeTwilio, MessageFate, block_on},
/// };
///
/// block_on(async {
///     let fake = FakeTwilio::start().await?;
///     fake.add_number("+12025550100");
///     fake.set_message_fate("+12025550143", MessageFate::Undelivered(30003));
///     let twilio = fake.client();
///
///     // The first try meets a busy Twilio, and is repeated.
///     fake.fail_next(Fault::RateLimit { retry_after: Some(Duration::from_secs(2)) });
///     let sent = twilio
///         .messages()
///         .create(
///             CreateMessage::new("+12025550143")
///                 .from("+12025550100")
///                 .body("Hello")
///                 .status_callback("https://hooks.example.com/sms/status"),
///         )
///         .await?;
///     assert_eq!(sent.status, Some(MessageStatus::Queued));
///
///     let callbacks = fake.settle().await;
///     assert_eq!(callbacks.len(), 2);
///     assert_eq!(callbacks[0].request.uri(), "/sms/status");
///     let message = &fake.messages()[0];
///     assert_eq!(message.status, Some(MessageStatus::Undelivered));
///     assert_eq!(message.error_code, Some(30003));
///     Ok::<_, Box<dyn std::error::Error>>(())
/// })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// An application that fetches what it was not told of:
/// ```
/// use std::time::Duration;
/// use twilio_hooks::{
///     CallSid,
///     client::{Client, ClientError, ListCalls},
///     testing::{CallFate, FakeTwilio, block_on},
/// };
///
/// /// What the application does every hour.
/// async fn missed(twilio: &Client, known: &[CallSid]) -> Result<Vec<CallSid>, ClientError> {
///     let calls = twilio.calls().list(ListCalls::new()).all().await?;
///     let sids = calls.into_iter().map(|call| call.sid);
///     Ok(sids.filter(|sid| !known.contains(sid)).collect())
/// }
///
/// block_on(async {
///     let fake = FakeTwilio::start().await?;
///     fake.add_number("+12025550100");
///     let talk = CallFate::Completed(Duration::from_secs(90));
///     let known = fake.add_incoming_call("+12025550143", "+12025550100", talk);
///     let lost = fake.add_incoming_call("+12025550144", "+12025550100", talk);
///     fake.add_recording(&lost, Duration::from_secs(80));
///
///     assert_eq!(missed(&fake.client(), &[known]).await?, [lost]);
///     assert_eq!(fake.recordings()[0].duration, Some(80));
///     Ok::<_, Box<dyn std::error::Error>>(())
/// })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct FakeTwilio {
    shared: Arc<Shared>,
    address: SocketAddr,
    client: Client,
    clock: InstantClock,
    tasks: Vec<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    http: HttpClient,
    /// The time, if it goes on by itself.
    live: Option<Live>,
    secrets: [(&'static str, &'static str); 2],
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(live) = &self.live {
            state.now = state.now.max(live.now());
        }
        state
    }
}

/// A request that the fake got. `Debug` shows no value and no credentials.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The HTTP method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query string.
    pub query: Params,
    /// The form in the body.
    pub form: Params,
    /// The headers.
    pub headers: HeaderMap,
}

impl FakeTwilio {
    /// Starts it on a free port, in the tokio runtime of the caller. It ends when it is dropped.
    ///
    /// # Errors
    /// If no port can be had.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Settings: a port, a time that goes on by itself.
    pub const fn builder() -> FakeTwilioBuilder {
        FakeTwilioBuilder::new()
    }

    /// The base URL for [`ClientBuilder::with_base_url`].
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The account that everything belongs to.
    #[must_use]
    pub fn account_sid(&self) -> AccountSid {
        ACCOUNT_SID.into()
    }

    /// The auth token of the account, which also signs the status callbacks.
    #[must_use]
    pub fn auth_token(&self) -> &'static str {
        AUTH_TOKEN
    }

    /// An API key of the account: its SID and its secret.
    #[must_use]
    pub fn api_key(&self) -> (&'static str, &'static str) {
        (KEY_SID, KEY_SECRET)
    }

    /// A client of the fake that does not wait between repeats.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The settings of such a client, to be changed.
    pub fn client_builder(&self) -> ClientBuilder {
        settings(self.address, &self.clock)
    }

    /// The pauses that clients of the fake made between repeats.
    #[must_use]
    pub fn pauses(&self) -> Vec<Duration> {
        self.clock.pauses()
    }
}

impl fmt::Debug for FakeTwilio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeTwilio")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Drop for FakeTwilio {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

fn settings(address: SocketAddr, clock: &InstantClock) -> ClientBuilder {
    Client::builder(Credentials::auth_token(ACCOUNT_SID, AUTH_TOKEN))
        .with_base_url(format!("http://{address}"))
        .with_clock(clock.clone())
}
