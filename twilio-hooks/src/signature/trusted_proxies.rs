//! Proxies whose word is taken for the public host and scheme.

use std::{net::IpAddr, str::FromStr};

use http::{HeaderMap, HeaderName};

use super::{Scheme, SignatureError};

/// The proxies in front of the program, for [`PublicUrl::forwarded`](super::PublicUrl::forwarded).
///
/// Every client can send forwarding headers. What makes them true is that they come from a proxy of
/// your own, which replaces or extends what the client sent. So three things must be right: the
/// addresses of your proxies, the one family of headers they write, and how many of them each
/// request passes.
///
/// # Examples
/// ```
/// use twilio_hooks::signature::{ForwardingHeaders, PublicUrl, TrustedProxies};
///
/// let proxies = TrustedProxies::new(["10.0.0.0/8".parse()?, "fd00::/8".parse()?])
///     .with_headers(ForwardingHeaders::XForwarded)
///     .with_hops(1);
/// let url = PublicUrl::forwarded(proxies).with_allowed_hosts(["crm.example.com"]);
/// # drop(url);
/// # Ok::<(), twilio_hooks::signature::CidrError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TrustedProxies {
    peers: Vec<Cidr>,
    headers: ForwardingHeaders,
    hops: usize,
}

/// Which headers a proxy writes. The other family is not read, since nobody may have removed what
/// the client put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForwardingHeaders {
    /// `X-Forwarded-Proto`, `X-Forwarded-Host` and `X-Forwarded-Port`.
    XForwarded,
    /// `Forwarded` of [RFC 7239](https://www.rfc-editor.org/rfc/rfc7239).
    Forwarded,
}

impl TrustedProxies {
    /// Proxies by their addresses, one of which each request passes, and which write
    /// `X-Forwarded-…`.
    pub fn new(peers: impl IntoIterator<Item = Cidr>) -> Self {
        Self {
            peers: peers.into_iter().collect(),
            headers: ForwardingHeaders::XForwarded,
            hops: 1,
        }
    }

    /// Which headers the proxies write.
    #[must_use]
    pub fn with_headers(mut self, headers: ForwardingHeaders) -> Self {
        self.headers = headers;
        self
    }

    /// How many proxies of your own a request passes, each of which appends to the headers. The
    /// outermost of them is the one that saw the public URL, so its entry counts: the last one for
    /// 1, the last but one for 2. A request with fewer entries is refused.
    #[must_use]
    pub fn with_hops(mut self, hops: usize) -> Self {
        self.hops = hops.max(1);
        self
    }

    pub(super) fn trusts(&self, peer: IpAddr) -> bool {
        self.peers.iter().any(|cidr| cidr.contains(peer))
    }

    /// What the outermost trusted proxy says.
    pub(super) fn origin(&self, headers: &HeaderMap) -> Result<Origin, SignatureError> {
        let element = |name| element_from_right(headers, name, self.hops);
        let (proto, host, port) = match self.headers {
            ForwardingHeaders::XForwarded => (
                element(&X_FORWARDED_PROTO)?.map(ToOwned::to_owned),
                element(&X_FORWARDED_HOST)?.map(ToOwned::to_owned),
                element(&X_FORWARDED_PORT)?,
            ),
            ForwardingHeaders::Forwarded => match element(&http::header::FORWARDED)? {
                Some(element) => {
                    let [proto, host] =
                        forwarded_pairs(element).ok_or(SignatureError::MalformedUrl)?;
                    (proto, host, None)
                }
                None => (None, None, None),
            },
        };
        let scheme = match proto.as_deref().map(str::to_ascii_lowercase).as_deref() {
            None => None,
            // Some proxies name the scheme of an upgrade.
            Some("https" | "wss") => Some(Scheme::Https),
            Some("http" | "ws") => Some(Scheme::Http),
            Some(_) => return Err(SignatureError::MalformedUrl),
        };
        let port = match port {
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(port.parse().map_err(|_| SignatureError::MalformedUrl)?)
            }
            Some(_) => return Err(SignatureError::MalformedUrl),
            None => None,
        };
        Ok(Origin { scheme, host, port })
    }
}

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

/// What forwarding headers say of the URL that was requested.
#[derive(Debug, Default)]
pub(super) struct Origin {
    pub(super) scheme: Option<Scheme>,
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
}

/// The element that the proxy `hops` in front of us wrote; several fields are one list. `None` if
/// there is no such header at all.
fn element_from_right<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    hops: usize,
) -> Result<Option<&'a str>, SignatureError> {
    let mut elements = Vec::new();
    for field in headers.get_all(name) {
        let field = field.to_str().map_err(|_| SignatureError::MalformedUrl)?;
        elements.extend(split_quoted(field, b',').map(str::trim));
    }
    if elements.is_empty() {
        return Ok(None);
    }
    let index = elements.len().checked_sub(hops);
    let index = index.ok_or(SignatureError::MalformedUrl)?;
    Ok(Some(elements[index]))
}

