//! [`Client`]: who asks by way of the proxy.

use std::{io, net::Ipv4Addr, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpSocket, TcpStream},
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{
    WebSocketStream, client_async, tungstenite::client::IntoClientRequest as _,
};

use crate::server::{API_TOKEN, HOST};

const AUTHORITY: &[u8] = include_bytes!("tls/authority.pem");

/// Connects anew for each request.
#[derive(Clone)]
pub(crate) struct Client {
    port: u16,
    is_plain: bool,
    address: Ipv4Addr,
    headers: HeaderMap,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let start = &self.body[..self.body.len().min(500)];
        write!(
            f,
            "{} {:?} {}",
            self.status,
            self.headers,
            String::from_utf8_lossy(start)
        )
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Client {
    /// By https.
    pub(crate) fn of(port: u16) -> Self {
        let (is_plain, address, headers) = (false, Ipv4Addr::LOCALHOST, HeaderMap::new());
        Self {
            port,
            is_plain,
            address,
            headers,
        }
    }

    /// By http.
    pub(crate) fn plain(port: u16) -> Self {
        Self {
            is_plain: true,
            ..Self::of(port)
        }
    }

    /// From another address of this machine.
    pub(crate) fn from(mut self, address: Ipv4Addr) -> Self {
        self.address = address;
        self
    }

    /// With these headers in each request.
    pub(crate) fn with_headers(mut self, headers: &[(&'static str, &str)]) -> Self {
        for (name, value) in headers {
            self.headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        self
    }

    async fn tcp(&self) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((self.address, 0).into())?;
        socket
            .connect((Ipv4Addr::LOCALHOST, self.port).into())
            .await
    }

    /// Asks for this name.
    pub(crate) async fn connect(&self, name: &'static str) -> io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(AUTHORITY).unwrap())
            .unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from(name).unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, self.tcp().await?)
            .await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path, Bytes::new()))
            .await
    }

    pub(crate) async fn send_json(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send(self.request(method, path, body.to_string().into()))
            .await
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Request<Bytes> {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {API_TOKEN}"));
        request
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .unwrap()
    }

    pub(crate) async fn send(&self, mut request: Request<Bytes>) -> Answer {
        let path = request
            .uri()
            .path_and_query()
            .unwrap()
            .as_str()
            .parse()
            .unwrap();
        *request.uri_mut() = path;
        request
            .headers_mut()
            .insert(header::HOST, HeaderValue::from_static(HOST));
        request.headers_mut().extend(self.headers.clone());
        if self.is_plain {
            exchange(self.tcp().await.unwrap(), request).await
        } else {
            exchange(self.connect(HOST).await.unwrap(), request).await
        }
    }

    /// Opens a WebSocket.
    pub(crate) async fn listen(&self, path: &str) -> WebSocketStream<TlsStream<TcpStream>> {
        let mut request = format!("wss://{HOST}{path}").into_client_request().unwrap();
        let bearer = format!("Bearer {API_TOKEN}").parse().unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        let stream = self.connect(HOST).await.unwrap();
        client_async(request, stream).await.unwrap().0
    }
}

async fn exchange<S>(stream: S, request: Request<Bytes>) -> Answer
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    drop(sender);
    let _ = connection.await;
    Answer {
        status: head.status,
        headers: head.headers,
        body,
    }
}
