//! Why a genuine request was refused: tries the usual mistakes and names the one that fits.

mod cause;
mod form;
mod known_keys;
mod rate_limit;
mod search;
mod url;

use http::{HeaderMap, request::Parts};

pub use self::cause::{Cause, Diagnosis};
pub(super) use self::{known_keys::KnownKeys, rate_limit::RateLimit};
use super::{
    AuthTokens, PublicUrl, RequestTarget, RequestView, SignatureError, SignatureScheme, SigningKey,
    public_url::split_host,
    trusted_proxies::{forwarded_pairs, split_quoted},
};

/// Finds out why a request fails the check, by making the usual mistakes backwards.
///
/// Nearly every refusal of a genuine request has one of a few causes: a proxy changed the URL, a
/// framework changed the body, or the token is that of another account. If a signature fits once
/// such a change is undone, that was it. It knows the causes of [`Cause`], each by itself, then two
/// or three of those of the URL together.
///
/// What it finds is a hint for people. It accepts nothing: there is no way from a [`Diagnosis`] to
/// a [`Verified`](super::Verified).
///
/// # Cost
/// Whoever sends requests can make it work, so the work is bounded: at most
/// [`MAX_HASHES`](Self::MAX_HASHES) signatures over [`MAX_BYTES`](Self::MAX_BYTES) bytes altogether,
/// which takes one or two milliseconds; forms above 128 KiB are not looked into. A layer looks into
/// [ten refusals a second](Self::with_rate_limit) and leaves the others alone.
///
/// # Examples
/// A proxy ends TLS, and the program was not told:
/// ```
/// use twilio_hooks::{Params, signature::{AuthTokens, Cause, Diagnose, RequestView, SigningKey}};
///
/// let tokens = AuthTokens::single("AC000000000000000000000000000000a1", "12345");
/// let key = SigningKey::auth_token("12345".to_owned()).expect("a token");
/// let signature = key.sign("https://crm.example.com/sms", &Params::default());
///
/// let request = RequestView::new("http://crm.example.com/sms", signature.as_bytes());
/// let diagnosis = Diagnose::new().diagnose(&request, &tokens).expect("it fails");
/// assert_eq!(diagnosis.cause(), Cause::Scheme);
/// assert_eq!(
///     diagnosis.to_string(),
///     "Your server sees http://crm.example.com/sms, but Twilio signed \
///      https://crm.example.com/sms: set the public URL to the one that Twilio calls, or trust the \
///      proxy that ends TLS."
/// );
/// ```
#[derive(Debug, Clone)]
pub struct Diagnose {
    hosts: Vec<String>,
    prefixes: Vec<String>,
    /// Paths with their query strings, as others remember them.
    targets: Vec<String>,
    retired: Vec<SigningKey>,
    scheme: SignatureScheme,
    rate_limit: u32,
}

/// How many hosts, and how many prefixes, are tried.
const MAX_CANDIDATES: usize = 8;

impl Default for Diagnose {
    fn default() -> Self {
        Self::new()
    }
}

impl Diagnose {
    /// The most signatures that are computed for one diagnosis.
    pub const MAX_HASHES: usize = 600;

    /// The most bytes that are hashed for one diagnosis: 1 MiB.
    pub const MAX_BYTES: usize = 1024 * 1024;

    /// How many diagnoses a layer makes in a second, unless another number is set: 10.
    pub const DEFAULT_RATE_LIMIT: u32 = 10;

    /// Tries what the request itself suggests.
    #[must_use]
    pub fn new() -> Self {
        Self {
            hosts: Vec::new(),
            prefixes: Vec::new(),
            targets: Vec::new(),
            retired: Vec::new(),
            scheme: SignatureScheme::new(),
            rate_limit: Self::DEFAULT_RATE_LIMIT,
        }
    }

