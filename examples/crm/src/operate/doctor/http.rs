//! One request over a connection of its own, which says how far it came.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{client::conn::http1, rt};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use rustls::pki_types::ServerName;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::certificate::{Flaw, Recorder, Roots};

/// Twilio waits as long for a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// Twilio waits as long for an answer.
const ANSWER: Duration = Duration::from_secs(15);

const LIMIT: usize = 64 * 1024;

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Until when the certificate is good.
    pub(super) certificate_ends: Option<Timestamp>,
}

/// How far it came.
#[derive(Debug)]
pub(super) enum Failed {
    NoUrl,
    Name(io::Error),
    Connect(io::Error),
    Handshake(io::Error),
    Certificate(Flaw),
    Answer(String),
}

impl Failed {
    /// In a few words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::NoUrl => "this is no URL".to_owned(),
            Self::Name(error) => format!("its name is not found: {error}"),
            Self::Connect(error) => format!("no connection: {error}"),
            Self::Handshake(error) => format!("no TLS: {error}"),
            Self::Certificate(flaw) => format!("its certificate: {flaw:?}"),
            Self::Answer(error) => format!("no answer: {error}"),
        }
    }
}

/// Sends a GET. The certificate is judged at the time of `now`; without one it is taken as it is.
pub(super) async fn get(url: &str, roots: &Roots, now: Option<Timestamp>) -> Result<Reply, Failed> {
    let uri: Uri = url.parse().map_err(|_| Failed::NoUrl)?;
    let is_https = uri.scheme_str() == Some("https");
    let host = uri.host().ok_or(Failed::NoUrl)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    let stream = connect(host, port).await?;
    if !is_https {
        return exchange(&uri, stream, None).await;
    }
    let unusable = |error: anyhow::Error| Failed::Answer(error.to_string());
    let (recorder, config) = Recorder::new(roots).map_err(unusable)?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Failed::NoUrl)?;
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let stream = timeout(CONNECT, handshake)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map_err(Failed::Handshake)?;
    let ends = match now {
        Some(now) => recorder.judge(now).map_err(Failed::Certificate)?,
        None => None,
    };
    exchange(&uri, stream, ends).await
}

async fn connect(host: &str, port: u16) -> Result<TcpStream, Failed> {
    let addresses = lookup_host((host, port)).await.map_err(Failed::Name)?;
    let mut failed = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failed = error,
            Err(_) => failed = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(Failed::Connect(failed))
}

async fn exchange<S>(
    uri: &Uri,
    stream: S,
    certificate_ends: Option<Timestamp>,
) -> Result<Reply, Failed>
where
    TokioIo<S>: rt::Read + rt::Write + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| Failed::Answer(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    let connection = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let request = Request::get(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, "crm-doctor")
        .body(Empty::<Bytes>::new())
        .map_err(|_| Failed::NoUrl)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(failed)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, LIMIT).collect().await;
        let body = body.map_err(|error| Failed::Answer(error.to_string()))?;
        Ok(Reply {
            status: parts.status,
            headers: parts.headers,
            body: body.to_bytes(),
            certificate_ends,
        })
    };
    let answer = timeout(ANSWER, answer).await;
    connection.abort();
    answer.unwrap_or_else(|_| Err(Failed::Answer("there was none in 15 seconds".to_owned())))
}
