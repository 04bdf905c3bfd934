//! Live notifications over real sockets.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{
        Query, State,
        ws::{CloseFrame, WebSocketUpgrade},
    },
    response::Response,
    routing::get,
};
use futures_util::{SinkExt, StreamExt};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, protocol::frame::coding::CloseCode},
};
use twilio_hooks::{
    CompanyId, Hooks, LineId, Params,
    notify::{Bus, BusNotifier, Dispatcher, LocalBus, Topic},
    store::{Directory, Line, Lines, MemoryStore, Notification},
    webhook::{IncomingMessage, Webhook},
};
use twilio_hooks_axum::{Listener, Live};
use uuid::Uuid;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const LINES: [&str; 2] = ["+12025550187", "+12025550188"];

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A server with two companies, each with a line.
struct Server {
    address: SocketAddr,
    store: MemoryStore,
    bus: LocalBus,
    hooks: Hooks,
    dispatcher: Dispatcher,
    received: u32,
}

fn company(number: usize) -> CompanyId {
    CompanyId::from_uuid(Uuid::from_u128(number as u128))
}

#[derive(Deserialize)]
struct Listen {
    company: usize,
    since: Option<u64>,
}

async fn listen(
    upgrade: WebSocketUpgrade,
    State(live): State<Live>,
    Query(Listen {
        company: number,
        since,
    }): Query<Listen>,
) -> Response {
    upgrade.on_upgrade(move |socket| live.serve(socket, company(number), since))
}

/// What a test does with the listener of its only client, and gives the route to use once.
type OneListener = Arc<Mutex<Option<Listener>>>;

async fn listen_once(
    upgrade: WebSocketUpgrade,
    State((live, listener)): State<(Live, OneListener)>,
    Query(Listen {
        company: number,
        since,
    }): Query<Listen>,
) -> Response {
    let listener = listener.lock().unwrap().take().unwrap().with_since(since);
    upgrade.on_upgrade(move |socket| live.serve_listener(socket, company(number), listener))
}

impl Server {
    /// Connects a client of company 0 that is served as `listener` says.
    async fn connect_listener(&self, since: Option<u64>, listener: Listener) -> Socket {
        let live = Live::new(self.bus.clone(), self.store.clone());
        let listener: OneListener = Arc::new(Mutex::new(Some(listener)));
        let app = Router::new()
            .route("/live", get(listen_once))
            .with_state((live, listener));
        connect_to(serve(app).await, 0, since).await
    }

    async fn start(adjust: impl Fn(Live) -> Live) -> Self {
        let (store, bus) = (MemoryStore::new(), LocalBus::new());
        for (number, line) in LINES.into_iter().enumerate() {
            let id = LineId::from_uuid(Uuid::from_u128(number as u128));
            store
                .put_line(&Line::new(id, ACCOUNT, line, company(number)))
                .await
                .unwrap();
        }
        let live = adjust(Live::new(bus.clone(), store.clone()));
        let app = Router::new().route("/live", get(listen)).with_state(live);
        Self {
            address: serve(app).await,
            hooks: Hooks::new(store.clone()).notify_on([Topic::SmsReceived]),
            dispatcher: Dispatcher::new(store.clone(), BusNotifier::new(bus.clone())),
            store,
            bus,
            received: 0,
        }
    }

    async fn connect(&self, company: usize, since: Option<u64>) -> Socket {
        connect_to(self.address, company, since).await
    }

    /// A text to the line of company `number` arrives and is told of.
    async fn text(&mut self, number: usize, body: &str) {
        self.store_text(number, body).await;
        self.dispatcher.run_once(Timestamp::now()).await.unwrap();
    }

    /// The same, and nobody is told yet.
    async fn store_text(&mut self, number: usize, body: &str) {
        self.received += 1;
        let sid = format!("SM{:032x}", self.received);
        let params = Params::from_pairs([
            ("AccountSid", ACCOUNT),
            ("MessageSid", sid.as_str()),
            ("From", "+12025550143"),
            ("To", LINES[number]),
            ("Body", body),
        ]);
        let message = IncomingMessage::from_params(&params).unwrap();
        self.hooks
            .receive(message, &params, Timestamp::now())
            .await
            .unwrap();
    }

