//! [`Cause`] and [`Diagnosis`]: what was found, in words.

use std::fmt;

use crate::AccountSid;

/// A mistake that makes a genuine request fail the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Twilio signed `https` and the server takes it for `http`, or the other way round; or it
    /// signed `wss` and the request does not look like an upgrade any more.
    Scheme,
    /// Twilio called another host name than the one the server sees.
    Host,
    /// Twilio called another port than the one the server sees.
    Port,
    /// The path differs: a proxy or a router took a prefix off, put one on, or rewrote it.
    Path,
    /// A slash at the end of the path was added or removed.
    TrailingSlash,
    /// The query string was dropped, added or replaced.
    Query,
    /// The query string was decoded and encoded anew, in another way.
    QueryEncoding,
    /// The key of another account signed: a subaccount's, or the main one's.
    OtherAccount,
    /// A [retired token](super::Diagnose::retired_tokens) signed.
    RetiredToken,
    /// A shared key signed where an auth token was expected, or the other way round, or another
    /// shared key.
    SharedKey,
    /// Blanks at the ends of values were cut off.
    TrimmedValues,
    /// Parameters with empty values were dropped, or put in.
    EmptyValues,
    /// The form was decoded or encoded once too often, or in another character set.
    FormEncoding,
    /// Values of a repeated name were joined into one.
    RepeatedNames,
    /// The parameters of the query string were put into the form as well.
    QueryInForm,
    /// The form is no part of the signature: the request was sent without one.
    FormNotSigned,
    /// The body is a signed form, and the content type says something else.
    ContentType,
    /// The URL fits, and the body is not the one whose hash it carries: it was changed on the way,
    /// most likely read as JSON and written again.
    BodyChanged,
    /// None of the above.
    Unknown,
}

impl Cause {
    /// A short name that stays the same between versions, for logs and metrics.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Scheme => "scheme",
            Self::Host => "host",
            Self::Port => "port",
            Self::Path => "path",
            Self::TrailingSlash => "trailing-slash",
            Self::Query => "query",
            Self::QueryEncoding => "query-encoding",
            Self::OtherAccount => "other-account",
            Self::RetiredToken => "retired-token",
            Self::SharedKey => "shared-key",
            Self::TrimmedValues => "trimmed-values",
            Self::EmptyValues => "empty-values",
            Self::FormEncoding => "form-encoding",
            Self::RepeatedNames => "repeated-names",
            Self::QueryInForm => "query-in-form",
            Self::FormNotSigned => "form-not-signed",
            Self::ContentType => "content-type",
            Self::BodyChanged => "body-changed",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it is in what is shown of URLs.
    fn is_of_url(self) -> bool {
        matches!(
            self,
            Self::Scheme | Self::Host | Self::Port | Self::Path | Self::TrailingSlash
        )
    }

    /// What happened, as half a sentence.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Scheme => "the scheme of the URL differs",
            Self::Host => "the host of the URL differs",
            Self::Port => "the port of the URL differs",
            Self::Path => "the path of the URL differs",
            Self::TrailingSlash => "the path has or lacks a slash at its end",
            Self::Query => "the query string was dropped, added or replaced on the way",
            Self::QueryEncoding => "the query string was encoded anew on the way",
            Self::OtherAccount => "the key of another account signed",
            Self::RetiredToken => "a retired auth token signed",
            Self::SharedKey => "another kind of key signed than the request says",
            Self::TrimmedValues => "blanks were cut off the values",
            Self::EmptyValues => "parameters with empty values were dropped or put in",
            Self::FormEncoding => "the form was decoded or encoded once too often",
            Self::RepeatedNames => "the values of a repeated name were joined",
            Self::QueryInForm => "the parameters of the query string were put into the form",
            Self::FormNotSigned => "the request was signed without its form",
            Self::ContentType => "the body is a signed form with another content type",
            Self::BodyChanged => "the URL fits, but the body is not the one that Twilio sent",
            Self::Unknown => {
                "none of the usual mistakes was made, so the auth token is most likely another one"
            }
        }
    }

    /// What to do about it, as half a sentence.
    #[must_use]
    pub fn fix(self) -> &'static str {
        match self {
            Self::Scheme => {
                "set the public URL to the one that Twilio calls, or trust the proxy that ends TLS"
            }
            Self::Host => {
                "set the public URL to the one that Twilio calls, or trust the proxy that knows \
                 the host"
            }
            Self::Port => "write the port into the public URL as Twilio calls it",
            Self::Path => {
                "put what the proxy takes off the path into the public URL, or give the layer the \
                 original RequestTarget"
            }
            Self::TrailingSlash => {
                "configure the URL at Twilio as the server sees it, and turn off what adds or \
                 removes the slash"
            }
            Self::Query => "let the proxy pass the query string on as it is",
            Self::QueryEncoding => {
                "let nothing on the way decode the URL, and check the target as it came"
            }
            Self::OtherAccount => {
                "add the account with a token of its own, and check which account the number or \
                 the resource belongs to"
            }
            Self::RetiredToken => {
                "promote the new token at Twilio, or list the old one until that is done"
            }
            Self::SharedKey => {
                "compare the shared keys with the webhook configuration at Twilio, and let proxies \
                 pass X-Twilio-Webhooks-Signature-Settings on"
            }
            Self::TrimmedValues | Self::EmptyValues | Self::FormEncoding | Self::RepeatedNames => {
                "check the raw body, before anything parses or rewrites it"
            }
            Self::QueryInForm => "check the body alone; the query string is signed with the URL",
            Self::FormNotSigned => "look for what turns a GET into a POST or adds a body",
            Self::ContentType => "pass the header on as it came: application/x-www-form-urlencoded",
            Self::BodyChanged => "check and pass on the raw bytes, before anything parses them",
            Self::Unknown => {
                "compare the primary token of the account that owns the number (a subaccount has \
                 its own, a region too, and API keys sign nothing), then the public URL letter by \
                 letter, then whether anything reads or rewrites the body"
            }
        }
    }
}

