//! Notifications by WebSocket, over a real socket.

use std::net::SocketAddr;

use crm::server::serve;
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest as _, handshake::client::Response},
};

use crate::support::{ALPHA, ALPHA_LINE, BETA, BETA_LINE, Crm, SENDER, sid, soon};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A server on a port of its own, beside an `app` for requests.
pub(crate) struct Running {
    pub(crate) crm: Crm,
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

pub(crate) async fn start() -> Running {
    let mut crm = Crm::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let idle = twilio_hooks::notify::Dispatcher::new(
        twilio_hooks::store::MemoryStore::new(),
        twilio_hooks::testing::RecordingNotifier::succeeding(),
    );
    let dispatcher = std::mem::replace(&mut crm.dispatcher, idle);
    let state = crm.state.clone();
    let server = tokio::spawn(async move {
        serve(listener, state, dispatcher, async {
            let _ = stopped.await;
        })
        .await
    });
    Running {
        crm,
        address,
        stop,
        server,
    }
}

impl Running {
    pub(crate) async fn connect(
        &self,
        query: &str,
        header: Option<(&'static str, String)>,
    ) -> Result<(Socket, Response), tungstenite::Error> {
        let url = format!("ws://{}/api/live{query}", self.address);
        let mut request = url.into_client_request().unwrap();
        if let Some((name, value)) = header {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        soon(connect_async(request)).await
    }

    pub(crate) async fn listen(&self, query: &str, token: &str) -> Socket {
        let header = ("authorization", format!("Bearer {token}"));
        self.connect(query, Some(header)).await.unwrap().0
    }
}

pub(crate) async fn next(socket: &mut Socket) -> Value {
    loop {
        match soon(socket.next()).await.unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_listener_hears_what_happens_in_its_company() {
    let running = start().await;
    let mut alpha = running.listen("?since=0", ALPHA).await;
    let mut beta = running.listen("?since=0", BETA).await;
    running
        .crm
        .text(&sid("SM", 1), SENDER, BETA_LINE, "For Beta")
        .await;
    running
        .crm
        .text(&sid("SM", 2), SENDER, ALPHA_LINE, "For Alpha")
        .await;
    let heard = next(&mut alpha).await;
    assert_eq!(
        (&heard["message"], &heard["seq"]),
        (&"For Alpha".into(), &1.into())
    );
    assert_eq!(heard["type"], "sms_received");
    assert_eq!(next(&mut beta).await["message"], "For Beta");
}

#[tokio::test]
async fn whoever_comes_back_is_told_what_was_missed() {
    let running = start().await;
    for number in 1..=3 {
        running
            .crm
            .text(&sid("SM", number), SENDER, ALPHA_LINE, &number.to_string())
            .await;
    }
    let mut first = running.listen("?since=0", ALPHA).await;
    for number in 1..=3 {
        assert_eq!(next(&mut first).await["seq"], number);
    }
    drop(first);
    let mut again = running.listen("?since=2", ALPHA).await;
    assert_eq!(next(&mut again).await["message"], "3");
}

#[tokio::test]
async fn a_browser_gives_the_token_as_subprotocol() {
    let running = start().await;
    let bearer = format!("bearer.{ALPHA}");
    for (offered, chosen) in [
        (format!("crm, {bearer}"), "crm"),
        (bearer.clone(), &*bearer),
    ] {
        let header = ("sec-websocket-protocol", offered);
        let (mut socket, response) = running.connect("?since=0", Some(header)).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], chosen);
        running
            .crm
            .text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello")
            .await;
        assert_eq!(next(&mut socket).await["message"], "Hello");
    }
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_the_url_is_no_place_for_one() {
    let running = start().await;
    let attempts = [
        (String::new(), None),
        (format!("?token={ALPHA}"), None),
        (
            String::new(),
            Some(("authorization", "Bearer wrong".to_owned())),
        ),
        (
            String::new(),
            Some(("sec-websocket-protocol", "crm, bearer.wrong".to_owned())),
        ),
    ];
    for (query, header) in attempts {
        let Err(tungstenite::Error::Http(response)) = running.connect(&query, header).await else {
            panic!("not refused");
        };
        assert_eq!(response.status(), 401);
    }
    let header = Some(("authorization", format!("Bearer {ALPHA}")));
    let Err(tungstenite::Error::Http(response)) = running.connect("?since=x", header).await else {
        panic!("not refused");
    };
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn a_plain_request_is_refused() {
    let crm = Crm::start().await;
    let answer = crm.get(ALPHA, "/api/live").await;
    assert!(matches!(answer.status, 400 | 426), "{answer:?}");
    answer.problem(answer.status);
}

#[tokio::test]
async fn listeners_are_told_when_the_server_stops() {
    let running = start().await;
    let mut socket = running.listen("?since=0", ALPHA).await;
    running
        .crm
        .text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello")
        .await;
    next(&mut socket).await;
    running.stop.send(()).unwrap();
    loop {
        match soon(socket.next()).await.unwrap().unwrap() {
            Message::Close(frame) => {
                assert_eq!(u16::from(frame.unwrap().code), 1012);
                break;
            }
            other => assert!(matches!(other, Message::Ping(_)), "{other:?}"),
        }
    }
    soon(running.server).await.unwrap().unwrap();
}
