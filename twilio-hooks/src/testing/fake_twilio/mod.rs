//! [`FakeTwilio`]: Twilio's REST API on this machine.

mod answer;
mod callback;
mod calls;
mod clock;
mod fault;
mod messages;
mod recordings;
mod routes;
mod server;
mod settings;
mod state;
mod storage;
mod table;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Uri, uri::PathAndQuery};
use http_body_util::Full;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use jiff::Timestamp;
use tokio::{net::TcpListener, task::JoinHandle};

use self::{
    callback::{Callback, Fates},
    state::{File, State},
    table::Table,
};
pub use self::{
    callback::{CallbackFate, CallbackPlan, Delivery},
    calls::CallFate,
    clock::InstantClock,
    fault::Fault,
    messages::MessageFate,
};
use crate::{
    AccountSid, Address, MediaSid, MessageSid, MessagingServiceSid, Params, PhoneNumberSid,
    RecordingSid,
    client::{
        Call, Client, ClientBuilder, Credentials, IncomingPhoneNumber, Message, MessagingService,
        Recording, Resource,
    },
};

const ACCOUNT_SID: &str = "AC0000000000000000000000000000fa4e";
const AUTH_TOKEN: &str = "the auth token of the fake account";
const KEY_SID: &str = "SK0000000000000000000000000000fa4e";
const KEY_SECRET: &str = "the secret of the fake key";

