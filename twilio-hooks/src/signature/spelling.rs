//! The ways one URL may have been written when it was signed.

use std::{borrow::Cow, fmt::Write as _};

use crate::Params;

/// A URL up to its query string, in pieces whose concatenation it is.
pub(super) type Pieces<'a> = [&'a str; 7];

/// A URL cut into the parts that Twilio's services write in different ways.
///
/// This is plain cutting of text. Nothing is decoded, folded or resolved, so what is checked is
/// what was requested.
#[derive(Debug, Clone, Copy)]
pub(super) struct UrlParts<'a> {
    pub(super) scheme: &'a str,
    /// With the `@`, or empty.
    pub(super) userinfo: &'a str,
    pub(super) host: &'a str,
    /// With the colon, or empty.
    pub(super) port: &'a str,
    pub(super) path: &'a str,
    /// With the question mark, or empty.
    pub(super) query: &'a str,
}

impl<'a> UrlParts<'a> {
    /// Cuts a URL without fragment; `None` if it has no scheme and host.
    pub(super) fn split(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (rest, query) = split_before(rest, '?');
        let (authority, path) = split_before(rest, '/');
        let (userinfo, host) = match authority.rfind('@') {
            Some(at) => authority.split_at(at + 1),
            None => ("", authority),
        };
        let port = host
            .rfind(':')
            .filter(|&colon| host[colon + 1..].bytes().all(|byte| byte.is_ascii_digit()))
            // The last colon of an IPv6 literal is one of the address.
            .filter(|&colon| !host[colon..].contains(']'))
            .unwrap_or(host.len());
        let (host, port) = host.split_at(port);
        Some(Self {
            scheme,
            userinfo,
            host,
            port,
            path,
            query,
        })
    }

    /// Replaces the scheme as an upgrade to a WebSocket does.
    pub(super) fn for_upgrade(self) -> Self {
        Self {
            scheme: websocket_scheme(self.scheme),
            ..self
        }
    }

    /// The URL as a whole.
    pub(super) fn text(&self) -> String {
        let Self {
            scheme,
            userinfo,
            host,
            port,
            path,
            query,
        } = self;
        [scheme, "://", userinfo, host, port, path, query].concat()
    }

    /// Every spelling of what comes before the query string; the one that was received is first.
    pub(super) fn spellings(&self, upgrade: bool, compat: bool) -> Vec<Pieces<'a>> {
        let no_userinfo = (compat && !self.userinfo.is_empty()).then_some("");
        let other_port = match self.port {
            "" => standard_port(self.scheme),
            _ => Some(""),
        };
        let other_path = match self.path {
            "" if compat || upgrade => Some(("", "/")),
            "/" if compat => Some(("", "")),
            path if upgrade && !path.ends_with('/') => Some((path, "/")),
            _ => None,
        };

        let mut spellings = Vec::with_capacity(8);
        for userinfo in [Some(self.userinfo), no_userinfo].into_iter().flatten() {
            for port in [Some(self.port), other_port].into_iter().flatten() {
                for (path, slash) in [Some((self.path, "")), other_path].into_iter().flatten() {
                    spellings.push([self.scheme, "://", userinfo, self.host, port, path, slash]);
                }
            }
        }
        spellings
    }

    /// The query string as an old encoder of Twilio would have written it, if that is different.
    ///
    /// It decodes to the same names and values, so nothing can hide behind it.
    pub(super) fn reencoded_query(&self) -> Option<Cow<'a, str>> {
        let query = self.query.strip_prefix('?').filter(|q| !q.is_empty())?;
        let mut text = String::with_capacity(self.query.len() + 8);
        for (name, value) in Params::from_form(query.as_bytes()).iter_bytes() {
            text.push(if text.is_empty() { '?' } else { '&' });
            encode_into(&mut text, name);
            text.push('=');
            encode_into(&mut text, value);
        }
        (text != self.query).then_some(Cow::Owned(text))
    }
}

/// `wss` for `https`, `ws` for `http`, and anything else as it is.
pub(super) fn websocket_scheme(scheme: &str) -> &str {
    if scheme.eq_ignore_ascii_case("https") {
        "wss"
    } else if scheme.eq_ignore_ascii_case("http") {
        "ws"
    } else {
        scheme
    }
}

fn standard_port(scheme: &str) -> Option<&'static str> {
    let is = |names: [&str; 2]| names.iter().any(|name| scheme.eq_ignore_ascii_case(name));
    if is(["https", "wss"]) {
        Some(":443")
    } else if is(["http", "ws"]) {
        Some(":80")
    } else {
        None
    }
}

fn split_before(text: &str, separator: char) -> (&str, &str) {
    text.split_at(text.find(separator).unwrap_or(text.len()))
}

fn encode_into(text: &mut String, bytes: &[u8]) {
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => text.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => {
                text.push(char::from(byte));
            }
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(url: &str, upgrade: bool, compat: bool) -> Vec<String> {
        UrlParts::split(url)
            .unwrap()
            .spellings(upgrade, compat)
            .iter()
            .map(|pieces| pieces.concat())
            .collect()
    }

    #[test]
    fn a_port_is_dropped_or_the_standard_one_added() {
        assert_eq!(
            all("https://h:8443/a?b", false, true),
            ["https://h:8443/a", "https://h/a"]
        );
        assert_eq!(
            all("http://[2001:db8::7]/a", false, true),
            ["http://[2001:db8::7]/a", "http://[2001:db8::7]:80/a"]
        );
        assert_eq!(
            all("https://[2001:db8::7]:8443/a", false, true),
            ["https://[2001:db8::7]:8443/a", "https://[2001:db8::7]/a"]
        );
    }

    #[test]
    fn only_the_root_and_upgrades_play_with_the_last_slash() {
        assert_eq!(all("https://h:1/a/", false, true).len(), 2);
        assert_eq!(
            all("https://h:1", false, true),
            ["https://h:1", "https://h:1/", "https://h", "https://h/"]
        );
        assert_eq!(
            all("wss://h:1/a", true, false),
            ["wss://h:1/a", "wss://h:1/a/", "wss://h/a", "wss://h/a/"]
        );
    }

    #[test]
    fn credentials_are_dropped_only_for_compatibility() {
        assert_eq!(all("https://a:b@h/x", false, false).len(), 2);
        assert_eq!(all("https://a:b@h/x", false, true).len(), 4);
        assert_eq!(all("https://a@b@h/x", false, true)[2], "https://h/x");
    }

    proptest! {
        #[test]
        fn the_first_spelling_is_the_url_and_no_two_are_equal(
            url in "[a-z]{0,5}(://)?[a-z:@/?\\[\\]0-9é]{0,20}", upgrade: bool, compat: bool
        ) {
            if let Some(parts) = UrlParts::split(&url) {
                let mut spellings = all(&url, upgrade, compat);
                prop_assert_eq!(format!("{}{}", spellings[0], parts.query), url);
                let count = spellings.len();
                spellings.sort();
                spellings.dedup();
                prop_assert_eq!(spellings.len(), count);
            }
        }
    }
}
