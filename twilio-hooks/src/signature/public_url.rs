//! The URL that Twilio requested, which is the one it signed.

use std::fmt;

use http::{HeaderMap, Uri, header, request::Parts};

use super::{
    SignatureError,
    request::without_fragment,
    trusted_proxies::{Origin, TrustedProxies},
};

/// How the public URL of a request is found.
///
/// The signature covers the URL as Twilio knows it: `https://crm.example.com/api/sms?lang=en`.
/// Behind a proxy the program sees another one, so it has to be told. In all cases path and query
/// string are taken from the request as they came, byte for byte.
///
/// | constructor | scheme and host | for |
/// |---|---|---|
/// | [`fixed`](Self::fixed) | configured | nearly everybody |
/// | [`fixed_path`](Self::fixed_path) | configured, and the path too | a proxy that rewrites the path |
/// | [`direct`](Self::direct) | the connection's, and `Host` | no proxy, several host names |
/// | [`forwarded`](Self::forwarded) | what a known proxy says | many host names behind a proxy |
///
/// The URL is all that ties a signature to one endpoint. Whoever may choose the host can replay a
/// request that was signed for another host of the same account; so prefer a fixed URL, and list
/// [the hosts you serve](Self::with_allowed_hosts) otherwise.
///
/// # Examples
/// ```
/// use twilio_hooks::signature::{PublicUrl, PublicUrlError};
///
/// let url = PublicUrl::fixed("https://crm.example.com/api")?;
/// # drop(url);
/// # Ok::<(), PublicUrlError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PublicUrl {
    source: Source,
    allowed_hosts: Option<Vec<String>>,
}

#[derive(Debug, Clone)]
enum Source {
    /// Without a slash at the end.
    Base(Configured),
    /// With the path, without a query string.
    Path(Configured),
    Direct(Scheme),
    Forwarded(TrustedProxies),
}

impl PublicUrl {
    /// A configured origin, which the path of each request is appended to.
    ///
    /// If a proxy takes a prefix off the path before it reaches the program, the origin carries
    /// it: with `https://crm.example.com/api`, a request for `/sms` was signed as
    /// `https://crm.example.com/api/sms`. A slash at the end makes no difference. A fragment, in
    /// which Twilio's [connection overrides][overrides] are written, is cut off.
    ///
    /// # Errors
    /// [`PublicUrlError`] if this is not an `http` or `https` URL with a host, or has a query
    /// string.
    ///
    /// [overrides]: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
    pub fn fixed(base: &str) -> Result<Self, PublicUrlError> {
        let base = Configured::read(base)?;
        Ok(Source::Base(base.without_last_slashes()).into())
    }

    /// A configured URL including the path; only the query string comes from the request.
    ///
    /// For one route whose path a proxy rewrites. Wrap only that route: a signature for this path
    /// is taken on every path the layer is around.
    ///
    /// # Errors
    /// As for [`fixed`](Self::fixed).
    pub fn fixed_path(url: &str) -> Result<Self, PublicUrlError> {
        Ok(Source::Path(Configured::read(url)?).into())
    }

    /// The host that the request names, reached without a proxy.
    ///
    /// The scheme is that of the connection: a program that listens on both kinds puts a [`Scheme`]
    /// into the extensions of each request, which goes before the one given here. No forwarding
    /// header is read.
    #[must_use]
    pub fn direct(scheme: Scheme) -> Self {
        Source::Direct(scheme).into()
    }

    /// What trusted proxies say in `X-Forwarded-Proto` and its sisters, or in `Forwarded`.
    ///
    /// The server puts the address of its peer into the extensions of each request as
    /// [`PeerAddr`]. A request from any other address is taken as a direct one over plain http
    /// (or whatever [`Scheme`] its extensions have), so its forwarding headers mean nothing.
    #[must_use]
    pub fn forwarded(proxies: TrustedProxies) -> Self {
        Source::Forwarded(proxies).into()
    }

