//! [`Noted`]: what is seen of one request.

use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use twilio_hooks::{
    AccountSid, Params,
    signature::{Diagnosis, NamedAccount, SignatureError, Verified},
};
use twilio_hooks_axum::{SignedRejection, WebhookFailure};

use crate::server::PlainHttp;

/// No SID and no status is longer; what is comes from elsewhere.
const LONGEST: usize = 64;

/// What is seen of a request.
#[derive(Debug, Clone)]
pub(super) struct Noted {
    pub(super) received_at: Timestamp,
    pub(super) milliseconds: i64,
    pub(super) route: String,
    pub(super) status: u16,
    pub(super) outcome: Outcome,
    pub(super) reason: Option<&'static str>,
    pub(super) account_sid: Option<AccountSid>,
    pub(super) sid: Option<String>,
    pub(super) parent_sid: Option<String>,
    pub(super) event: Option<String>,
    pub(super) diagnosis: Option<String>,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is stored, or was answered.
    Taken,
    /// The caller has heard the apology.
    Apology,
    /// Its parameters are not those that the URL is for.
    Unreadable,
    /// It was not answered; Twilio may try again, or turn to the fallback.
    Failed,
    /// It was not let in.
    Refused,
}

impl Outcome {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Apology => "apology",
            Self::Unreadable => "unreadable",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }

    /// With the code that says why, if there is one.
    fn of(response: &Response) -> (Self, Option<&'static str>) {
        let extensions = response.extensions();
        if let Some(error) = extensions.get::<SignatureError>() {
            return (Self::Refused, Some(error.code()));
        }
        if extensions.get::<PlainHttp>().is_some() {
            return (Self::Refused, Some("plain-http"));
        }
        if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            return (Self::Refused, Some("wrong-method"));
        }
        if let Some(rejection) = extensions.get::<SignedRejection>() {
            return (Self::Unreadable, Some(rejection.code()));
        }
        let failure = extensions.get::<WebhookFailure>();
        let reason = failure.map(|failure| failure.reason());
        match (response.status().is_success(), reason) {
            (true, None) => (Self::Taken, None),
            (true, reason) => (Self::Apology, reason),
            (false, reason) => (Self::Failed, reason),
        }
    }
}

impl Noted {
    pub(super) fn of(
        response: &Response,
        route: String,
        received_at: Timestamp,
        milliseconds: i64,
    ) -> Self {
        let extensions = response.extensions();
        let (outcome, reason) = Outcome::of(response);
        let verified = extensions.get::<Verified>();
        let params = verified.map(Verified::params);
        let named = || extensions.get::<NamedAccount>().map(|named| &named.0);
        let account_sid = verified.and_then(Verified::account_sid).or_else(named);
        let diagnosis = extensions.get::<Diagnosis>();
        let first = |names| params.and_then(|params| first(params, names));
        Self {
            received_at,
            milliseconds,
            route,
            status: response.status().as_u16(),
            outcome,
            reason,
            account_sid: account_sid.cloned(),
            sid: first(&["RecordingSid", "MessageSid", "SmsSid", "CallSid"]),
            parent_sid: first(&["ParentCallSid"]),
            event: first(&[
                "RecordingStatus",
                "MessageStatus",
                "SmsStatus",
                "CallStatus",
            ]),
            diagnosis: diagnosis.map(ToString::to_string),
        }
    }
}

fn first(params: &Params, names: &[&str]) -> Option<String> {
    let value = names.iter().find_map(|name| params.get(name))?;
    Some(value.chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;

    use super::*;

    fn noted(response: &Response) -> Noted {
        Noted::of(
            response,
            "sms/incoming".to_owned(),
            Timestamp::UNIX_EPOCH,
            1,
        )
    }

    #[test]
    fn a_refused_request_says_why_and_whom_it_names() {
        let mut response = StatusCode::FORBIDDEN.into_response();
        response.extensions_mut().insert(SignatureError::Mismatch);
        let account = AccountSid::from("AC00000000000000000000000000000001");
        response
            .extensions_mut()
            .insert(NamedAccount(account.clone()));
        let noted = noted(&response);
        assert_eq!(
            (noted.outcome, noted.reason),
            (Outcome::Refused, Some("mismatch"))
        );
        assert_eq!((noted.account_sid, noted.sid), (Some(account), None));
    }

    #[test]
    fn what_is_signed_names_its_message_and_how_far_it_is() {
        let params = Params::from_form(b"SmsSid=SM1&MessageSid=SM1&MessageStatus=sent&CallSid=CA1");
        let mut response = StatusCode::NO_CONTENT.into_response();
        let url = "https://crm.example.com/sms";
        let verified = Verified::assume("AC00000000000000000000000000000001", url, params);
        response.extensions_mut().insert(verified);
        let noted = noted(&response);
        assert_eq!(noted.outcome, Outcome::Taken);
        assert_eq!(noted.sid.as_deref(), Some("SM1"));
        assert_eq!(noted.event.as_deref(), Some("sent"));
        assert!(noted.account_sid.is_some());
    }

    #[test]
    fn other_methods_are_refused_and_other_errors_are_failures() {
        let outcome = |status: StatusCode| noted(&status.into_response()).outcome;
        assert_eq!(outcome(StatusCode::METHOD_NOT_ALLOWED), Outcome::Refused);
        assert_eq!(outcome(StatusCode::SERVICE_UNAVAILABLE), Outcome::Failed);
        assert_eq!(outcome(StatusCode::OK), Outcome::Taken);
    }
}
