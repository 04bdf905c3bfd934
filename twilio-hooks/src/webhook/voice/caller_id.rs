//! [`CallerIdValidation`]: somebody has proved that a number is theirs, or not.

use crate::{
    CallStatus, OutgoingCallerIdSid, string_enum::string_enum, webhook::macros::call_webhook,
};

call_webhook! {
    /// The call that validates a caller id is over.
    ///
    /// It comes to the `StatusCallback` of the validation request. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/api/outgoing-caller-ids).
    ///
    /// Refused without `AccountSid`, `CallSid` and `VerificationStatus`.
    pub struct CallerIdValidation: "caller-id-validation" {
        /// Whether the right code was entered.
        verification_status: CallerIdVerificationStatus = required "VerificationStatus",
        /// Where this leg stood when the report was made.
        call_status: Option<CallStatus> = "CallStatus",
        /// The caller id that may now be shown; on success only.
        outgoing_caller_id_sid: Option<OutgoingCallerIdSid> = "OutgoingCallerIdSid",
    }
}

string_enum! {
    /// How the validation of a caller id went.
    pub enum CallerIdVerificationStatus {
        /// The caller id may be shown.
        Success => "success",
        /// It may not.
        Failed => "failed",
    }
}