    /// Refuses requests for any other host, for [`direct`](Self::direct) and
    /// [`forwarded`](Self::forwarded). Ports and the letter case do not matter.
    #[must_use]
    pub fn with_allowed_hosts<H: Into<String>>(
        mut self,
        hosts: impl IntoIterator<Item = H>,
    ) -> Self {
        self.allowed_hosts = Some(hosts.into_iter().map(Into::into).collect());
        self
    }

    /// The URL of a request.
    ///
    /// # Errors
    /// - [`SignatureError::MalformedUrl`]: no host, two hosts, an impossible host, a host that is
    ///   not allowed, a target without a path, or forwarding headers that cannot be read;
    /// - [`SignatureError::MissingPeerAddr`]: proxies are trusted, and the request has no
    ///   [`PeerAddr`].
    pub fn of(&self, request: &Parts) -> Result<String, SignatureError> {
        let target = match request.extensions.get() {
            Some(RequestTarget(target)) => target,
            None => &request.uri,
        };
        let path_and_query = target
            .path_and_query()
            .map(http::uri::PathAndQuery::as_str)
            .filter(|path| path.starts_with('/'))
            .ok_or(SignatureError::MalformedUrl)?;
        let scheme = |default| request.extensions.get().copied().unwrap_or(default);
        match &self.source {
            Source::Base(base) => Ok([&base.0, path_and_query].concat()),
            Source::Path(url) => Ok(match path_and_query.find('?') {
                Some(query) => [&url.0, &path_and_query[query..]].concat(),
                None => url.0.clone(),
            }),
            Source::Direct(default) => {
                let host = host_of(target, &request.headers)?;
                self.join(scheme(*default), host, None, path_and_query)
            }
            Source::Forwarded(proxies) => {
                let PeerAddr(peer) = request
                    .extensions
                    .get()
                    .ok_or(SignatureError::MissingPeerAddr)?;
                let origin = if proxies.trusts(*peer) {
                    proxies.origin(&request.headers)?
                } else {
                    Origin::default()
                };
                let scheme = origin.scheme.unwrap_or_else(|| scheme(Scheme::Http));
                let host = match &origin.host {
                    Some(host) => host,
                    None => host_of(target, &request.headers)?,
                };
                self.join(scheme, host, origin.port, path_and_query)
            }
        }
    }

    /// The URL from the configuration, if that is where it comes from.
    pub(super) fn configured(&self) -> Option<&str> {
        match &self.source {
            Source::Base(Configured(url)) | Source::Path(Configured(url)) => Some(url),
            Source::Direct(_) | Source::Forwarded(_) => None,
        }
    }

    pub(super) fn allowed_hosts(&self) -> &[String] {
        self.allowed_hosts.as_deref().unwrap_or_default()
    }

    fn join(
        &self,
        scheme: Scheme,
        host: &str,
        port: Option<u16>,
        path_and_query: &str,
    ) -> Result<String, SignatureError> {
        let (name, own_port) = split_host(host).ok_or(SignatureError::MalformedUrl)?;
        if let Some(allowed) = &self.allowed_hosts
            && !allowed.iter().any(|host| host.eq_ignore_ascii_case(name))
        {
            return Err(SignatureError::MalformedUrl);
        }
        let port = match port.filter(|port| own_port.is_none() && *port != scheme.standard_port()) {
            Some(port) => format!(":{port}"),
            None => String::new(),
        };
        Ok([scheme.as_str(), "://", host, &port, path_and_query].concat())
    }
}

impl From<Source> for PublicUrl {
    fn from(source: Source) -> Self {
        Self {
            source,
            allowed_hosts: None,
        }
    }
}

/// The scheme of a connection; as an extension of a request, that of the connection it came over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Without TLS.
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn standard_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// The request target as it came over the wire, as an extension of the request.
///
/// Routers that nest others take the prefix off the URI they pass on; the signature covers the
/// whole one. Whoever knows it puts it here, outside of the router, and it goes before
/// `request.uri()`.
#[derive(Debug, Clone)]
pub struct RequestTarget(pub Uri);

