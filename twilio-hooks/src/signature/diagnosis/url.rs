//! What may have happened to a URL.

use super::{Cause, Diagnose};
use crate::{
    Params,
    signature::{public_url::split_host, spelling::UrlParts},
};

/// A part of the URL that is as Twilio signed it, in place of the one that was received.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) cause: Cause,
    pub(super) part: Part,
}

#[derive(Debug, Clone)]
pub(super) enum Part {
    Scheme(&'static str),
    /// Host, and port with its colon.
    Authority(String, String),
    Path(String),
    /// With the question mark, or empty.
    Query(String),
    /// Path and query.
    Target(String, String),
}

impl Change {
    pub(super) fn apply<'a>(&'a self, url: UrlParts<'a>) -> UrlParts<'a> {
        match &self.part {
            Part::Scheme(scheme) => UrlParts { scheme, ..url },
            Part::Authority(host, port) => UrlParts { host, port, ..url },
            Part::Path(path) => UrlParts { path, ..url },
            Part::Query(query) => UrlParts { query, ..url },
            Part::Target(path, query) => UrlParts { path, query, ..url },
        }
    }

    /// Changes of the same place exclude each other.
    pub(super) fn place(&self) -> u8 {
        match self.part {
            Part::Scheme(_) => 0,
            Part::Authority(..) => 1,
            Part::Path(_) | Part::Query(_) | Part::Target(..) => 2,
        }
    }
}

/// Every single change that is worth a try, likely ones first.
pub(super) fn changes(url: &UrlParts<'_>, candidates: &Diagnose) -> Vec<Change> {
    let schemes = ["https", "http", "wss", "ws"];
    let mut changes: Vec<Change> = schemes
        .into_iter()
        .filter(|scheme| !url.scheme.eq_ignore_ascii_case(scheme))
        .map(|scheme| Change {
            cause: Cause::Scheme,
            part: Part::Scheme(scheme),
        })
        .collect();
    let mut add = |cause, part| changes.push(Change { cause, part });

    for host in &candidates.hosts {
        let Some((name, port)) = split_host(host) else {
            continue;
        };
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        let same_name = name.eq_ignore_ascii_case(url.host);
        let cause = if same_name { Cause::Port } else { Cause::Host };
        if !same_name || port != url.port {
            add(cause, Part::Authority(name.to_owned(), port.clone()));
        }
        if !same_name && port.is_empty() && !url.port.is_empty() {
            add(cause, Part::Authority(name.to_owned(), url.port.to_owned()));
        }
    }

    for prefix in &candidates.prefixes {
        add(Cause::Path, Part::Path([prefix, url.path].concat()));
        let rest = url.path.strip_prefix(prefix.as_str());
        if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            add(Cause::Path, Part::Path(rest.to_owned()));
        }
    }
    for target in &candidates.targets {
        let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
        if (path, query) != (url.path, url.query) {
            let cause = if path == url.path {
                Cause::Query
            } else {
                Cause::Path
            };
            add(cause, Part::Target(path.to_owned(), query.to_owned()));
        }
    }
    add(
        Cause::TrailingSlash,
        Part::Path(match url.path.strip_suffix('/') {
            Some(path) => path.to_owned(),
            None => format!("{}/", url.path),
        }),
    );

    for query in encodings(url.query) {
        add(Cause::QueryEncoding, Part::Query(query));
    }
    if !url.query.is_empty() {
        add(Cause::Query, Part::Query(String::new()));
    }
    changes
}

/// The query string in the ways that libraries write it.
fn encodings(received: &str) -> Vec<String> {
    let Some(query) = received.strip_prefix('?').filter(|query| !query.is_empty()) else {
        return Vec::new();
    };
    let params = Params::from_form(query.as_bytes());
    let decoded: Option<Vec<String>> = params
        .iter_bytes()
        .map(|(name, value)| {
            let (name, value) = (str::from_utf8(name).ok()?, str::from_utf8(value).ok()?);
            Some(format!("{name}={value}"))
        })
        .collect();
    let mut encodings = vec![
        params.to_form(),
        params.to_form().replace('+', "%20"),
        query.replace('+', "%20"),
        query.replace("%20", "+"),
        with_escapes(query, u8::to_ascii_uppercase),
        with_escapes(query, u8::to_ascii_lowercase),
    ];
    encodings.extend(decoded.map(|pairs| pairs.join("&")));
    encodings.retain(|encoding| encoding != query);
    encodings.sort_unstable();
    encodings.dedup();
    encodings.iter().map(|query| format!("?{query}")).collect()
}

/// With the digits of `%2f` in the given letter case.
fn with_escapes(query: &str, letter_case: fn(&u8) -> u8) -> String {
    let mut digits = 0;
    query
        .chars()
        .map(|character| {
            if character == '%' {
                digits = 2;
                return character;
            }
            if digits == 0 || !character.is_ascii() {
                digits = 0;
                return character;
            }
            digits -= 1;
            char::from(letter_case(&(character as u8)))
        })
        .collect()
}
