//! Certificates: looked at as Twilio looks at them, and also when they are wrong.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
};

/// The authorities whose certificates are believed: the public ones, unless a test has others.
#[derive(Debug, Clone)]
pub struct Roots(Arc<RootCertStore>);

impl Default for Roots {
    fn default() -> Self {
        let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
        Self(Arc::new(RootCertStore {
            roots: roots.collect(),
        }))
    }
}

impl Roots {
    /// These authorities only.
    #[must_use]
    pub fn of(roots: RootCertStore) -> Self {
        Self(Arc::new(roots))
    }
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    Expired,
    NotYetValid,
    OtherName,
    /// Nobody known has signed it, or what is between is missing.
    UnknownIssuer {
        is_alone: bool,
    },
    Other(String),
}

/// A verifier that takes every certificate and remembers it. What it is worth is judged afterwards, before
/// anything is sent: a refusal during the handshake would not say enough.
#[derive(Debug)]
pub(super) struct Recorder {
    inner: Arc<WebPkiServerVerifier>,
    seen: Mutex<Option<Chain>>,
}

#[derive(Debug, Clone)]
struct Chain {
    own: CertificateDer<'static>,
    others: Vec<CertificateDer<'static>>,
    name: ServerName<'static>,
}

impl Recorder {
    /// Also the settings for a connection that uses it.
    pub(super) fn new(roots: &Roots) -> anyhow::Result<(Arc<Self>, ClientConfig)> {
        let provider = Arc::new(ring::default_provider());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(roots.0.clone(), provider.clone());
        let recorder = Arc::new(Self {
            inner: verifier.build()?,
            seen: Mutex::default(),
        });
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(recorder.clone())
            .with_no_client_auth();
        Ok((recorder, config))
    }

    /// What is wrong at this time, and until when it is right.
    pub(super) fn judge(&self, now: Timestamp) -> Result<Option<Timestamp>, Flaw> {
        self.verify(now).map_err(|(error, is_alone)| match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Flaw::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Flaw::NotYetValid
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Flaw::OtherName
            }
            CertificateError::UnknownIssuer => Flaw::UnknownIssuer { is_alone },
            other => Flaw::Other(other.to_string()),
        })?;
        // The far future knows when it ended.
        let end = match self.verify(Timestamp::MAX) {
            Err((CertificateError::ExpiredContext { not_after, .. }, _)) => {
                let seconds = i64::try_from(not_after.as_secs()).ok();
                seconds.and_then(|seconds| Timestamp::from_second(seconds).ok())
            }
            _ => None,
        };
        Ok(end)
    }

    fn verify(&self, at: Timestamp) -> Result<(), (CertificateError, bool)> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(chain) = &*seen else {
            return Err((CertificateError::BadEncoding, true));
        };
        let seconds = u64::try_from(at.as_second()).unwrap_or_default();
        let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let verified =
            self.inner
                .verify_server_cert(&chain.own, &chain.others, &chain.name, &[], at);
        verified.map(drop).map_err(|error| {
            let error = match error {
                Error::InvalidCertificate(error) => error,
                _ => CertificateError::BadEncoding,
            };
            (error, chain.others.is_empty())
        })
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = Chain {
            own: own.clone().into_owned(),
            others: others.iter().map(|it| it.clone().into_owned()).collect(),
            name: name.to_owned(),
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(chain);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
