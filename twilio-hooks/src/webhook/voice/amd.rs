//! [`AsyncAmdStatusUpdate`]: machine detection has come to its verdict.

use crate::{
    AccountSid, CallSid,
    webhook::{AnsweredBy, macros::webhook},
};

webhook! {
    /// Machine detection knows who or what answered a call.
    ///
    /// It comes to the `AsyncAmdStatusCallback` of a call made by REST, whose TwiML is running
    /// already. See [Twilio's
    /// description](https://www.twilio.com/docs/voice/answering-machine-detection).
    ///
    /// Refused without `AccountSid`, `CallSid` and `AnsweredBy`.
    pub struct AsyncAmdStatusUpdate: "amd-status" {
        /// The leg of the call that this is about.
        call_sid: CallSid = required "CallSid",
        /// The account or subaccount the call belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// Who or what answered. Those that say how a machine ended come only if detection waits for
        /// the end of its message.
        answered_by: AnsweredBy = required "AnsweredBy",
        /// How long machine detection took, in milliseconds. Nearly always there.
        machine_detection_duration: Option<u32> = "MachineDetectionDuration",
    }
    families {}
}
