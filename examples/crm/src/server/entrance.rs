//! [`Entrance`]: where connections come in.

use std::{
    convert::Infallible,
    future::{Future, pending},
    io,
    net::SocketAddr,
    pin::pin,
    time::Duration,
};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
};
use http::Response;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tower::Service as _;

use super::{
    patient::Patient,
    places::{Place, Places},
    tls::{Hangups, Tls},
};

/// How long the head of a request may take, and how long a connection is kept that asks nothing.
const HEAD: Duration = Duration::from_secs(30);

/// The same where a proxy is in front: longer than proxies keep theirs (nginx a minute, Caddy two). A
/// webhook that is sent while this side hangs up is lost, because proxies do not send a POST again.
const HEAD_OF_PROXY: Duration = Duration::from_secs(150);

/// How long the two sides may take to agree on their keys.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long to wait when no more connections can be taken, which is when files run out.
const PAUSE: Duration = Duration::from_secs(1);

/// How much of a connection is kept in memory at once, and how long a head can be.
const BUFFER: usize = 64 * 1024;

/// Where connections come in: a listener, with or without TLS.
#[derive(Debug)]
pub struct Entrance {
    listener: TcpListener,
    tls: Option<(Tls, Hangups)>,
}

impl From<TcpListener> for Entrance {
    fn from(listener: TcpListener) -> Self {
        Self {
            listener,
            tls: None,
        }
    }
}

impl Entrance {
    /// Connections are encrypted. From now on the certificate is read again on SIGHUP.
    #[must_use]
    pub fn with_tls(mut self, tls: Option<Tls>) -> Self {
        self.tls = tls.map(|tls| (tls, Hangups::new()));
        self
    }

    /// Takes connections until `stop` ends, and then waits until the last request is answered.
    pub(super) async fn serve(self, app: Router, stop: impl Future<Output = ()>) {
        let Self { listener, tls } = self;
        let (stopping, stopped) = watch::channel(false);
        let (tls, hangups) = tls.unzip();
        let (places, head) = match tls {
            Some(_) => (Places::for_networks(), HEAD),
            None => (Places::for_proxy(), HEAD_OF_PROXY),
        };
        let refreshed = tls.clone().zip(hangups);
        let mut refresh = pin!(async {
            match refreshed {
                Some((tls, hangups)) => tls.keep_fresh(hangups).await,
                None => pending().await,
            }
        });
        let mut stop = pin!(stop);
        loop {
            let next = async { (places.free().await, listener.accept().await) };
            let (free, accepted) = tokio::select! {
                next = next => next,
                () = &mut stop => break,
                never = &mut refresh => match never {},
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                // It has gone before anybody looked.
                Err(error) if is_of_one_connection(&error) => continue,
                Err(error) => {
                    tracing::error!(
                        reason = "accept",
                        error = &error as &dyn std::error::Error,
                        "no connection can be taken"
                    );
                    tokio::select! {
                        () = sleep(PAUSE) => continue,
                        () = &mut stop => break,
                    }
                }
            };
            let Some(place) = places.take(free, peer.ip()) else {
                tracing::debug!(reason = "too-many", "connection refused");
                continue;
            };
            let connection = Connection {
                app: app.clone(),
                peer,
                stopped: stopped.clone(),
                place,
                head,
            };
            tokio::spawn(connection.open(stream, tls.clone()));
        }
        drop((listener, stopped));
        let _ = stopping.send(true);
        // Each connection has its end of the channel.
        stopping.closed().await;
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// What one connection needs.
struct Connection {
    app: Router,
    peer: SocketAddr,
    stopped: watch::Receiver<bool>,
    place: Place,
    head: Duration,
}

impl Connection {
    async fn open(self, stream: TcpStream, tls: Option<Tls>) {
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls else {
            return self.run(stream).await;
        };
        match timeout(HANDSHAKE, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.run(stream).await,
            // Whoever scans the internet comes along here, so it is no warning.
            Ok(Err(error)) => tracing::debug!(reason = "tls", %error, "connection refused"),
            Err(_) => tracing::debug!(reason = "tls-timeout", "connection refused"),
        }
    }

    async fn run(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self {
            app,
            peer,
            mut stopped,
            place: _place,
            head,
        } = self;
        let service =
            service_fn(move |request: http::Request<Incoming>| answer(app.clone(), peer, request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head)
            .max_buf_size(BUFFER)
            .serve_connection(TokioIo::new(Patient::new(stream)), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            _ = stopped.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(reason = "connection", %error, "connection ended");
        }
    }
}

async fn answer(
    mut app: Router,
    peer: SocketAddr,
    request: http::Request<Incoming>,
) -> Result<Response<axum::body::Body>, Infallible> {
    let mut request: Request = request.map(axum::body::Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    app.call(request).await
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use futures_util::FutureExt as _;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
        task::JoinHandle,
        time::Instant,
    };

    use super::*;

    fn open() -> (DuplexStream, watch::Sender<bool>, JoinHandle<()>) {
        let (stopping, stopped) = watch::channel(false);
        let (client, stream) = duplex(4096);
        let slow = get(async || {
            sleep(Duration::from_secs(5)).await;
            "done"
        });
        let peer: SocketAddr = "192.0.2.1:4000".parse().unwrap();
        let places = Places::for_networks();
        let free = places.free().now_or_never().unwrap();
        let connection = Connection {
            app: Router::new().route("/", get("hello")).route("/slow", slow),
            peer,
            stopped,
            place: places.take(free, peer.ip()).unwrap(),
            head: HEAD,
        };
        (client, stopping, tokio::spawn(connection.run(stream)))
    }

    async fn read_all(mut client: DuplexStream) -> String {
        let mut text = String::new();
        client.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_does_not_come_to_its_end_is_given_up() {
        let (mut client, _stopping, connection) = open();
        let start = Instant::now();
        client.write_all(b"GET / HTTP/1.1\r\nHost:").await.unwrap();
        connection.await.unwrap();
        assert_eq!(start.elapsed().as_secs(), HEAD.as_secs());
        assert!(!read_all(client).await.contains("200 OK"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_asks_nothing_more_ends_by_itself() {
        for first in ["", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"] {
            let (mut client, _stopping, connection) = open();
            let start = Instant::now();
            client.write_all(first.as_bytes()).await.unwrap();
            connection.await.unwrap();
            assert_eq!(start.elapsed().as_secs(), HEAD.as_secs());
            let answer = read_all(client).await;
            assert_eq!(answer.contains("200 OK"), !first.is_empty(), "{answer}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_without_an_end_is_refused_before_it_is_large() {
        let (mut client, _stopping, connection) = open();
        client.write_all(b"GET / HTTP/1.1\r\nHost: ").await.unwrap();
        let mut sent = 0;
        while client.write_all(&[b'a'; 1024]).await.is_ok() {
            sent += 1024;
            assert!(sent < 4 * BUFFER, "it is read on");
        }
        connection.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_under_way_is_answered_when_the_server_stops() {
        let (mut client, stopping, connection) = open();
        let request = b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
        client.write_all(request).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        stopping.send(true).unwrap();
        connection.await.unwrap();
        let answer = read_all(client).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.ends_with("done"), "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_asks_nothing_ends_when_the_server_stops() {
        let (client, stopping, connection) = open();
        let start = Instant::now();
        sleep(Duration::from_secs(1)).await;
        stopping.send(true).unwrap();
        connection.await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 1);
        assert_eq!(read_all(client).await, "");
    }
}
