//! [`Tls`]: the certificate, and the one that follows it.

use std::{
    convert::Infallible,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, ensure};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::{net::TcpStream, time::sleep};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// How often to look whether the files have changed.
const LOOK: Duration = Duration::from_secs(10);

/// A certificate and its key, read again when their files change. Clones share them.
#[derive(Debug, Clone)]
pub struct Tls(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<ServerConfig>>,
    seen: Mutex<Stamp>,
}

/// When each file was changed, and how long it was.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Tls {
    /// Reads them: the certificate with what is between it and its authority, and its key, both as PEM.
    ///
    /// # Errors
    /// If one can't be read, or they don't belong together. The key is not in the text.
    pub fn load(certificate: &Path, key: &Path) -> anyhow::Result<Self> {
        let seen = stamp(certificate, key);
        Ok(Self(Arc::new(Inner {
            current: RwLock::new(Arc::new(read(certificate, key)?)),
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            seen: Mutex::new(seen),
        })))
    }

    /// Reads them again if one has changed, and says whether it was so. Connections that are open go on
    /// with what they have.
    ///
    /// # Errors
    /// As for [`load`](Self::load); then what was there before is used on, and nothing is read until
    /// one changes again.
    pub fn look(&self) -> anyhow::Result<bool> {
        let now = stamp(&self.0.certificate, &self.0.key);
        let mut seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return Ok(false);
        }
        *seen = now;
        drop(seen);
        self.reload()?;
        Ok(true)
    }

    /// Reads them again.
    ///
    /// # Errors
    /// As for [`load`](Self::load); then what was there before is used on.
    pub fn reload(&self) -> anyhow::Result<()> {
        let new = Arc::new(read(&self.0.certificate, &self.0.key)?);
        *self
            .0
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    fn current(&self) -> Arc<ServerConfig> {
        let current = self.0.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        TlsAcceptor::from(self.current()).accept(stream).await
    }

    /// Looks now and then, and at once when the process is told to (SIGHUP).
    pub(super) async fn keep_fresh(self, mut hangups: Hangups) -> Infallible {
        loop {
            let is_told = tokio::select! {
                () = hangups.next() => true,
                () = sleep(LOOK) => false,
            };
            let changed = match is_told {
                true => self.reload().map(|()| true),
                false => self.look(),
            };
            match changed {
                Ok(true) => tracing::info!("the certificate was read again"),
                Ok(false) => {}
                Err(error) => {
                    let error: &(dyn std::error::Error + 'static) = &*error;
                    let reason = "certificate";
                    tracing::error!(reason, error, "the certificate from before is used on");
                }
            }
        }
    }
}

fn stamp(certificate: &Path, key: &Path) -> Stamp {
    [certificate, key].map(|path| {
        let facts = fs::metadata(path).ok()?;
        Some((facts.modified().ok()?, facts.len()))
    })
}

fn read(certificate: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let unreadable = || format!("the certificate {} can't be read", certificate.display());
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(unreadable)?;
    ensure!(
        !chain.is_empty(),
        "there is no certificate in {}",
        certificate.display()
    );
    let secret = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("the key {} can't be read", key.display()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .with_context(|| {
            let (certificate, key) = (certificate.display(), key.display());
            format!("{certificate} and {key} can't be used together")
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The signal by which programs are told to read their files again.
#[derive(Debug)]
pub(super) struct Hangups {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangups {
    /// From now on they are waited for, and don't end the process.
    pub(super) fn new() -> Self {
        Self {
            #[cfg(unix)]
            signal: {
                use tokio::signal::unix::{SignalKind, signal};
                signal(SignalKind::hangup()).ok()
            },
        }
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
