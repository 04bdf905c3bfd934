//! [`WebhookState`]: a webhook as it is, and what is wrong with it.

use twilio_hooks::client::ClientError;

/// Something that Twilio tells us about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Webhook {
    /// A message has come in.
    Message,
    /// A call comes in.
    Call,
    /// A call that came in goes on or ends.
    CallStatus,
    /// A message has come in, and the server did not answer.
    MessageFallback,
    /// A call comes in, and the server did not answer.
    CallFallback,
}

impl Webhook {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Message,
        Self::Call,
        Self::CallStatus,
        Self::MessageFallback,
        Self::CallFallback,
    ];

    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Call => "call",
            Self::CallStatus => "call_status",
            Self::MessageFallback => "message_fallback",
            Self::CallFallback => "call_fallback",
        }
    }

    /// Which of our webhooks takes it.
    pub(in crate::accounts) fn path(self) -> &'static str {
        match self {
            Self::Message => "sms/incoming",
            Self::Call => "voice/incoming",
            Self::CallStatus => "voice/status",
            Self::MessageFallback => "sms/fallback",
            Self::CallFallback => "voice/fallback",
        }
    }

    /// Whether it is about messages.
    pub(in crate::accounts) fn is_of_messages(self) -> bool {
        matches!(self, Self::Message | Self::MessageFallback)
    }

    /// Whether another server takes it, when this one fails.
    #[must_use]
    pub fn is_fallback(self) -> bool {
        matches!(self, Self::MessageFallback | Self::CallFallback)
    }
}

/// How a webhook is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// As it should be.
    Ok,
    /// Not at all.
    NotSet,
    /// To another URL.
    UrlMismatch,
    /// To our URL, with the wrong method.
    WrongHttpMethod,
    /// The number has a TwiML application, whose own webhooks count.
    OverriddenByApplication,
    /// The number has a SIP trunk, which takes its calls.
    OverriddenByTrunk,
    /// The number is in a messaging service, whose own webhook counts.
    OverriddenByMessagingService,
    /// The messaging service leaves it to its numbers.
    OverriddenByNumber,
    /// The account does not have the number.
    NotInAccount,
    /// Twilio does not take the account's credentials.
    CredentialsRefused,
    /// Twilio can't be asked now.
    UnreachableTwilio,
}

impl Reason {
    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotSet => "not_set",
            Self::UrlMismatch => "url_mismatch",
            Self::WrongHttpMethod => "wrong_http_method",
            Self::OverriddenByApplication => "overridden_by_application",
            Self::OverriddenByTrunk => "overridden_by_trunk",
            Self::OverriddenByMessagingService => "overridden_by_messaging_service",
            Self::OverriddenByNumber => "overridden_by_number",
            Self::NotInAccount => "not_in_account",
            Self::CredentialsRefused => "credentials_refused",
            Self::UnreachableTwilio => "unreachable_twilio",
        }
    }

    /// Whether somebody else gets what comes in, who would lose it if ours were set.
    #[must_use]
    pub fn is_anothers(self) -> bool {
        matches!(
            self,
            Self::UrlMismatch
                | Self::OverriddenByApplication
                | Self::OverriddenByTrunk
                | Self::OverriddenByMessagingService
                | Self::OverriddenByNumber
        )
    }

    /// Why nothing is known.
    pub(in crate::accounts) fn of_failure(error: &ClientError) -> Self {
        match error.status().map(|status| status.as_u16()) {
            Some(401 | 403) => Self::CredentialsRefused,
            Some(404) => Self::NotInAccount,
            _ => Self::UnreachableTwilio,
        }
    }
}

/// A webhook as it is, beside what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookState {
    /// Which one.
    pub webhook: Webhook,
    /// Our URL; the method is `POST`.
    pub expected: String,
    /// The URL that counts at Twilio. It may have a password in it.
    pub actual: Option<String>,
    /// Its method.
    pub actual_method: Option<String>,
    /// What of it is wrong.
    pub reason: Reason,
}

impl WebhookState {
    /// The URL that counts at Twilio, to be shown: without name and password, and without its query,
    /// which may hold a key.
    #[must_use]
    pub fn shown(&self) -> Option<String> {
        self.actual.as_deref().map(without_secrets)
    }
}

pub(super) fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = match authority.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => authority.to_owned(),
    };
    let path = match path.split_once('?') {
        Some((path, _)) => format!("{path}?…"),
        None => path.to_owned(),
    };
    match scheme {
        "" => format!("{host}{path}"),
        scheme => format!("{scheme}://{host}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_keys_in_urls_are_not_shown() {
        for (url, shown) in [
            (
                "https://anna:hunter2@example.com/sms",
                "https://…@example.com/sms",
            ),
            (
                "https://example.com/sms?key=hunter2#rc=1",
                "https://example.com/sms?…",
            ),
            (
                "https://example.com/sms#rc=1",
                "https://example.com/sms#rc=1",
            ),
            ("a@hunter2:b@example.com", "…@example.com"),
            ("", ""),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }
}