    /// Adds names under which the program is or was reachable, with a port if there is one:
    /// `crm.example.com`, `tunnel.example:8443`. The first eight count, those that headers name
    /// included.
    #[must_use]
    pub fn hosts<H: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        for host in hosts {
            self.add_host(host.as_ref());
        }
        self
    }

    /// Adds path prefixes that a proxy may take off or put on: `/api`. The first eight count.
    ///
    /// The path of the configured public URL and `X-Forwarded-Prefix` are tried anyway.
    #[must_use]
    pub fn prefixes<P: AsRef<str>>(mut self, prefixes: impl IntoIterator<Item = P>) -> Self {
        for prefix in prefixes {
            self.add_prefix(prefix.as_ref());
        }
        self
    }

    /// Adds auth tokens that count no longer, to tell a rotation that went wrong.
    #[must_use]
    pub fn retired_tokens<T: Into<String>>(mut self, tokens: impl IntoIterator<Item = T>) -> Self {
        let keys = tokens.into_iter().map(Into::into);
        self.retired.extend(keys.filter_map(SigningKey::auth_token));
        self
    }

    /// Adds what headers say about the URL: `Host`, `X-Forwarded-Host`, `X-Forwarded-Port`,
    /// `X-Forwarded-Prefix`, `Forwarded`, `X-Original-URI` and its like.
    ///
    /// Whether they can be trusted does not matter here. A layer does this by itself.
    #[must_use]
    pub fn headers(mut self, headers: &HeaderMap) -> Self {
        let elements = |name| {
            let fields = headers.get_all(name).iter();
            fields
                .filter_map(|field| field.to_str().ok())
                .flat_map(|field| split_quoted(field, b',').map(str::trim))
                .take(MAX_CANDIDATES)
        };
        for name in ["x-forwarded-host", "host", "x-original-host"] {
            elements(name).for_each(|host| self.add_host(host));
        }
        for element in elements("forwarded") {
            if let Some([_, Some(host)]) = forwarded_pairs(element) {
                self.add_host(&host);
            }
        }
        for port in elements("x-forwarded-port") {
            for host in self.hosts.clone() {
                self.add_host(&format!("{host}:{port}"));
            }
        }
        elements("x-forwarded-prefix").for_each(|prefix| self.add_prefix(prefix));
        for name in [
            "x-original-uri",
            "x-original-url",
            "x-envoy-original-path",
            "x-forwarded-uri",
        ] {
            // A comma may be part of it.
            if let Some(Ok(target)) = headers.get(name).map(|field| field.to_str()) {
                self.add_target(target);
            }
        }
        self
    }

    /// Which spellings of each URL are tried.
    #[must_use]
    pub fn with_scheme(mut self, scheme: SignatureScheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// How many diagnoses a layer makes in a second; the other refusals of that second have none.
    #[must_use]
    pub fn with_rate_limit(mut self, per_second: u32) -> Self {
        self.rate_limit = per_second;
        self
    }

    /// Looks for the cause of a failing check.
    ///
    /// `None` if the request passes the check, or if it fails for a reason that needs no diagnosis:
    /// the header is missing, there is no key at all.
    #[must_use]
    pub fn diagnose(&self, request: &RequestView<'_>, tokens: &AuthTokens) -> Option<Diagnosis> {
        let error = self.scheme.verify(request, tokens).err()?;
        Self::can_tell(error).then(|| self.find(request, error, &KnownKeys::of_tokens(tokens)))
    }

    /// Whether there is anything to find out about such a failure.
    pub(super) fn can_tell(error: SignatureError) -> bool {
        matches!(
            error,
            SignatureError::Mismatch
                | SignatureError::BodyHash
                | SignatureError::UncoveredBody
                | SignatureError::UnknownAccount
                | SignatureError::UnknownSharedKey
        )
    }

    pub(super) fn rate_limit(&self) -> u32 {
        self.rate_limit
    }

    /// Adds what a request and the configured URL suggest.
    pub(super) fn request(mut self, parts: &Parts, public_url: &PublicUrl) -> Self {
        if let Some(url) = public_url.configured()
            && let Some(parts) = super::spelling::UrlParts::split(url)
        {
            self.add_host(&[parts.host, parts.port].concat());
            self.add_prefix(parts.path);
        }
        for host in public_url.allowed_hosts() {
            self.add_host(host);
        }
        let mut found = self.headers(&parts.headers);
        if let Some(authority) = parts.uri.authority() {
            found.add_host(authority.as_str());
        }
        // As it came, and as a router left it.
        let target = parts.extensions.get().map(|RequestTarget(target)| target);
        for uri in [Some(&parts.uri), target].into_iter().flatten() {
            if let Some(target) = uri.path_and_query() {
                found.add_target(target.as_str());
            }
        }
        found
    }

    fn add_host(&mut self, host: &str) {
        let known = self
            .hosts
            .iter()
            .any(|known| known.eq_ignore_ascii_case(host));
        if self.hosts.len() < MAX_CANDIDATES && !known && split_host(host).is_some() {
            self.hosts.push(host.to_owned());
        }
    }

    fn add_prefix(&mut self, prefix: &str) {
        let prefix = prefix.trim_matches('/');
        let graphic = prefix.bytes().all(|byte| byte.is_ascii_graphic());
        if self.prefixes.len() >= MAX_CANDIDATES || prefix.is_empty() || !graphic {
            return;
        }
        let prefix = format!("/{prefix}");
        if !prefix.contains(['?', '#']) && !self.prefixes.contains(&prefix) {
            self.prefixes.push(prefix);
        }
    }

    fn add_target(&mut self, target: &str) {
        let graphic = target.bytes().all(|byte| byte.is_ascii_graphic());
        if target.starts_with('/') && graphic && !self.targets.iter().any(|known| known == target) {
            self.targets.push(target.to_owned());
            self.targets.truncate(MAX_CANDIDATES);
        }
    }
}
