//! [`DebuggerEvent`]: an account has logged an error or a warning.

use jiff::Timestamp;

use super::DebuggerDetails;
use crate::{
    AccountSid, AlertSid,
    string_enum::string_enum,
    webhook::{
        macros::webhook,
        values::{JsonText, JsonTextError},
    },
};

webhook! {
    /// An account has logged an error or a warning.
    ///
    /// If this request is not answered well, that is an error too, and Twilio may tell of it in turn:
    /// do not let one lead to the next. See [Twilio's
    /// description](https://www.twilio.com/docs/usage/troubleshooting/debugging-event-webhooks).
    ///
    /// Refused without `AccountSid` and `Sid`.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     Params,
    ///     webhook::{
    ///         Webhook,
    ///         debugger::{DebuggerEvent, DebuggerLevel},
    ///     },
    /// };
    ///
    /// let params = Params::from_pairs([
    ///     ("Sid", "NO00000000000000000000000000000001"),
    ///     ("AccountSid", "AC00000000000000000000000000000001"),
    ///     ("Level", "ERROR"),
    ///     (
    ///         "Payload",
    ///         r#"{"resource_sid":"CA00000000000000000000000000000001","error_code":"11200",
    ///             "webhook":{"request":{"url":"https://example.com/voice","method":"POST"},
    ///                        "response":{"status_code":500}}}"#,
    ///     ),
    /// ]);
    /// let event = DebuggerEvent::from_params(&params)?;
    /// assert_eq!(event.level, Some(DebuggerLevel::Error));
    /// let details = event.details()?;
    /// assert_eq!(details.error_code, Some(11200));
    /// assert_eq!(details.response.unwrap().status_code, Some(500));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub struct DebuggerEvent: "debugger-event" {
        /// The alert.
        sid: AlertSid = required "Sid",
        /// The account or subaccount where it happened.
        account_sid: AccountSid = required "AccountSid",
        /// The account above a subaccount; absent for a main account.
        parent_account_sid: Option<AccountSid> = "ParentAccountSid",
        /// When it happened. Nearly always there.
        timestamp: Option<Timestamp> = "Timestamp",
        /// How bad it is. Nearly always there.
        level: Option<DebuggerLevel> = "Level",
        /// The media type of `payload`, `application/json`.
        payload_type: Option<String> = "PayloadType",
        /// What went wrong, as JSON: ask [`details`](Self::details). Nearly always there.
        payload: Option<JsonText> = "Payload",
    }
    families {}
}

impl DebuggerEvent {
    /// What went wrong; empty if there is no `payload`.
    ///
    /// # Errors
    /// If `payload` is not a JSON object. Whatever is odd inside of it is left out.
    pub fn details(&self) -> Result<DebuggerDetails, JsonTextError> {
        match &self.payload {
            Some(payload) => payload.parse(),
            None => Ok(DebuggerDetails::default()),
        }
    }
}

string_enum! {
    /// How bad it is. Twilio writes it in capitals or in small letters.
    pub enum DebuggerLevel {
        /// Something did not work.
        Error => "Error" | "ERROR" | "error",
        /// Something is not as it should be.
        Warning => "Warning" | "WARNING" | "warning",
    }
}