/// The address of the peer, as an extension of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddr(pub std::net::IpAddr);

/// A public URL in the configuration cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicUrlError {
    /// It does not start with `http://` or `https://`.
    #[error("the public URL must start with https:// or http://")]
    Scheme,
    /// It has no host, or one with characters that no host has.
    #[error("the host of the public URL is missing or malformed")]
    Host,
    /// Its path has characters that no path has.
    #[error("the path of the public URL is malformed")]
    Path,
    /// It has a query string.
    #[error("the public URL must not have a query string")]
    Query,
}

/// A URL from the configuration. `Debug` hides its credentials.
#[derive(Clone)]
struct Configured(String);

impl Configured {
    fn read(url: &str) -> Result<Self, PublicUrlError> {
        let url = without_fragment(url);
        let (scheme, rest) = url.split_once("://").ok_or(PublicUrlError::Scheme)?;
        if !["http", "https"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
        {
            return Err(PublicUrlError::Scheme);
        }
        if rest.contains('?') {
            return Err(PublicUrlError::Query);
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let graphic = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if split_host(host).is_none() || !graphic(userinfo) {
            return Err(PublicUrlError::Host);
        }
        if !graphic(path) {
            return Err(PublicUrlError::Path);
        }
        Ok(Self(url.to_owned()))
    }

    fn without_last_slashes(mut self) -> Self {
        self.0.truncate(self.0.trim_end_matches('/').len());
        self
    }
}

impl fmt::Debug for Configured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&for_log(&self.0), f)
    }
}

/// A URL without credentials and query string, which must not be logged.
pub(super) fn for_log(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let authority = &rest[..rest.find('/').unwrap_or(rest.len())];
    let credentials = authority.rfind('@').map_or(0, |at| at + 1);
    [scheme, "://", &rest[credentials..]].concat()
}

/// The host of the target or of the one `Host` header.
fn host_of<'a>(target: &'a Uri, headers: &'a HeaderMap) -> Result<&'a str, SignatureError> {
    if let Some(authority) = target.authority() {
        return Ok(authority.as_str());
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().map_err(|_| SignatureError::MalformedUrl),
        _ => Err(SignatureError::MalformedUrl),
    }
}