/// A server that behaves like Twilio's REST API, for tests of applications.
///
/// It listens on a port of this machine, keeps what is sent to it, objects to what Twilio objects
/// to, with the same codes, and sends status callbacks with good signatures. Its time stands still
/// until [`advance`](Self::advance) or [`settle`](Self::settle): no test waits for it. Nothing is
/// sent to anybody, and no TwiML is asked for.
///
/// Callbacks go to URLs of this machine; [`route`](Self::route) leads the public URL of an
/// application to its port. An application without a socket is called with the
/// [requests](Delivery::request) that [`advance`](Self::advance) gives.
///
/// # Examples
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
#[derive(Debug)]
pub struct FakeTwilio {
    shared: Arc<Shared>,
    address: SocketAddr,
    client: Client,
    clock: InstantClock,
    http: legacy::Client<HttpConnector, Full<Bytes>>,
    servers: [JoinHandle<()>; 2],
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    secrets: [(&'static str, &'static str); 2],
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        let api = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let store = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = api.local_addr()?;
        let clock = InstantClock::new();
        let client = settings(address, &clock)
            .build()
            .map_err(io::Error::other)?;
        let storage_url = format!("http://{}", store.local_addr()?);
        let state = State::new(format!("http://{address}"), storage_url, ACCOUNT_SID);
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            secrets: [(ACCOUNT_SID, AUTH_TOKEN), (KEY_SID, KEY_SECRET)],
        });
        let (of_api, of_store) = (shared.clone(), shared.clone());
        let servers = [
            tokio::spawn(server::serve(api, move |request| {
                server::api(of_api.clone(), request)
            })),
            tokio::spawn(server::serve(store, move |request| {
                server::store(of_store.clone(), request)
            })),
        ];
        Ok(Self {
            shared,
            address,
            client,
            clock,
            http: legacy::Client::builder(TokioExecutor::new()).build_http(),
            servers,
        })
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

    /// Gives the account a number.
    pub fn add_number(&self, number: impl Into<Address>) -> PhoneNumberSid {
        self.shared.lock().add_number(number.into().as_str()).into()
    }

    /// Makes a messaging service without numbers.
    #[must_use]
    pub fn add_messaging_service(&self, name: &str) -> MessagingServiceSid {
        let service = self.shared.lock().add_service(name);
        service["sid"].as_str().unwrap_or_default().into()
    }

    /// Adds a subaccount; see [`Client::for_account`].
    pub fn add_subaccount(&self, sid: impl Into<AccountSid>) {
        self.shared.lock().add_account(sid.into().as_str());
    }

    /// Lets somebody send a message to the account; it is kept, and no webhook is sent.
    pub fn add_incoming_message(
        &self,
        from: impl Into<Address>,
        to: impl Into<Address>,
        body: &str,
    ) -> MessageSid {
        let (from, to) = (from.into(), to.into());
        let sid = self
            .shared
            .lock()
            .add_incoming(from.as_str(), to.as_str(), body);
        sid.into()
    }

    /// Adds a file to a message.
    pub fn add_media(
        &self,
        message: &MessageSid,
        content_type: &str,
        bytes: impl Into<Bytes>,
    ) -> MediaSid {
        let file = File {
            content_type: content_type.to_owned(),
            bytes: bytes.into(),
        };
        self.shared.lock().add_media(message.as_str(), file).into()
    }

    /// Replaces the sound of a recording.
    pub fn set_recording_media(
        &self,
        recording: &RecordingSid,
        content_type: &str,
        bytes: impl Into<Bytes>,
    ) {
        let file = File {
            content_type: content_type.to_owned(),
            bytes: bytes.into(),
        };
        let mut state = self.shared.lock();
        state.files.insert(recording.as_str().to_owned(), file);
    }

    /// The person opts out: messages to the number are refused with 21610.
    pub fn opt_out(&self, number: impl Into<Address>) {
        let number = number.into().as_str().to_owned();
        self.shared.lock().opted_out.insert(number);
    }

    /// Makes it a trial account that reaches these numbers only: others are refused with 21608 and
    /// 21219.
    pub fn make_trial<A: Into<Address>>(&self, verified: impl IntoIterator<Item = A>) {
        let verified = verified
            .into_iter()
            .map(|number| number.into().as_str().to_owned())
            .collect();
        self.shared.lock().verified = Some(verified);
    }

    /// Decides what becomes of messages to this address; they are delivered if nothing is set.
    pub fn set_message_fate(&self, to: impl Into<Address>, fate: MessageFate) {
        let to = to.into().as_str().to_owned();
        self.shared.lock().message_fates.insert(to, fate);
    }

    /// Decides what becomes of calls to this address; they last ten seconds if nothing is set.
    pub fn set_call_fate(&self, to: impl Into<Address>, fate: CallFate) {
        let to = to.into().as_str().to_owned();
        self.shared.lock().call_fates.insert(to, fate);
    }

    /// Lets something go wrong with the next request to the API; called several times, with the
    /// ones after it.
    pub fn fail_next(&self, fault: Fault) {
        self.shared.lock().faults.push_back(fault);
    }

    /// Redirects files to another place than the fake's own store.
    pub fn redirect_files_to(&self, url: impl Into<String>) {
        self.shared.lock().storage_url = url.into();
    }

    /// How reliably status callbacks arrive from now on.
    pub fn plan_callbacks(&self, plan: CallbackPlan) {
        self.shared.lock().fates = Fates::new(plan);
    }

    /// What happens to the next status callbacks, before the plan decides again.
    pub fn script_callbacks(&self, fates: impl IntoIterator<Item = CallbackFate>) {
        self.shared.lock().fates.script(fates);
    }

    /// Leads callbacks for a public origin, such as `https://hooks.example.com`, to a port of this
    /// machine. They are signed with the public URL.
    pub fn route(&self, origin: &str, address: SocketAddr) {
        let origin = origin.trim_end_matches('/').to_owned();
        self.shared.lock().routes.insert(origin, address);
    }

    /// Lets the time go on: messages are sent, calls ring, callbacks arrive one after the other.
    /// Gives the callbacks.
    pub async fn advance(&self, time: Duration) -> Vec<Delivery> {
        let until = {
            let state = self.shared.lock();
            state.now.checked_add(time).unwrap_or(Timestamp::MAX)
        };
        let deliveries = self.run(until).await;
        self.shared.lock().now = until;
        deliveries
    }

    /// Lets the time go on until nothing is left to happen. Gives the callbacks.
    pub async fn settle(&self) -> Vec<Delivery> {
        self.run(Timestamp::MAX).await
    }

    /// The fake's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.lock().now
    }

    /// All messages, the oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        read(&self.shared.lock().messages)
    }

    /// All calls, the oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        read(&self.shared.lock().calls)
    }

    /// All recordings, the oldest first.
    #[must_use]
    pub fn recordings(&self) -> Vec<Recording> {
        read(&self.shared.lock().recordings)
    }

    /// All numbers, the oldest first.
    #[must_use]
    pub fn phone_numbers(&self) -> Vec<IncomingPhoneNumber> {
        read(&self.shared.lock().numbers)
    }

    /// All messaging services, the oldest first.
    #[must_use]
    pub fn messaging_services(&self) -> Vec<MessagingService> {
        read(&self.shared.lock().services)
    }

    /// All requests to the API, also those that failed.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.lock().requests.clone()
    }

    /// All requests to the store of files.
    #[must_use]
    pub fn storage_requests(&self) -> Vec<RecordedRequest> {
        self.shared.lock().storage_requests.clone()
    }

    /// All status callbacks so far.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.lock().deliveries.clone()
    }

    async fn run(&self, until: Timestamp) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        while let Some(step) = self.step(until) {
            let Some(callback) = step else {
                continue;
            };
            let delivery = self.deliver(callback).await;
            self.shared.lock().deliveries.push(delivery.clone());
            deliveries.push(delivery);
        }
        deliveries
    }

    /// Does one thing that is due, if there is one; gives the callback to deliver, if it is one.
    fn step(&self, until: Timestamp) -> Option<Option<Callback>> {
        let mut state = self.shared.lock();
        let due = state.take_due(until)?;
        Some(state.do_due(due))
    }

    async fn deliver(&self, callback: Callback) -> Delivery {
        let request = callback.sign(AUTH_TOKEN);
        let status = match self.target(&callback.url, &request) {
            Some(url) => self.send(request.clone(), url).await,
            None => None,
        };
        Delivery {
            url: callback.url,
            request,
            status,
        }
    }

    /// Where a callback is sent: to a port of this machine, or nowhere.
    fn target(&self, url: &str, request: &Request<Bytes>) -> Option<Uri> {
        let uri: Uri = url.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        let address = {
            let state = self.shared.lock();
            state
                .routes
                .get(&format!("{scheme}://{authority}"))
                .copied()
        };
        let authority = match address {
            Some(address) => address.to_string(),
            None if scheme == "http" && authority.host() == "127.0.0.1" => authority.to_string(),
            None => return None,
        };
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", PathAndQuery::as_str);
        format!("http://{authority}{path}").parse().ok()
    }

    async fn send(&self, request: Request<Bytes>, url: Uri) -> Option<StatusCode> {
        let mut request = request.map(Full::new);
        *request.uri_mut() = url;
        // As long as Twilio waits.
        let answer = tokio::time::timeout(Duration::from_secs(15), self.http.request(request));
        answer.await.ok()?.ok().map(|answer| answer.status())
    }
}

impl Drop for FakeTwilio {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

fn settings(address: SocketAddr, clock: &InstantClock) -> ClientBuilder {
    Client::builder(Credentials::auth_token(ACCOUNT_SID, AUTH_TOKEN))
        .with_base_url(format!("http://{address}"))
        .with_clock(clock.clone())
}

fn read<T: Resource>(table: &Table) -> Vec<T> {
    table
        .rows()
        .filter_map(|row| T::from_object(row.clone()).ok())
        .collect()
}
