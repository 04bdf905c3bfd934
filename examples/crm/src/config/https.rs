//! [`Https`]: who encrypts, and who is believed about it.

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use twilio_hooks::signature::{Cidr, ForwardingHeaders, TrustedProxies};

use super::file::{ProxiesSection, TlsSection};

/// Where a certificate and its key are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsFiles {
    /// The certificate and what is between it and its authority, as PEM.
    pub certificate: PathBuf,
    /// Its key, as PEM.
    pub key: PathBuf,
}

/// Proxies in front of the server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Proxies {
    /// Who they are and what they write.
    pub proxies: TrustedProxies,
    /// Who they are.
    pub addresses: Vec<Cidr>,
    /// What they write.
    pub headers: ForwardingHeaders,
    /// The host names that may be requested, that of the public URL among them.
    pub hosts: Vec<String>,
}

/// What the file says about https, checked together.
#[derive(Debug)]
pub(super) struct Https {
    pub(super) production: bool,
    pub(super) tls: Option<TlsFiles>,
    pub(super) trusted_proxies: Option<Proxies>,
}

impl Https {
    pub(super) fn check(
        production: Option<bool>,
        tls: Option<TlsSection>,
        proxies: Option<ProxiesSection>,
        public_url: &str,
    ) -> anyhow::Result<Self> {
        let trusted_proxies = proxies
            .map(|section| self::proxies(section, public_url))
            .transpose()?;
        let production = production.unwrap_or(false);
        let tls = tls.map(|section| TlsFiles {
            certificate: section.certificate.into(),
            key: section.key.into(),
        });
        if production {
            ensure!(
                public_url.starts_with("https://"),
                "with `production`, `public_url` must begin with https://"
            );
            ensure!(
                tls.is_some() || trusted_proxies.is_some(),
                "with `production`, something must speak https: write a `[tls]` section, or name \
                 the proxies that do in `[trusted_proxies]`"
            );
        }
        Ok(Self {
            production,
            tls,
            trusted_proxies,
        })
    }
}

fn proxies(section: ProxiesSection, public_url: &str) -> anyhow::Result<Proxies> {
    let addresses = section
        .addresses
        .iter()
        .map(|address| {
            address.trim().parse::<Cidr>().with_context(|| {
                format!(
                    "`trusted_proxies.addresses` has `{address}`, which is no address or network"
                )
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(
        !addresses.is_empty(),
        "`trusted_proxies.addresses` is empty"
    );
    let headers = match section.headers.as_deref().map(str::trim) {
        None | Some("x-forwarded") => ForwardingHeaders::XForwarded,
        Some("forwarded") => ForwardingHeaders::Forwarded,
        Some(other) => {
            bail!("`trusted_proxies.headers` is `{other}`; it can be `x-forwarded` or `forwarded`")
        }
    };
    let hops = section.hops.unwrap_or(1);
    ensure!(
        hops > 0,
        "`trusted_proxies.hops` is 0; there is one proxy at least"
    );
    let mut hosts = section.hosts;
    let url: http::Uri = public_url.parse().context("`public_url` can't be used")?;
    hosts.extend(url.host().map(str::to_owned));
    let proxies = TrustedProxies::new(addresses.iter().copied())
        .with_headers(headers)
        .with_hops(hops);
    Ok(Proxies {
        proxies,
        addresses,
        headers,
        hosts,
    })
}