    async fn notifications(&self, number: usize) -> Vec<Notification> {
        self.store
            .notifications_since(company(number), 0, 1000)
            .await
            .unwrap()
    }
}

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn connect_to(address: SocketAddr, company: usize, since: Option<u64>) -> Socket {
    let since = since.map_or(String::new(), |since| format!("&since={since}"));
    let url = format!("ws://{address}/live?company={company}{since}");
    connect_async(url).await.unwrap().0
}

/// A round trip: once the ping is answered, the server listens.
async fn is_listening(socket: &mut Socket) {
    socket.send(Message::Ping("there?".into())).await.unwrap();
    while !matches!(socket.next().await, Some(Ok(Message::Pong(_)))) {}
}

/// Reads until the server closes; the texts until then, and its code and reason.
async fn until_closed(socket: &mut Socket) -> (Vec<String>, CloseCode, String) {
    let mut texts = Vec::new();
    loop {
        let frame = timeout(Duration::from_secs(10), socket.next())
            .await
            .expect("a frame in time");
        match frame.expect("a goodbye").unwrap() {
            Message::Text(text) => texts.push(text.to_string()),
            Message::Close(Some(close)) => return (texts, close.code, close.reason.to_string()),
            _ => {}
        }
    }
}

async fn next(socket: &mut Socket) -> Value {
    loop {
        let frame = timeout(Duration::from_secs(10), socket.next())
            .await
            .expect("a frame in time");
        match frame.expect("an open socket").unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Ping(_) => {}
            other => panic!("unexpected frame {other:?}"),
        }
    }
}

async fn bodies(socket: &mut Socket, count: usize) -> Vec<String> {
    let mut bodies = Vec::new();
    for _ in 0..count {
        bodies.push(next(socket).await["message"].as_str().unwrap().to_owned());
    }
    bodies
}

