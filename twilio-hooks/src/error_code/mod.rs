//! [`ErrorCode`]: what Twilio's error codes mean, and what to do about them.
//!
//! Webhooks carry the code as a number, because any number may come. Those that are worth knowing
//! are in a table, with advice:
//!
//! ```
//! use twilio_hooks::{
//!     ErrorCode, Params,
//!     webhook::{MessageStatusUpdate, Webhook},
//! };
//!
//! let update = MessageStatusUpdate::from_params(&Params::from_form(
//!     b"AccountSid=AC00000000000000000000000000000001\
//!       &MessageSid=SM00000000000000000000000000000001\
//!       &MessageStatus=undelivered&ErrorCode=30003",
//! ))?;
//! let code = update.error().map(ErrorCode::from).expect("this one was not delivered");
//! let info = code.info().expect("a common code");
//! assert_eq!(info.name, "handset unreachable");
//! assert_eq!(info.advice, "Try again later.");
//! assert!(info.retryable);
//! assert_eq!(code.url(), "https://www.twilio.com/docs/api/errors/30003");
//! # Ok::<_, twilio_hooks::ParamError>(())
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};

mod table;

/// One of [Twilio's error codes](https://www.twilio.com/docs/api/errors).
///
/// Every number is a code; whether it [is known](Self::info) is another question. [Module
/// documentation](self) shows the way from a webhook to the advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(u32);

/// What is known about an error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ErrorInfo {
    /// The code.
    pub code: u32,
    /// A few words, such as `handset unreachable`.
    pub name: &'static str,
    /// What has happened, in one sentence.
    pub meaning: &'static str,
    /// What to do about it, in one sentence.
    pub advice: &'static str,
    /// Whether the same request may succeed later with nothing changed. Otherwise a retry is in
    /// vain, or makes things worse.
    pub retryable: bool,
    /// The part of Twilio it comes from.
    pub area: Area,
    /// Whether the entry rests on few sources: mind what Twilio's [page](ErrorCode::url) says.
    pub doubtful: bool,
}

/// The part of Twilio an error comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Area {
    /// Requests to our server that failed: network, TLS, HTTP.
    Webhook,
    /// Answers of our server that Twilio could not follow.
    Twiml,
    /// Calls.
    Voice,
    /// SMS and MMS.
    Messaging,
    /// WhatsApp, RCS and other channels.
    Channel,
    /// Requests to Twilio's REST API.
    Rest,
    /// ConversationRelay.
    Relay,
    /// Verify.
    Verify,
    /// Payments during a call.
    Pay,
    /// Studio.
    Studio,
    /// Functions.
    Functions,
    /// Event Streams.
    Events,
}

impl ErrorCode {
    /// Takes a code as Twilio sent it.
    #[must_use]
    pub fn new(code: u32) -> Self {
        Self(code)
    }

    /// The code as a number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// Everything known about this code; `None` for codes that are not in the table. Twilio has
    /// thousands, most of which no webhook ever carries.
    #[must_use]
    pub fn info(self) -> Option<&'static ErrorInfo> {
        table::TABLE
            .binary_search_by_key(&self.0, |info| info.code)
            .ok()
            .map(|position| &table::TABLE[position])
    }

    /// Its name in a few words; `None` if the code is not in the table.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.info().map(|info| info.name)
    }

    /// What has happened; `None` if the code is not in the table.
    #[must_use]
    pub fn meaning(self) -> Option<&'static str> {
        self.info().map(|info| info.meaning)
    }

    /// What to do about it; `None` if the code is not in the table.
    #[must_use]
    pub fn advice(self) -> Option<&'static str> {
        self.info().map(|info| info.advice)
    }

    /// Whether the same request may succeed later with nothing changed; `None` if the code is not
    /// in the table.
    #[must_use]
    pub fn is_retryable(self) -> Option<bool> {
        self.info().map(|info| info.retryable)
    }

    /// The part of Twilio it comes from; `None` if the code is not in the table.
    #[must_use]
    pub fn area(self) -> Option<Area> {
        self.info().map(|info| info.area)
    }

    /// Twilio's page about this code, known or not.
    #[must_use]
    pub fn url(self) -> String {
        format!("https://www.twilio.com/docs/api/errors/{}", self.0)
    }

    /// Every code of the table, in ascending order.
    pub fn known() -> impl Iterator<Item = &'static ErrorInfo> {
        table::TABLE.iter()
    }
}

impl From<u32> for ErrorCode {
    fn from(code: u32) -> Self {
        Self(code)
    }
}

impl From<ErrorCode> for u32 {
    fn from(code: ErrorCode) -> Self {
        code.0
    }
}

/// The number.
impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Area {
    /// The area in one lower-case word, as in logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Twiml => "twiml",
            Self::Voice => "voice",
            Self::Messaging => "messaging",
            Self::Channel => "channel",
            Self::Rest => "rest",
            Self::Relay => "relay",
            Self::Verify => "verify",
            Self::Pay => "pay",
            Self::Studio => "studio",
            Self::Functions => "functions",
            Self::Events => "events",
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_table_is_that_of_the_catalogue() {
        let fixture: Value = serde_json::from_str(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/errors.json"
        )))
        .unwrap();
        let entries = fixture.as_object().unwrap();
        assert_eq!(ErrorCode::known().count(), entries.len());
        for info in ErrorCode::known() {
            let mut expected = json!({
                "name": info.name,
                "meaning": info.meaning,
                "advice": info.advice,
                "retryable": info.retryable,
                "area": info.area.as_str(),
            });
            if info.doubtful {
                expected["confidence"] = "low".into();
            }
            assert_eq!(entries[&info.code.to_string()], expected);
        }
    }

    #[test]
    fn the_table_is_sorted_and_complete() {
        assert!(table::TABLE.is_sorted_by(|one, next| one.code < next.code));
        for info in ErrorCode::known() {
            for text in [info.name, info.meaning, info.advice] {
                assert!(!text.trim().is_empty(), "{}", info.code);
            }
            assert_eq!(ErrorCode::new(info.code).info(), Some(info));
        }
    }

    #[test]
    fn an_unknown_code_still_has_its_page() {
        for code in [0, 1, 11099, 99_999, u32::MAX] {
            let code = ErrorCode::from(code);
            assert_eq!(code.info(), None);
            assert_eq!(code.is_retryable(), None);
            assert_eq!(
                code.url(),
                format!("https://www.twilio.com/docs/api/errors/{code}")
            );
        }
    }

    #[test]
    fn a_blocked_recipient_is_not_tried_again() {
        assert_eq!(ErrorCode::new(21610).is_retryable(), Some(false));
        assert_eq!(ErrorCode::new(30003).is_retryable(), Some(true));
        assert_eq!(ErrorCode::new(30003).area(), Some(Area::Messaging));
    }
}
