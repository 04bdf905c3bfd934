//! [`Browser`]: the cookie of a session, and which pages may use it.

use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use crate::{people::SESSION_LASTS, secret::Secret};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// How the pages of this server talk to it.
#[derive(Debug, Clone)]
pub(super) struct Browser {
    /// Scheme, host and port of the pages.
    origin: String,
    is_https: bool,
}

impl Browser {
    /// For pages at this address.
    pub(super) fn new(public_url: &str) -> Self {
        let uri: Uri = public_url.trim().parse().unwrap_or_default();
        let scheme = uri.scheme_str().unwrap_or_default().to_lowercase();
        let host = uri.host().unwrap_or_default().to_lowercase();
        let standard = if scheme == "https" { 443 } else { 80 };
        let port = match uri.port_u16() {
            Some(port) if port != standard => format!(":{port}"),
            _ => String::new(),
        };
        Self {
            is_https: scheme == "https",
            origin: format!("{scheme}://{host}{port}"),
        }
    }

    /// Browsers take a name with this prefix from the host itself only, over https, for all paths; a
    /// neighbour on another subdomain can't set it. They don't take it over plain http, so there, on the
    /// developer's own machine, the name goes without.
    fn cookie_name(&self) -> &'static str {
        if self.is_https { "__Host-crm" } else { "crm" }
    }

    /// The secret of the session, if there is a cookie.
    pub(super) fn secret<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.cookie_name())
            .map(|(_, secret)| secret)
            .filter(|secret| !secret.is_empty())
    }

    /// What gives a browser its cookie.
    pub(super) fn cookie(&self, secret: &Secret) -> HeaderValue {
        self.set_cookie(secret.expose(), SESSION_LASTS.as_secs())
    }

    /// What takes it away.
    pub(super) fn no_cookie(&self) -> HeaderValue {
        self.set_cookie("", 0)
    }

    fn set_cookie(&self, value: &str, max_age: i64) -> HeaderValue {
        let name = self.cookie_name();
        let secure = if self.is_https { "; Secure" } else { "" };
        let cookie =
            format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
        let mut cookie = HeaderValue::try_from(cookie).expect("a secret is of letters and digits");
        cookie.set_sensitive(true);
        cookie
    }

    /// Whether one of our own pages has sent a request: the browser says so, and no script can make it
    /// say so.
    pub(super) fn is_own_page(&self, headers: &HeaderMap) -> bool {
        let one = |name: &HeaderName| {
            let mut values = headers.get_all(name).iter();
            values.next().filter(|_| values.next().is_none())
        };
        one(&SEC_FETCH_SITE).is_some_and(|site| site == "same-origin")
            || one(&header::ORIGIN).is_some_and(|origin| origin == self.origin.as_str())
    }

    /// Whether a page of somebody else's has sent a request. Programs say nothing of pages.
    pub(super) fn is_foreign_page(&self, headers: &HeaderMap) -> bool {
        let is_page = headers.contains_key(header::ORIGIN) || headers.contains_key(SEC_FETCH_SITE);
        is_page && !self.is_own_page(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn the_origin_is_that_of_the_public_url() {
        for (url, origin) in [
            ("https://crm.example.com/", "https://crm.example.com"),
            ("https://CRM.example.com:443/api", "https://crm.example.com"),
            (
                "https://crm.example.com:8443",
                "https://crm.example.com:8443",
            ),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(Browser::new(url).origin, origin);
        }
    }

    #[test]
    fn cookies_are_for_this_host_over_https() {
        let cookie = Browser::new("https://crm.example.com").cookie(&Secret::new("s"));
        assert_eq!(
            cookie,
            "__Host-crm=s; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure"
        );
        assert!(cookie.is_sensitive());
        let cookie = Browser::new("http://localhost:3000").cookie(&Secret::new("s"));
        assert_eq!(
            cookie,
            "crm=s; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000"
        );
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let browser = Browser::new("https://crm.example.com");
        let secret = |cookie| {
            browser
                .secret(&headers(&[("cookie", cookie)]))
                .map(str::to_owned)
        };
        assert_eq!(secret("a=b; __Host-crm=s; c=d").as_deref(), Some("s"));
        assert_eq!(
            secret("crm=s; __host-crm=s; x__Host-crm=s; __Host-crm="),
            None
        );
    }

    #[test]
    fn only_our_own_pages_use_the_cookie() {
        let browser = Browser::new("https://crm.example.com");
        let is_own = |pairs: &[_]| browser.is_own_page(&headers(pairs));
        assert!(is_own(&[("origin", "https://crm.example.com")]));
        assert!(is_own(&[("sec-fetch-site", "same-origin")]));
        for foreign in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "http://crm.example.com")],
            &[("origin", "https://crm.example.com.evil.example")],
            &[("origin", "https://evil.example")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "none")],
            &[
                ("origin", "https://crm.example.com"),
                ("origin", "https://evil.example"),
            ],
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in foreign {
                map.append(*name, HeaderValue::from_static(value));
            }
            assert!(!browser.is_own_page(&map), "{foreign:?}");
        }
    }
}
