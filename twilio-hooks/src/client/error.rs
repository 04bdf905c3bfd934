//! [`ClientError`]: why a call of the API failed.

use std::{error::Error, fmt, time::Duration};

use http::StatusCode;

use crate::{BoxError, ErrorCode};

/// Why a call of Twilio's REST API failed.
///
/// Neither `Display` nor `Debug` contains what Twilio wrote about it, because that text quotes phone
/// numbers; [`message`](Self::message) gives it. The transport's own error is the
/// [`source`](Error::source).
///
/// # Examples
/// ```
/// use twilio_hooks::client::{ClientError, ClientErrorKind};
///
/// fn told_to_operator(error: &ClientError) -> &'static str {
///     match error.kind() {
///         ClientErrorKind::Api { code: Some(21610), .. } => "the recipient has opted out",
///         ClientErrorKind::Api { .. } => "Twilio refused it",
///         _ if error.outcome_is_unknown() => "it may have been sent: look before you repeat it",
///         _ => "not sent, try again",
///     }
/// }
/// ```
pub struct ClientError(Box<Details>);

/// Kinds of [`ClientError`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientErrorKind {
    /// No answer came: the connection could not be made, or broke.
    Transport {
        /// Whether Twilio may have got the request. `false` means that it has surely not.
        may_have_been_received: bool,
    },
    /// A time limit passed.
    Timeout {
        /// Whether Twilio may have got the request. `false` means that it has surely not.
        may_have_been_received: bool,
    },
    /// Twilio answered with an error.
    Api {
        /// The HTTP status.
        status: StatusCode,
        /// [Twilio's error code](https://www.twilio.com/docs/api/errors), if the answer had one.
        code: Option<u32>,
    },
    /// Twilio's answer was not what is documented: no JSON, or a required field is missing.
    Decode,
    /// The answer was longer than the limit.
    TooLarge,
    /// The redirect of a recording or of media led to a place that is not trusted.
    Redirect,
    /// The request could not be built, because a SID, a range or a URL is not one. Nothing was sent.
    InvalidRequest,
}

struct Details {
    kind: ClientErrorKind,
    message: Option<Box<str>>,
    more_info: Option<Box<str>>,
    retry_after: Option<Duration>,
    /// Why, in words that hold nothing personal.
    reason: Option<&'static str>,
    attempts: u32,
    changes_something: bool,
    earlier_is_unknown: bool,
    source: Option<BoxError>,
}