#[tokio::test]
async fn a_text_is_told_with_the_keys_of_the_guide() {
    let mut server = Server::start(|live| live).await;
    let mut socket = server.connect(0, Some(0)).await;
    server.text(0, "Hello").await;
    let told = next(&mut socket).await;
    let keys: Vec<_> = told
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut expected = [
        "contact_id",
        "created_at",
        "id",
        "message",
        "seq",
        "sms_id",
        "title",
        "type",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(told["type"], "sms_received");
    assert_eq!(told["title"], "New SMS from +12025550143");
    assert_eq!(told["message"], "Hello");
    assert_eq!(told["seq"], 1);
    let stored = &server.notifications(0).await[0];
    assert_eq!(told["id"], stored.id.to_string());
    assert_eq!(told["contact_id"], stored.contact_id.unwrap().to_string());
    assert_eq!(told["sms_id"], stored.sms_id.unwrap().to_string());
    assert_eq!(told["created_at"], stored.created_at.to_string());
}

#[tokio::test]
async fn a_company_hears_only_of_itself() {
    let mut server = Server::start(|live| live).await;
    let (mut ours, mut theirs) = (
        server.connect(0, Some(0)).await,
        server.connect(1, Some(0)).await,
    );
    server.text(0, "for us").await;
    server.text(1, "for them").await;
    server.text(0, "for us again").await;
    assert_eq!(bodies(&mut ours, 2).await, ["for us", "for us again"]);
    assert_eq!(bodies(&mut theirs, 1).await, ["for them"]);
}

#[tokio::test]
async fn after_a_cut_the_missed_ones_come_first_and_once() {
    let mut server = Server::start(|live| live).await;
    let mut socket = server.connect(0, Some(0)).await;
    for body in ["1", "2"] {
        server.text(0, body).await;
    }
    assert_eq!(bodies(&mut socket, 2).await, ["1", "2"]);
    drop(socket);
    for number in 3..=450 {
        server.store_text(0, &number.to_string()).await;
    }
    while server
        .dispatcher
        .run_once(Timestamp::now())
        .await
        .unwrap()
        .claimed
        > 0
    {}

    let mut socket = server.connect(0, Some(2)).await;
    server.text(0, "451").await;
    let expected: Vec<_> = (3..=451).map(|number| number.to_string()).collect();
    assert_eq!(bodies(&mut socket, expected.len()).await, expected);
}

#[tokio::test]
async fn without_a_number_only_new_ones_come() {
    let mut server = Server::start(|live| live).await;
    server.text(0, "old").await;
    let mut socket = server.connect(0, None).await;
    is_listening(&mut socket).await;
    server.text(0, "new").await;
    assert_eq!(bodies(&mut socket, 1).await, ["new"]);
}

#[tokio::test]
async fn a_number_of_another_database_does_not_silence_the_client() {
    let mut server = Server::start(|live| live).await;
    server.text(0, "1").await;
    let mut socket = server.connect(0, Some(1000)).await;
    is_listening(&mut socket).await;
    server.text(0, "2").await;
    assert_eq!(bodies(&mut socket, 1).await, ["2"]);
}

#[tokio::test]
async fn what_the_bus_loses_or_mixes_up_comes_in_order_all_the_same() {
    let mut server = Server::start(|live| live).await;
    let mut socket = server.connect(0, Some(0)).await;
    for body in ["1", "2", "3", "4"] {
        server.store_text(0, body).await;
    }
    // Numbered by another process, which then published 3, 1 and 4, and lost 2.
    let claim = twilio_hooks::store::Claim {
        limit: 10,
        now: Timestamp::now(),
        lease: Duration::from_secs(30),
    };
    twilio_hooks::store::Store::claim(&server.store, claim)
        .await
        .unwrap();
    let all = server.notifications(0).await;
    for index in [2, 0, 3] {
        server.bus.publish(&all[index]).await.unwrap();
    }
    assert_eq!(bodies(&mut socket, 4).await, ["1", "2", "3", "4"]);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off_and_delays_nobody() {
    let mut server = Server::start(|live| live.with_patience(Duration::from_millis(200))).await;
    let mut sleeper = server.connect(0, Some(0)).await;
    let mut reader = server.connect(0, Some(0)).await;
    // More than the buffers of a connection hold.
    let long = "x".repeat(160);
    for _ in 0..3 {
        for _ in 0..10_000 {
            server.store_text(0, &long).await;
        }
        while server
            .dispatcher
            .run_once(Timestamp::now())
            .await
            .unwrap()
            .claimed
            > 0
        {}
        for body in bodies(&mut reader, 10_000).await {
            assert_eq!(body, long);
        }
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    let mut read = 0;
    while let Some(Ok(_)) = timeout(Duration::from_secs(10), sleeper.next())
        .await
        .unwrap()
    {
        read += 1;
    }
    assert!(read < 30_000, "the sleeper was served to the end");
}

#[tokio::test]
async fn a_client_that_is_gone_is_noticed() {
    let server = Server::start(|live| live.with_heartbeat(Duration::from_millis(50))).await;
    let mut socket = server.connect(0, None).await;
    // Not reading means not answering pings, as after a cut that no one announced.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let mut frames = 0;
    while let Some(Ok(_)) = timeout(Duration::from_secs(10), socket.next())
        .await
        .unwrap()
    {
        frames += 1;
        assert!(frames < 20, "the server goes on as if somebody answered");
    }
}

/// Whoever is tested here may not see what is secret.
fn without_secrets() -> Listener {
    Listener::new().with_filter(|it| !it.message.starts_with("secret"))
}

#[tokio::test]
async fn what_a_person_may_not_see_is_left_out_live_and_when_catching_up() {
    let mut server = Server::start(|live| live).await;
    // More than are read at a time, with whole pages of nothing to see.
    for number in 1..=700 {
        let body = if number % 250 == 0 { "open" } else { "secret" };
        server.store_text(0, &format!("{body} {number}")).await;
    }
    while server
        .dispatcher
        .run_once(Timestamp::now())
        .await
        .unwrap()
        .claimed
        > 0
    {}
    let mut socket = server.connect_listener(Some(0), without_secrets()).await;
    assert_eq!(bodies(&mut socket, 2).await, ["open 250", "open 500"]);

    for body in ["secret", "open", "secret", "secret", "open again"] {
        server.text(0, body).await;
    }
    let told = [next(&mut socket).await, next(&mut socket).await];
    assert_eq!(told[0]["message"], "open");
    assert_eq!(told[1]["message"], "open again");
    assert_eq!(
        (&told[0]["seq"], &told[1]["seq"]),
        (&702.into(), &705.into())
    );

    // And from a number that it has seen.
    let mut socket = server.connect_listener(Some(702), without_secrets()).await;
    assert_eq!(bodies(&mut socket, 1).await, ["open again"]);
}

#[tokio::test]
async fn a_person_who_may_see_nothing_hears_nothing() {
    let mut server = Server::start(|live| live).await;
    server.text(0, "before").await;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (revoke, revoked) = oneshot::channel::<()>();
    let listener = Listener::new()
        .with_filter({
            let asked = Arc::clone(&asked);
            move |it| {
                asked.lock().unwrap().push(it.seq);
                false
            }
        })
        .with_end(async {
            let _ = revoked.await;
            CloseFrame {
                code: 4401,
                reason: "logged out".into(),
            }
        });
    let mut socket = server.connect_listener(None, listener).await;
    is_listening(&mut socket).await;
    for body in ["1", "2", "3"] {
        server.text(0, body).await;
        is_listening(&mut socket).await;
    }
    revoke.send(()).unwrap();
    let (texts, code, reason) = until_closed(&mut socket).await;
    assert_eq!(
        (texts.len(), code, &*reason),
        (0, 4401.into(), "logged out")
    );
    // Each was looked at once: nothing is read again because it was left out.
    assert_eq!(*asked.lock().unwrap(), [2, 3, 4]);
}

#[tokio::test]
async fn texts_of_the_application_come_in_between() {
    let mut server = Server::start(|live| live).await;
    let (tell, told) = mpsc::channel(8);
    let listener = Listener::new().with_frames(told);
    let mut socket = server.connect_listener(Some(0), listener).await;
    server.text(0, "1").await;
    assert_eq!(bodies(&mut socket, 1).await, ["1"]);
    for number in 1..=3 {
        let text = format!("{{\"type\":\"read\",\"seq\":{number}}}");
        tell.try_send(text).unwrap();
    }
    for number in 1..=3 {
        let read = next(&mut socket).await;
        assert_eq!(
            (&read["type"], &read["seq"]),
            (&"read".into(), &number.into())
        );
    }
    // Nobody sends any more; notifications go on.
    drop(tell);
    for body in ["2", "3"] {
        server.text(0, body).await;
    }
    assert_eq!(bodies(&mut socket, 2).await, ["2", "3"]);
}

#[tokio::test]
async fn a_revoked_session_ends_in_the_middle_of_catching_up() {
    let mut server = Server::start(|live| live).await;
    let long = "x".repeat(160);
    for _ in 0..20_000 {
        server.store_text(0, &long).await;
    }
    while server
        .dispatcher
        .run_once(Timestamp::now())
        .await
        .unwrap()
        .claimed
        > 0
    {}
    let (revoke, revoked) = oneshot::channel::<()>();
    let listener = Listener::new().with_end(async {
        let _ = revoked.await;
        CloseFrame {
            code: 4401,
            reason: "logged out".into(),
        }
    });
    let mut socket = server.connect_listener(Some(0), listener).await;
    assert_eq!(bodies(&mut socket, 1).await.len(), 1);
    revoke.send(()).unwrap();
    let (texts, code, reason) = until_closed(&mut socket).await;
    assert_eq!((code, &*reason), (4401.into(), "logged out"));
    assert!(texts.len() < 19_999, "all was sent before the end");
    assert!(!matches!(socket.next().await, Some(Ok(_))));
}
