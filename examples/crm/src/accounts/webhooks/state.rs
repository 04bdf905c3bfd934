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
}

impl Webhook {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Message, Self::Call, Self::CallStatus];

    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Call => "call",
            Self::CallStatus => "call_status",
        }
    }

    /// Which of our webhooks takes it.
    pub(in crate::accounts) fn path(self) -> &'static str {
        match self {
            Self::Message => "sms/incoming",
            Self::Call => "voice/incoming",
            Self::CallStatus => "voice/status",
        }
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
