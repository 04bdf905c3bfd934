//! A media stream: the upgrade is checked before it happens, on a real connection.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Extension, Router,
    extract::{WebSocketUpgrade, ws},
    routing::any,
};
use futures_util::{SinkExt, StreamExt};
use http::StatusCode;
use tokio::net::TcpListener;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest as _},
};
use twilio_hooks::{
    Params,
    signature::{AuthTokens, Diagnose, PublicUrl, SigningKey, ValidateSignatureLayer, Verified},
};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// A server that echoes what a stream says, known to Twilio as `wss://hooks.example.com`.
struct Server {
    port: u16,
    /// How many upgrades came to the handler.
    upgrades: Arc<AtomicUsize>,
}

impl Server {
    async fn start() -> Self {
        let upgrades = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&upgrades);
        let media = async move |Extension(verified): Extension<Verified>,
                                upgrade: WebSocketUpgrade| {
            counter.fetch_add(1, Ordering::Relaxed);
            let url = verified.url().to_owned();
            upgrade.on_upgrade(async move |mut socket| {
                let _ = socket.send(ws::Message::text(url)).await;
                while let Some(Ok(message)) = socket.recv().await {
                    let _ = socket.send(message).await;
                }
            })
        };
        let url = PublicUrl::fixed("https://hooks.example.com").expect("a URL");
        let layer = ValidateSignatureLayer::new(url, AuthTokens::single(ACCOUNT, TOKEN))
            .with_diagnosis(Diagnose::new());
        let app = Router::new().route("/media", any(media)).layer(layer);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { port, upgrades }
    }

    /// Connects as Twilio would, with the signature of a URL or none.
    async fn connect(&self, signed: Option<&str>) -> Result<Socket, StatusCode> {
        let url = format!("ws://127.0.0.1:{}/media?lang=en", self.port);
        let mut request = url.into_client_request().expect("a URL");
        if let Some(signed) = signed {
            let key = SigningKey::auth_token(TOKEN.to_owned()).expect("a token");
            let signature = key.sign(signed, &Params::default());
            let signature = signature.parse().expect("base64 is a header value");
            request
                .headers_mut()
                .insert("x-twilio-signature", signature);
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(response)) => Err(response.status()),
            Err(error) => panic!("{error}"),
        }
    }
}

async fn text(socket: &mut Socket) -> String {
    let message = socket.next().await.expect("a message");
    let message = message.expect("the connection holds");
    message.into_text().expect("a text").to_string()
}

#[tokio::test]
async fn a_signed_upgrade_becomes_a_stream() {
    let server = Server::start().await;
    for signed in [
        "wss://hooks.example.com/media?lang=en",
        "wss://hooks.example.com/media/?lang=en",
        "wss://hooks.example.com:443/media?lang=en",
    ] {
        let mut socket = server.connect(Some(signed)).await.expect("a stream");
        assert_eq!(text(&mut socket).await, signed);
        let message = r#"{"event":"connected"}"#;
        socket
            .send(Message::text(message))
            .await
            .expect("it is sent");
        assert_eq!(text(&mut socket).await, message);
    }
    assert_eq!(server.upgrades.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn any_other_is_refused_before_it_happens() {
    let server = Server::start().await;
    assert_eq!(
        server.connect(None).await.err(),
        Some(StatusCode::BAD_REQUEST)
    );
    for signed in [
        "https://hooks.example.com/media?lang=en",
        "wss://hooks.example.com/other?lang=en",
        "wss://hooks.example.com/media?lang=de",
        "wss://elsewhere.example/media?lang=en",
    ] {
        let refused = server.connect(Some(signed)).await.err();
        assert_eq!(refused, Some(StatusCode::FORBIDDEN), "{signed}");
    }
    assert_eq!(server.upgrades.load(Ordering::Relaxed), 0);
}
