//! [`Target`]: what is asked, and how.

use std::fmt;

use crate::twiml::HttpMethod;

/// An absolute URL and the method to ask it with.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::testing) struct Target {
    pub(in crate::testing) url: String,
    pub(in crate::testing) method: HttpMethod,
}

impl Target {
    pub(in crate::testing) fn new(url: impl Into<String>, method: HttpMethod) -> Self {
        Self {
            url: url.into(),
            method,
        }
    }

    /// What a URL in a document of this target means; nothing, or an empty one, is the document's
    /// own.
    pub(in crate::testing) fn join(
        &self,
        reference: Option<&str>,
        method: Option<HttpMethod>,
    ) -> Self {
        let reference = reference.unwrap_or_default().trim();
        Self::new(
            resolve(&self.url, reference),
            method.unwrap_or(HttpMethod::Post),
        )
    }

    /// The URL without the connection overrides, which Twilio keeps to itself.
    pub(in crate::testing) fn without_fragment(&self) -> &str {
        self.url.split('#').next().unwrap_or_default()
    }

    /// Scheme and host, in small letters.
    pub(in crate::testing) fn origin(&self) -> String {
        let (scheme, authority, _) = split(&self.url);
        let host = authority.rsplit('@').next().unwrap_or_default();
        format!("{scheme}://{host}").to_ascii_lowercase()
    }

    /// What stands after the host.
    pub(in crate::testing) fn path_and_query(&self) -> &str {
        match split(self.without_fragment()).2 {
            "" => "/",
            rest => rest,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path_and_query())
    }
}

/// The scheme, the host with all that belongs to it, and the rest.
fn split(url: &str) -> (&str, &str, &str) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    (scheme, authority, path)
}

/// The reference as seen from the base, as of RFC 3986, section 5.2.
fn resolve(base: &str, reference: &str) -> String {
    let base = base.split('#').next().unwrap_or_default();
    let (scheme, authority, path_and_query) = split(base);
    let path = path_and_query.split('?').next().unwrap_or_default();
    if has_scheme(reference) {
        reference.to_owned()
    } else if reference.is_empty() {
        base.to_owned()
    } else if reference.starts_with("//") {
        format!("{scheme}:{reference}")
    } else if reference.starts_with(['?', '#']) {
        let before = if reference.starts_with('?') {
            path
        } else {
            path_and_query
        };
        format!("{scheme}://{authority}{before}{reference}")
    } else if reference.starts_with('/') {
        format!("{scheme}://{authority}{}", without_dots(reference))
    } else {
        let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
        let path = without_dots(&format!("{folder}{reference}"));
        format!("{scheme}://{authority}{path}")
    }
}

fn has_scheme(reference: &str) -> bool {
    reference.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

/// The path, which begins with a slash, without `.` and `..`.
fn without_dots(reference: &str) -> String {
    let end = reference.find(['?', '#']).unwrap_or(reference.len());
    let (path, rest) = reference.split_at(end);
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
        if last && matches!(segment, "." | "..") {
            kept.push("");
        }
    }
    format!("/{}{rest}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_against_the_current_document() {
        let base = "https://h.example:8443/voice/menu/main?step=2#rc=3";
        for (reference, expected) in [
            ("", "https://h.example:8443/voice/menu/main?step=2"),
            ("/sales", "https://h.example:8443/sales"),
            (
                "sales?a=1/2",
                "https://h.example:8443/voice/menu/sales?a=1/2",
            ),
            ("../sales", "https://h.example:8443/voice/sales"),
            ("../../../sales", "https://h.example:8443/sales"),
            ("./sales/.", "https://h.example:8443/voice/menu/sales/"),
            ("..", "https://h.example:8443/voice/"),
            ("?step=3", "https://h.example:8443/voice/menu/main?step=3"),
            ("//other.example/x", "https://other.example/x"),
            ("http://other.example/x", "http://other.example/x"),
        ] {
            assert_eq!(resolve(base, reference), expected, "{reference}");
        }
        assert_eq!(resolve("https://h.example", "a"), "https://h.example/a");
        assert_eq!(
            resolve("https://h.example", "?a=b"),
            "https://h.example?a=b"
        );
    }

    #[test]
    fn origin_and_path_are_told_apart() {
        let target = Target::new("https://me:pw@H.example/a?b#e=dublin", HttpMethod::Get);
        assert_eq!(target.origin(), "https://h.example");
        assert_eq!(target.to_string(), "GET /a?b");
        assert_eq!(
            Target::new("https://h.example", HttpMethod::Post).to_string(),
            "POST /"
        );
    }
}
