//! Connections that the server encrypts itself.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crm::server::{Entrance, Tls, serve};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::sleep,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{client_async, tungstenite::client::IntoClientRequest as _};

use crate::{
    binary::{Running, crm},
    support::{ALPHA, Crm, PUBLIC_URL, TempDir, config, signed, soon},
};

const FIRST: (&[u8], &[u8]) = (include_bytes!("first.pem"), include_bytes!("first.key"));
const SECOND: (&[u8], &[u8]) = (include_bytes!("second.pem"), include_bytes!("second.key"));

/// The files of a certificate.
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    _directory: TempDir,
}

impl Files {
    fn of(pair: (&[u8], &[u8])) -> Self {
        let directory = TempDir::new();
        let files = Self {
            certificate: directory.join("certificate.pem"),
            key: directory.join("key.pem"),
            _directory: directory,
        };
        files.write(pair);
        files
    }

    fn write(&self, (certificate, key): (&[u8], &[u8])) {
        fs::write(&self.certificate, certificate).unwrap();
        fs::write(&self.key, key).unwrap();
    }

    fn load(&self) -> Tls {
        Tls::load(&self.certificate, &self.key).unwrap()
    }
}

/// A client that believes this certificate and no other.
async fn connect(address: SocketAddr, certificate: &[u8]) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(certificate).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

#[tokio::test]
async fn pages_and_websockets_are_served_and_a_new_certificate_is_taken_up() {
    let mut crm = Crm::start().await;
    let files = Files::of(FIRST);
    let tls = files.load();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let idle = twilio_hooks::notify::Dispatcher::new(
        twilio_hooks::store::MemoryStore::new(),
        twilio_hooks::testing::RecordingNotifier::succeeding(),
    );
    let dispatcher = std::mem::replace(&mut crm.dispatcher, idle);
    let entrance = Entrance::from(listener).with_tls(Some(tls.clone()));
    let server = serve(entrance, crm.state.clone(), dispatcher, async {
        let _ = stopped.await;
    });
    let server = tokio::spawn(server);

    let mut stream = connect(address, FIRST.0).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

    let stream = connect(address, FIRST.0).await.unwrap();
    let mut upgrade = "wss://localhost/api/live".into_client_request().unwrap();
    let bearer = format!("Bearer {ALPHA}").parse().unwrap();
    upgrade.headers_mut().insert("authorization", bearer);
    let (_socket, opened) = client_async(upgrade, stream).await.unwrap();
    assert_eq!(opened.status(), 101);

    assert!(connect(address, SECOND.0).await.is_err());
    assert!(!tls.look().unwrap(), "nothing has changed");
    files.write((SECOND.0, b"no key"));
    tls.look().unwrap_err();
    connect(address, FIRST.0).await.unwrap();
    files.write(SECOND);
    assert!(tls.look().unwrap());
    connect(address, SECOND.0).await.unwrap();
    assert!(connect(address, FIRST.0).await.is_err());

    stop.send(()).unwrap();
    soon(server).await.unwrap().unwrap();
}

/// The files look as before: of the same length, and changed at the same time. So it is the signal that
/// makes the server read them.
#[cfg(unix)]
#[tokio::test]
async fn a_signal_makes_the_server_read_its_certificate_again() {
    let files = Files::of(FIRST);
    let write = |(certificate, key): (&[u8], &[u8])| {
        for (path, text) in [(&files.certificate, certificate), (&files.key, key)] {
            let mut text = text.to_vec();
            text.resize(1024, b'\n');
            fs::write(path, text).unwrap();
            let file = fs::File::options().write(true).open(path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        }
    };
    write(FIRST);
    let directory = TempDir::new();
    let path = directory.join("crm.toml");
    let section = format!(
        "tls = {{ certificate = '{}', key = '{}' }}",
        files.certificate.display(),
        files.key.display()
    );
    fs::write(&path, config(&section, &directory.database_url())).unwrap();
    let child = crm(&directory)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("CRM_CONFIG", &path)
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim().strip_prefix("listening on https://");
    let address = address.expect(&line).parse().unwrap();
    connect(address, FIRST.0).await.unwrap();

    write(SECOND);
    running.signal("HUP");
    let taken_up = async {
        while connect(address, SECOND.0).await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    soon(taken_up).await;
    assert!(connect(address, FIRST.0).await.is_err());

    running.signal("TERM");
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn what_does_not_belong_together_is_said_without_the_key() {
    let files = Files::of((FIRST.0, SECOND.1));
    let error = Tls::load(&files.certificate, &files.key).unwrap_err();
    let error = format!("{error:#}");
    assert!(error.contains("can't be used together"), "{error}");
    let missing = Tls::load(&files.certificate, &files.key.join("missing")).unwrap_err();
    assert!(
        format!("{missing:#}").contains("can't be read"),
        "{missing:#}"
    );
}

/// A request by way of a proxy.
fn by_proxy(peer: &str, proto: Option<&str>) -> http::Request<axum::body::Body> {
    let sid = crate::support::sid("SM", 1);
    let mut request = signed("sms/incoming", &[("MessageSid", &sid)]);
    let host = PUBLIC_URL.strip_prefix("https://").unwrap();
    let headers = request.headers_mut();
    headers.insert("x-forwarded-host", host.parse().unwrap());
    if let Some(proto) = proto {
        headers.insert("x-forwarded-proto", proto.parse().unwrap());
    }
    let peer = SocketAddr::new(peer.parse().unwrap(), 40_000);
    let peer = axum::extract::ConnectInfo(peer);
    request.extensions_mut().insert(peer);
    request
}

#[tokio::test]
async fn in_production_webhooks_over_plain_http_are_refused_and_told_why() {
    let proxies = "production = true\ntrusted_proxies = { addresses = ['10.0.0.0/8'] }";
    let crm = Crm::start_with(proxies).await;
    for (peer, proto, status) in [
        ("10.1.1.1", Some("https"), 200),
        ("10.1.1.1", Some("http"), 403),
        ("10.1.1.1", None, 403),
        ("192.0.2.1", Some("https"), 403),
    ] {
        let answer = crm.send(by_proxy(peer, proto)).await;
        assert_eq!(answer.status, status, "{peer} {proto:?} {answer:?}");
        if status == 403 {
            assert!(answer.body.contains("https only"), "{}", answer.body);
        }
    }
}

#[test]
fn production_needs_https_somewhere() {
    let parse = |first: &str| crm::config::Config::parse(&config(first, "sqlite:x"));
    let error = parse("production = true").unwrap_err().to_string();
    assert!(error.contains("[tls]"), "{error}");
    let tls = "tls = { certificate = 'a.pem', key = 'a.key' }";
    let production = parse(&format!("production = true\n{tls}")).unwrap();
    assert!(production.production && production.tls.is_some());
    let plain = config(&format!("production = true\n{tls}"), "sqlite:x");
    let plain = plain.replace("https://crm.example.com", "http://crm.example.com");
    let error = crm::config::Config::parse(&plain).unwrap_err().to_string();
    assert!(error.contains("https://"), "{error}");
}