/// `proto` and `host` of one element of `Forwarded`, or `None` if it is malformed.
pub(super) fn forwarded_pairs(element: &str) -> Option<[Option<String>; 2]> {
    let mut found = [None, None];
    for pair in split_quoted(element, b';').map(str::trim) {
        if pair.is_empty() {
            continue;
        }
        let (name, value) = pair.split_once('=')?;
        let value = unquote(value)?;
        let slot = match name.to_ascii_lowercase().as_str() {
            "proto" => &mut found[0],
            "host" => &mut found[1],
            _ => continue,
        };
        if slot.replace(value).is_some() {
            return None;
        }
    }
    Some(found)
}

/// Splits at a separator outside of double quotes.
pub(super) fn split_quoted(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |character: char| {
        if escaped {
            escaped = false;
            return false;
        }
        match character {
            '"' => quoted = !quoted,
            '\\' if quoted => escaped = true,
            _ => return !quoted && character == char::from(separator),
        }
        false
    })
}

/// A token as it is, or the text of a quoted string; `None` if the quotes are malformed.
fn unquote(value: &str) -> Option<String> {
    let Some(quoted) = value.strip_prefix('"') else {
        return (!value.contains('"')).then(|| value.to_owned());
    };
    let mut text = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(text),
            '\\' => text.push(characters.next()?),
            character => text.push(character),
        }
    }
}

/// A range of IP addresses, such as `10.0.0.0/8`; a single address is a range too.
///
/// An IPv4 address that is written as an IPv6 one (`::ffff:10.0.0.5`) is taken as the IPv4 address,
/// in ranges and in what is looked up in them.
///
/// # Examples
/// ```
/// use twilio_hooks::signature::Cidr;
///
/// let range: Cidr = "10.0.0.0/8".parse()?;
/// assert!(range.contains("10.1.2.3".parse().unwrap()));
/// assert!(range.contains("::ffff:10.1.2.3".parse().unwrap()));
/// assert!(!range.contains("11.0.0.1".parse().unwrap()));
/// # Ok::<(), twilio_hooks::signature::CidrError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    length: u32,
}

impl Cidr {
    /// Whether the range has this address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        // A shift by the whole width means that every address is in the range.
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(range), IpAddr::V4(address)) => {
                let difference = range.to_bits() ^ address.to_bits();
                difference.checked_shr(32 - self.length).unwrap_or(0) == 0
            }
            (IpAddr::V6(range), IpAddr::V6(address)) => {
                let difference = range.to_bits() ^ address.to_bits();
                difference.checked_shr(128 - self.length).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl From<IpAddr> for Cidr {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let length = if address.is_ipv4() { 32 } else { 128 };
        Self { address, length }
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().map_err(|_| CidrError)?;
        let whole = Self::from(written);
        let Some(length) = length else {
            return Ok(whole);
        };
        if !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CidrError);
        }
        let length: u32 = length.parse().map_err(|_| CidrError)?;
        // An IPv4 address in IPv6 clothes has 96 bits in front.
        let mapped = written.is_ipv6() && whole.address.is_ipv4();
        let length = length.checked_sub(if mapped { 96 } else { 0 });
        match length.filter(|length| *length <= whole.length) {
            Some(length) => Ok(Self { length, ..whole }),
            None => Err(CidrError),
        }
    }
}

/// A text is not a range of IP addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an IP address or a range such as 10.0.0.0/8")]
pub struct CidrError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_contain_what_their_bits_say() {
        let contains = |range: &str, address: &str| {
            range
                .parse::<Cidr>()
                .unwrap()
                .contains(address.parse().unwrap())
        };
        assert!(contains("0.0.0.0/0", "203.0.113.9"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1"));
        assert!(!contains("2001:db8::/32", "2001:db9::1"));
        assert!(contains("10.0.0.5", "10.0.0.5"));
        assert!(!contains("10.0.0.5", "10.0.0.4"));
        assert!(contains("::ffff:10.0.0.0/104", "10.9.9.9"));
        assert!(!contains("::ffff:10.0.0.0/104", "11.9.9.9"));
    }

    #[test]
    fn what_is_no_range_is_an_error() {
        for text in [
            "",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "x",
            "10.0.0.0/+8",
        ] {
            assert_eq!(text.parse::<Cidr>(), Err(CidrError), "{text}");
        }
        assert_eq!("::ffff:10.0.0.0/8".parse::<Cidr>(), Err(CidrError));
    }

    #[test]
    fn quoted_texts_may_hold_separators() {
        let pairs = forwarded_pairs(r#"For="[2001:db8::1]:4711";Proto=https;HOST="a\"b;c,d""#);
        let pairs = pairs.unwrap().map(Option::unwrap);
        assert_eq!(pairs, ["https", r#"a"b;c,d"#]);
        for malformed in [
            "host",
            r#"host="a"#,
            r#"host="a"b"#,
            "host=a;host=b",
            r#"host=a"b"#,
        ] {
            assert_eq!(forwarded_pairs(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn fewer_elements_than_hops_are_refused() {
        let mut headers = HeaderMap::new();
        headers.append(X_FORWARDED_HOST, "a, b".parse().unwrap());
        headers.append(X_FORWARDED_HOST, "c".parse().unwrap());
        let host = |hops| TrustedProxies::new([]).with_hops(hops).origin(&headers);
        assert_eq!(host(1).unwrap().host.as_deref(), Some("c"));
        assert_eq!(host(3).unwrap().host.as_deref(), Some("a"));
        assert!(matches!(host(4), Err(SignatureError::MalformedUrl)));
    }
}