impl ClientError {
    /// Which kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> &ClientErrorKind {
        &self.0.kind
    }

    /// The HTTP status, if Twilio answered with an error.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self.kind() {
            ClientErrorKind::Api { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Twilio's error code, if its answer had one.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        match self.kind() {
            ClientErrorKind::Api { code, .. } => *code,
            _ => None,
        }
    }

    /// What to do about it, in one sentence, if the [code](Self::code) is a common one.
    ///
    /// [`ErrorCode`] has the meaning, too.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        ErrorCode::from(self.code()?).advice()
    }

    /// What Twilio wrote about the error. It often quotes phone numbers: don't log it where those
    /// must not be.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Twilio's page about the error.
    #[must_use]
    pub fn more_info(&self) -> Option<&str> {
        self.0.more_info.as_deref()
    }

    /// How long Twilio asked to wait, if it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many times the request was tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether something may have been changed at Twilio although the call failed: the request
    /// changes something, and one of its attempts broke after it may have arrived, or was answered
    /// with a 5xx.
    ///
    /// Such a request is not repeated, as the same message could be sent twice. Look (list the
    /// messages to the recipient, for example) before you repeat it.
    #[must_use]
    pub fn outcome_is_unknown(&self) -> bool {
        self.0.earlier_is_unknown
            || self.0.changes_something
                && match self.kind() {
                    ClientErrorKind::Transport {
                        may_have_been_received,
                    }
                    | ClientErrorKind::Timeout {
                        may_have_been_received,
                    } => *may_have_been_received,
                    ClientErrorKind::Api { status, .. } => status.is_server_error(),
                    // An answer came, so it was taken; what it says is not known.
                    ClientErrorKind::Decode | ClientErrorKind::TooLarge => true,
                    ClientErrorKind::Redirect | ClientErrorKind::InvalidRequest => false,
                }
    }

    /// Whether the resource does not exist, or not in this account.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Whether Twilio had too many requests of this account.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    pub(crate) fn new(kind: ClientErrorKind) -> Self {
        Self(Box::new(Details {
            kind,
            message: None,
            more_info: None,
            retry_after: None,
            reason: None,
            attempts: 0,
            changes_something: false,
            earlier_is_unknown: false,
            source: None,
        }))
    }

    pub(crate) fn because(kind: ClientErrorKind, reason: &'static str) -> Self {
        let mut error = Self::new(kind);
        error.0.reason = Some(reason);
        error
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_answer(
        mut self,
        message: Option<String>,
        more_info: Option<String>,
        retry_after: Option<Duration>,
    ) -> Self {
        self.0.message = message.map(String::into_boxed_str);
        self.0.more_info = more_info.map(String::into_boxed_str);
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn after(mut self, attempts: u32, changes_something: bool) -> Self {
        self.0.attempts = attempts;
        self.0.changes_something = changes_something;
        self
    }

    /// Keeps in mind that the outcome of an attempt before this one is unknown.
    pub(crate) fn and_earlier(mut self, is_unknown: bool) -> Self {
        self.0.earlier_is_unknown = is_unknown;
        self
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            ClientErrorKind::Transport {
                may_have_been_received: false,
            } => f.write_str("Twilio could not be reached")?,
            ClientErrorKind::Transport { .. } => {
                f.write_str("the connection to Twilio broke before its answer")?;
            }
            ClientErrorKind::Timeout { .. } => f.write_str("Twilio did not answer in time")?,
            ClientErrorKind::Api {
                status,
                code: Some(code),
            } => write!(
                f,
                "Twilio answered {} with error code {code}",
                status.as_u16()
            )?,
            ClientErrorKind::Api { status, code: None } => {
                write!(f, "Twilio answered {}", status.as_u16())?;
            }
            ClientErrorKind::Decode => f.write_str("Twilio's answer could not be read")?,
            ClientErrorKind::TooLarge => f.write_str("Twilio's answer is too long")?,
            ClientErrorKind::Redirect => f.write_str("a redirect was not followed")?,
            ClientErrorKind::InvalidRequest => f.write_str("the request could not be built")?,
        }
        if let Some(reason) = self.0.reason {
            write!(f, ": {reason}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientError")
            .field("kind", self.kind())
            .field("reason", &self.0.reason)
            .field("attempts", &self.0.attempts)
            .field("outcome_is_unknown", &self.outcome_is_unknown())
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl Error for ClientError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_twilio_wrote_is_only_given_when_asked_for() {
        let error = ClientError::new(ClientErrorKind::Api {
            status: StatusCode::BAD_REQUEST,
            code: Some(21211),
        })
        .with_answer(Some("Invalid 'To' +12025550143".to_owned()), None, None)
        .after(1, true);
        assert!(!format!("{error} {error:?}").contains("2025550143"));
        assert_eq!(error.advice(), ErrorCode::from(21211).advice());
        assert!(error.advice().is_some());
        assert_eq!(error.message(), Some("Invalid 'To' +12025550143"));
        assert_eq!(
            error.to_string(),
            "Twilio answered 400 with error code 21211"
        );
        assert!(!error.outcome_is_unknown());
    }

    #[test]
    fn reads_never_have_an_unknown_outcome() {
        for (changes_something, unknown) in [(true, true), (false, false)] {
            let error = ClientError::new(ClientErrorKind::Timeout {
                may_have_been_received: true,
            })
            .after(1, changes_something);
            assert_eq!(error.outcome_is_unknown(), unknown);
        }
    }
}
