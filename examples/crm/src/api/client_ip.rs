//! [`client_ip`]: where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{HeaderMap, HeaderName, header, request::Parts};
use twilio_hooks::signature::{Cidr, ForwardingHeaders};

use crate::config::Proxies;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of whoever sent the request; none if the server was not told its peer.
///
/// Only a trusted proxy is believed, and of what it says only the end: each proxy appends the address it
/// was called from, so from the right the first address that is no proxy of ours is the client. What
/// stands before that is the client's own invention.
pub(super) fn client_ip(parts: &Parts, proxies: Option<&Proxies>) -> Option<IpAddr> {
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    let peer = peer.ip().to_canonical();
    Some(match proxies {
        Some(proxies) => {
            rightmost_untrusted(peer, &parts.headers, &proxies.addresses, proxies.headers)
        }
        None => peer,
    })
}

fn rightmost_untrusted(
    peer: IpAddr,
    headers: &HeaderMap,
    trusted: &[Cidr],
    family: ForwardingHeaders,
) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|range| range.contains(address));
    let name = match family {
        ForwardingHeaders::Forwarded => header::FORWARDED,
        _ => X_FORWARDED_FOR,
    };
    let elements: Vec<&str> = headers
        .get_all(&name)
        .iter()
        .map(|value| value.to_str().unwrap_or_default())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let mut client = peer;
    for element in elements.into_iter().rev() {
        if !is_trusted(client) {
            break;
        }
        let address = match family {
            ForwardingHeaders::Forwarded => forwarded_for(element).and_then(address),
            _ => address(element),
        };
        // Who wrote something else than an address is the last one that can be named.
        let Some(address) = address else { break };
        client = address;
    }
    client
}

/// `for` of an element of `Forwarded`. Quotes may hide a separator, and then nothing is found.
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for")
            .then(|| value.trim_matches('"'))
    })
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let address = bare
        .unwrap_or(text)
        .parse()
        .ok()
        .or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXIES: [&str; 2] = ["10.0.0.0/8", "fd00::/8"];

    fn client(peer: &str, family: ForwardingHeaders, fields: &[&str]) -> String {
        let name = match family {
            ForwardingHeaders::Forwarded => header::FORWARDED,
            _ => X_FORWARDED_FOR,
        };
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(&name, field.parse().unwrap());
        }
        let trusted = PROXIES.map(|range| range.parse().unwrap());
        rightmost_untrusted(peer.parse().unwrap(), &headers, &trusted, family).to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        let family = ForwardingHeaders::XForwarded;
        assert_eq!(
            client("203.0.113.9", family, &["198.51.100.1"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn from_the_right_the_first_that_is_no_proxy_counts() {
        for (fields, expected) in [
            (&["198.51.100.1"][..], "198.51.100.1"),
            (&["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
            (&["1.2.3.4", "198.51.100.1, 10.0.0.7"], "198.51.100.1"),
            (&["198.51.100.1:4711"], "198.51.100.1"),
            (&["[2001:db8::1]:4711"], "2001:db8::1"),
            (&["2001:db8::1"], "2001:db8::1"),
            (&["::ffff:198.51.100.1"], "198.51.100.1"),
            // Inside of our own network there is nobody else to name.
            (&["10.0.0.8"], "10.0.0.8"),
            (&[], "10.0.0.5"),
            (&["1.2.3.4, unknown"], "10.0.0.5"),
            (&["1.2.3.4, unknown, 10.0.0.7"], "10.0.0.7"),
        ] {
            let family = ForwardingHeaders::XForwarded;
            assert_eq!(client("10.0.0.5", family, fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn forwarded_is_read_where_proxies_write_it() {
        for (field, expected) in [
            ("for=198.51.100.1;proto=https", "198.51.100.1"),
            ("proto=https;For=\"[2001:db8::1]:80\"", "2001:db8::1"),
            ("for=1.2.3.4, for=198.51.100.1", "198.51.100.1"),
            ("for=_hidden", "10.0.0.5"),
            ("proto=https", "10.0.0.5"),
        ] {
            let family = ForwardingHeaders::Forwarded;
            assert_eq!(client("10.0.0.5", family, &[field]), expected, "{field}");
        }
    }
}
