//! [`OutboundCallAnswer`]: somebody answered a call we made.

use crate::webhook::{AnsweredBy, Attestation, macros::call_question};

call_question! {
    /// Somebody, or something, answered a call that was made by REST; what next?
    ///
    /// It comes to the call's `Url`, and again whenever the call goes on at another URL. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/api/call-resource).
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct OutboundCallAnswer: "voice-outbound-answer" {
        /// Who or what answered; if machine detection was on and the call waited for it. Otherwise
        /// it may come later, in an
        /// [`AsyncAmdStatusUpdate`](crate::webhook::AsyncAmdStatusUpdate).
        answered_by: Option<AnsweredBy> = "AnsweredBy",
        /// How long machine detection took, in milliseconds; absent where `answered_by` is.
        machine_detection_duration: Option<u32> = "MachineDetectionDuration",
        /// How much Twilio vouched for our caller id; on calls to the USA.
        stir_status: Option<Attestation> = "StirStatus",
    }
}
