//! The public URL: whether it leads here over HTTPS, and what proxies make of it.

use std::{io, net::IpAddr};

use http::{StatusCode, Uri, header};
use jiff::{SignedDuration, Timestamp};

use super::{
    Finding, Roots,
    certificate::Flaw,
    http::{self as call, Failed, Reply},
};
use crate::{
    api::marker::{MarkerView, SeenView},
    clock::Clock,
    config::Config,
    marker::{self, Marker},
};

/// A certificate that ends sooner should have been renewed.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

const FROM_OUTSIDE: &str = "If it works from elsewhere and only not from this machine, the network does \
                            not lead back in; then run this from outside.";

pub(super) async fn examine(
    config: &Config,
    marker: &Marker,
    clock: &Clock,
    roots: &Roots,
) -> (Vec<Finding>, Option<SeenView>) {
    let public_url = config.public_url.trim_end_matches('/');
    let mut findings: Vec<_> = kind_of_address(public_url).into_iter().collect();
    let nonce = Marker::nonce();
    let question = marker.question(&nonce);
    let page = format!("{public_url}{}", marker::PATH);
    let url = format!("{page}?nonce={nonce}&proof={question}");
    let reply = match call::get(&url, roots, Some(clock.now())).await {
        Ok(reply) => reply,
        Err(failed) => {
            findings.push(unreachable(failed).about(public_url));
            return (findings, None);
        }
    };
    findings.extend(
        reply
            .certificate_ends
            .map(|end| ends(end, clock.now()).about(public_url)),
    );
    let view = match ours(&reply, marker, &nonce) {
        Ok(view) => view,
        Err(finding) => {
            findings.push(finding.about(public_url));
            return (findings, None);
        }
    };
    findings.push(
        Finding::fine("public_url", "The public URL leads to this server.").about(public_url),
    );
    if let Some(seen) = &view.seen {
        findings.extend(proxies(config, &page, seen));
    }
    (findings, view.seen)
}

/// What can be said of the URL without calling it.
fn kind_of_address(public_url: &str) -> Option<Finding> {
    let uri: Uri = public_url.parse().ok()?;
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    let address: Option<IpAddr> = host.parse().ok();
    let is_local = host == "localhost" || address.is_some_and(is_private);
    let finding = if is_local {
        Finding::fault(
            "public_url_local",
            "The public URL is an address that only this machine or network knows.",
            "Set `public_url` (CRM_PUBLIC_URL) to the address that Twilio can reach: a name in the \
             DNS, or that of a tunnel for trying it out.",
        )
    } else if uri.scheme_str() == Some("http") {
        Finding::fault(
            "public_url_not_https",
            "The public URL is not encrypted: texts and signatures can be read on the way, and \
             people's browsers keep no session.",
            "Put a proxy that speaks HTTPS in front of the server and write https:// in \
             `public_url` and at Twilio (`crm setup`).",
        )
    } else {
        return None;
    };
    Some(finding.about(public_url))
}

fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

fn unreachable(failed: Failed) -> Finding {
    match failed {
        Failed::NoUrl => Finding::fault(
            "public_url_no_url",
            "The public URL can't be called.",
            "Write it like https://crm.example.com.",
        ),
        Failed::Name(error) => Finding::fault(
            "public_url_no_such_host",
            format!("The host of the public URL has no address ({error})."),
            "Add it to the DNS, or correct `public_url`.",
        ),
        Failed::Connect(error) => Finding::fault(
            "public_url_unreachable",
            format!("Nothing takes connections at the public URL ({error})."),
            format!("Start the proxy, and open its port in the firewall. {FROM_OUTSIDE}"),
        ),
        Failed::Handshake(error) => Finding::fault(
            "public_url_no_tls",
            format!("No encrypted connection can be made ({}).", plainly(&error)),
            "Let the proxy speak TLS 1.2 or newer on this port.",
        ),
        Failed::Certificate(flaw) => certificate(flaw),
        Failed::Answer(error) => Finding::fault(
            "public_url_no_answer",
            format!("The public URL takes connections and does not answer ({error})."),
            format!("Look into the proxy's log: it may not reach the server. {FROM_OUTSIDE}"),
        ),
    }
}

fn plainly(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::TimedOut => "it took too long".to_owned(),
        io::ErrorKind::UnexpectedEof => "it was closed at once".to_owned(),
        _ => error.to_string(),
    }
}

fn certificate(flaw: Flaw) -> Finding {
    match flaw {
        Flaw::Expired => Finding::fault(
            "certificate_expired",
            "The certificate has expired: Twilio does not connect any more.",
            "Renew it, and find out why it was not renewed by itself.",
        ),
        Flaw::NotYetValid => Finding::fault(
            "certificate_not_yet_valid",
            "The certificate is not valid yet.",
            "Check the clock of this machine, or wait until the certificate is valid.",
        ),
        Flaw::OtherName => Finding::fault(
            "certificate_other_name",
            "The certificate is for another host.",
            "Get one for the host of `public_url`, or correct `public_url`.",
        ),
        Flaw::UnknownIssuer { is_alone: true } => Finding::fault(
            "certificate_chain",
            "The certificate comes alone, and nobody that Twilio knows has signed it: it is \
             self-signed, or the certificates in between are missing.",
            "Give the proxy the full chain (often `fullchain.pem`), of a public authority.",
        ),
        Flaw::UnknownIssuer { is_alone: false } => Finding::fault(
            "certificate_unknown_issuer",
            "The certificate is of an authority that Twilio does not know.",
            "Get one of a public authority, such as Let's Encrypt.",
        ),
        Flaw::Other(error) => Finding::fault(
            "certificate_wrong",
            format!("The certificate can't be used ({error})."),
            "Get another one of a public authority, such as Let's Encrypt.",
        ),
    }
}