/// Host name and port, if the text is nothing but that.
pub(super) fn split_host(host: &str) -> Option<(&str, Option<u16>)> {
    let (name, port) = match host.strip_prefix('[') {
        Some(literal) => {
            let end = literal.find(']')?;
            let address = &literal[..end];
            address.parse::<std::net::Ipv6Addr>().ok()?;
            host.split_at(end + 2)
        }
        None => {
            let (name, port) = host.split_at(host.find(':').unwrap_or(host.len()));
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            if name.is_empty() || !name.bytes().all(allowed) {
                return None;
            }
            (name, port)
        }
    };
    if port.is_empty() {
        return Some((name, None));
    }
    let digits = port.strip_prefix(':')?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((name, Some(digits.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_or_addresses_with_an_optional_port() {
        assert_eq!(split_host("h.example"), Some(("h.example", None)));
        assert_eq!(split_host("my_app:8443"), Some(("my_app", Some(8443))));
        assert_eq!(split_host("[::1]:80"), Some(("[::1]", Some(80))));
        for malformed in [
            "", ":80", "h:", "h:x", "h:65536", "h:+1", "a@h", "h/x", "h x", "h?", "h#", "h\\x",
            "[::1", "[::1]x", "[x]", "::1", "a,b", "é",
        ] {
            assert_eq!(split_host(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn public_urls_are_checked_when_they_are_configured() {
        for (url, error) in [
            ("crm.example.com", PublicUrlError::Scheme),
            ("wss://crm.example.com", PublicUrlError::Scheme),
            ("https://", PublicUrlError::Host),
            ("https://a b", PublicUrlError::Host),
            ("https://h?x=1", PublicUrlError::Query),
            ("https://h/a b", PublicUrlError::Path),
        ] {
            assert_eq!(PublicUrl::fixed(url).unwrap_err(), error, "{url}");
        }
    }

    #[test]
    fn logs_show_no_credentials_and_no_query() {
        assert_eq!(for_log("https://a:b@h/x@y?From=1"), "https://h/x@y");
        let url = PublicUrl::fixed("https://user:hidden@h/x").unwrap();
        assert!(!format!("{url:?}").contains("hidden"));
    }

    #[test]
    fn a_fixed_path_takes_only_the_query_from_the_request() {
        let url = PublicUrl::fixed_path("https://h/hooks/sms#rc=2").unwrap();
        let of = |target| {
            let (parts, ()) = http::Request::get(target).body(()).unwrap().into_parts();
            url.of(&parts).unwrap()
        };
        assert_eq!(of("/other?a=%2b"), "https://h/hooks/sms?a=%2b");
        assert_eq!(of("/"), "https://h/hooks/sms");
    }

    fn of(
        url: &PublicUrl,
        peer: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Result<String, SignatureError> {
        let mut request = http::Request::post("/sms?a=b");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        if let Some(peer) = peer {
            parts.extensions.insert(PeerAddr(peer.parse().unwrap()));
        }
        url.of(&parts)
    }

    #[test]
    fn a_direct_request_has_one_plausible_host() {
        let url = PublicUrl::direct(Scheme::Https);
        let host = |headers: &[_]| of(&url, None, headers);
        assert_eq!(
            host(&[("host", "h:8443")]).as_deref(),
            Ok("https://h:8443/sms?a=b")
        );
        for headers in [
            &[][..],
            &[("host", "h"), ("host", "h")],
            &[("host", "h/x")],
            &[("host", "user@h")],
            &[("host", "")],
        ] {
            assert_eq!(
                host(headers),
                Err(SignatureError::MalformedUrl),
                "{headers:?}"
            );
        }
    }

    #[test]
    fn only_listed_hosts_are_served() {
        let url = PublicUrl::direct(Scheme::Http).with_allowed_hosts(["crm.example"]);
        assert!(of(&url, None, &[("host", "CRM.example:8080")]).is_ok());
        assert!(of(&url, None, &[("host", "staging.example")]).is_err());
    }

    #[test]
    fn proxies_are_believed_by_their_address() {
        let proxies = TrustedProxies::new(["10.0.0.0/8".parse().unwrap()]);
        let url = PublicUrl::forwarded(proxies);
        let headers = [
            ("host", "internal:3000"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "crm.example"),
            ("x-forwarded-port", "8443"),
            ("forwarded", "host=evil.example"),
        ];
        let believed = Ok("https://crm.example:8443/sms?a=b");
        assert_eq!(of(&url, Some("10.0.0.5"), &headers).as_deref(), believed);
        assert_eq!(
            of(&url, Some("::ffff:10.0.0.5"), &headers).as_deref(),
            believed
        );
        assert_eq!(
            of(&url, Some("192.0.2.1"), &headers).as_deref(),
            Ok("http://internal:3000/sms?a=b")
        );
        assert_eq!(
            of(&url, None, &headers),
            Err(SignatureError::MissingPeerAddr)
        );
        for malformed in [
            ("x-forwarded-proto", "gopher"),
            ("x-forwarded-host", "a/b"),
            ("x-forwarded-host", ""),
            ("x-forwarded-port", "65536"),
        ] {
            let headers = [("host", "h"), malformed];
            assert_eq!(
                of(&url, Some("10.0.0.5"), &headers),
                Err(SignatureError::MalformedUrl),
                "{malformed:?}"
            );
        }
    }
}