/// Why a request fails the check, as far as it could be found out.
///
/// Shown, it is a sentence that says what happened and what to do. It holds nothing secret and
/// nothing personal: no token, no signature, no parameter, no query string.
///
/// # Examples
/// ```
/// use http::Response;
/// use twilio_hooks::signature::{Cause, Diagnosis};
///
/// /// Counts refusals outside of the layer.
/// fn cause_of<B>(response: &Response<B>) -> Option<Cause> {
///     response.extensions().get().map(Diagnosis::cause)
/// }
/// # assert_eq!(cause_of(&Response::new(())), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// At least one.
    pub(super) causes: Vec<Cause>,
    /// Without credentials and query string.
    pub(super) seen_url: Box<str>,
    pub(super) signed_url: Box<str>,
    pub(super) account_sid: Option<AccountSid>,
    pub(super) hashes: usize,
}

impl Diagnosis {
    /// The mistake that was made; the first one if there are several.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.causes.first().copied().unwrap_or(Cause::Unknown)
    }

    /// All mistakes that were made together.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// The URL that was checked, without credentials and query string.
    #[must_use]
    pub fn seen_url(&self) -> &str {
        &self.seen_url
    }

    /// The URL that Twilio signed, without credentials and query string, if it was found out.
    #[must_use]
    pub fn signed_url(&self) -> Option<&str> {
        (self.cause() != Cause::Unknown).then_some(&*self.signed_url)
    }

    /// The configured account whose key signed, if that is [the mistake](Cause::OtherAccount).
    #[must_use]
    pub fn account_sid(&self) -> Option<&AccountSid> {
        self.account_sid.as_ref()
    }

    /// How many signatures were computed to find out.
    #[must_use]
    pub fn hashes(&self) -> usize {
        self.hashes
    }

    fn fix_of(&self, cause: Cause) -> &'static str {
        match cause {
            Cause::Scheme if self.signed_url.starts_with("ws") => {
                "let the proxy pass the Upgrade and Connection headers on"
            }
            cause => cause.fix(),
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seen, signed) = (&self.seen_url, &self.signed_url);
        if seen == signed {
            write!(f, "At {seen}")?;
        } else {
            write!(f, "Your server sees {seen}, but Twilio signed {signed}")?;
        }
        // What the URLs show needs no words.
        let told = |cause: &Cause| seen != signed && cause.is_of_url();
        let mut separator = if seen == signed { ", " } else { "; " };
        for cause in self.causes.iter().filter(|cause| !told(cause)) {
            write!(f, "{separator}{}", cause.explanation())?;
            separator = ", and ";
        }
        if self.causes.len() > 1 && self.causes.iter().all(|cause| cause.is_of_url()) {
            return f.write_str(
                ": set the public URL to the one that Twilio calls, or trust the proxy that knows \
                 it.",
            );
        }
        let mut fixes: Vec<&str> = Vec::new();
        for cause in &self.causes {
            let fix = self.fix_of(*cause);
            if !fixes.contains(&fix) {
                fixes.push(fix);
            }
        }
        write!(f, ": {}.", fixes.join("; "))
    }
}