fn ends(end: Timestamp, now: Timestamp) -> Finding {
    let left = end.duration_since(now);
    let date = end.strftime("%F");
    if left < SOON {
        let days = left.as_hours() / 24;
        Finding::warning(
            "certificate_ends_soon",
            format!("The certificate ends in {days} days, on {date}."),
            "Renew it; if it should renew by itself, find out why it has not.",
        )
    } else {
        Finding::fine(
            "certificate",
            format!("The certificate is good until {date}."),
        )
    }
}

/// What the server has answered, if it is one of ours.
fn ours(reply: &Reply, marker: &Marker, nonce: &str) -> Result<MarkerView, Finding> {
    if reply.status.is_redirection() {
        let to = reply.headers.get(header::LOCATION);
        let to = to
            .and_then(|to| to.to_str().ok())
            .unwrap_or("another address");
        let to = to.split('?').next().unwrap_or_default();
        return Err(Finding::fault(
            "public_url_redirects",
            format!("The public URL answers that it has moved, to {to}."),
            "Write the address that it leads to in `public_url` and at Twilio (`crm setup`): \
             signatures are made for the address that is set there.",
        ));
    }
    if matches!(
        reply.status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    ) {
        return Err(Finding::fault(
            "server_down",
            format!(
                "The proxy answers {}: it does not reach the server.",
                reply.status
            ),
            "Start the server, and compare its `listen` address with the one in the proxy.",
        ));
    }
    let view: Option<MarkerView> = serde_json::from_slice(&reply.body).ok();
    match view.filter(|view| view.server == "crm" && reply.status == StatusCode::OK) {
        Some(view) if marker.is_answer(nonce, &view.digest) => Ok(view),
        Some(_) => Err(Finding::fault(
            "public_url_other_server",
            "A crm server answers at the public URL, and it is not on this database.",
            "Compare `database_url` and `public_url` of both; Twilio's webhooks go to that one.",
        )),
        None => Err(Finding::fault(
            "public_url_not_ours",
            format!(
                "Something else answers at the public URL, with {}.",
                reply.status
            ),
            "Let the proxy pass all paths on to this server, unchanged but for a prefix that \
             `public_url` has too.",
        )),
    }
}

/// What the server sees of a request that came through the public URL.
fn proxies(config: &Config, page: &str, seen: &SeenView) -> Vec<Finding> {
    let mut findings = Vec::new();
    let names = seen.forwarding_headers.join(", ");
    if seen.url.as_deref() != Some(page) {
        let seen = seen.url.as_deref().unwrap_or("no URL at all");
        let seen = seen.strip_suffix(marker::PATH).unwrap_or(seen);
        findings.push(Finding::fault(
            "signed_url",
            format!("The server would check signatures for {seen}, so it refuses all webhooks."),
            "Let the proxy pass on host and scheme (X-Forwarded-Proto, X-Forwarded-Host), list it in \
             `trusted_proxies`, or leave `trusted_proxies` out: then it is `public_url` always.",
        ));
    }
    let is_forwarded = !seen.forwarding_headers.is_empty();
    match &config.trusted_proxies {
        None if is_forwarded && seen.peer.is_some_and(is_private) => {
            findings.push(Finding::warning(
                "proxy_not_trusted",
                format!(
                    "There is a proxy ({names}) that is not believed, so all people share its \
                     address in limits and on the audit log."
                ),
                "Add its address to `trusted_proxies.addresses`.",
            ));
        }
        Some(_) if is_forwarded && !seen.is_peer_trusted => {
            let peer = seen
                .peer
                .map_or_else(String::new, |peer| format!(" {peer}"));
            findings.push(Finding::fault(
                "proxy_not_listed",
                format!("The proxy{peer} is not in `trusted_proxies`, so it is not believed."),
                "Add its address to `trusted_proxies.addresses`.",
            ));
        }
        Some(_) if seen.is_peer_trusted && seen.client == seen.peer => {
            findings.push(Finding::warning(
                "client_unknown",
                "The trusted proxy does not say who calls, so all people share its address.",
                "Let the proxy add the client's address to X-Forwarded-For (or Forwarded, as \
                 `trusted_proxies.headers` says).",
            ));
        }
        _ => {}
    }
    if findings.is_empty() {
        let client = seen
            .client
            .map_or_else(|| "nobody".to_owned(), |it| it.to_string());
        let host = seen.host.as_deref().unwrap_or("no host");
        findings.push(Finding::fine(
            "proxy",
            format!("The server sees the right URL, the host {host} and the client {client}."),
        ));
    }
    findings
}
