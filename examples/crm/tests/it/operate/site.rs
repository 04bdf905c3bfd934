//! [`Site`]: what answers at a public URL: the server behind a proxy, or something else.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body, extract::ConnectInfo};
use crm::operate::doctor::Roots;
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

const AUTHORITY: &[u8] = include_bytes!("tls/authority.pem");
/// For `localhost`, from September to December 2026.
const CERTIFICATE: &[u8] = include_bytes!("tls/localhost.pem");
const KEY: &[u8] = include_bytes!("tls/localhost.key");

/// A listener on this machine that ends with the test.
pub(super) struct Site {
    pub(super) port: u16,
    answers: Arc<Mutex<Router>>,
    task: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What of its certificates a site sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    None,
    Alone,
    WithAuthority,
}

impl Site {
    pub(super) async fn start(tls: Tls) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = Arc::new(Mutex::new(Router::new()));
        let acceptor = acceptor(tls);
        let shared = answers.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, peer) = listener.accept().await.unwrap();
                let answers = shared.lock().unwrap().clone();
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, answers, peer).await,
                        Some(acceptor) => {
                            // Whoever does not like the certificate goes away.
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, answers, peer).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            port,
            answers,
            task,
        }
    }

    pub(super) fn answer_with(&self, router: Router) {
        *self.answers.lock().unwrap() = router;
    }

    pub(super) fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }
}

/// The authority of the site, and no other.
pub(super) fn roots() -> Roots {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(AUTHORITY).unwrap();
    roots.add(authority).unwrap();
    Roots::of(roots)
}

fn acceptor(tls: Tls) -> Option<TlsAcceptor> {
    let mut chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    match tls {
        Tls::None => return None,
        Tls::Alone => {}
        Tls::WithAuthority => chain.push(CertificateDer::from_pem_slice(AUTHORITY).unwrap()),
    }
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Some(TlsAcceptor::from(Arc::new(config)))
}

async fn serve<S>(stream: S, answers: Router, peer: SocketAddr)
where
    TokioIo<S>: hyper::rt::Read + hyper::rt::Write + Unpin,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        answers.clone().oneshot(request.map(Body::new))
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // Whoever has asked may go away before the end.
    drop(connection.await);
}
