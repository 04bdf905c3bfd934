//! [`SmsAction`]: a text message was sent from within a call.

use crate::{MessageSid, string_enum::string_enum, webhook::macros::call_question};

call_question! {
    /// The `<Sms>` verb of a call has sent a message, or the message has got further; what next?
    ///
    /// Twilio has deprecated the verb; a message is better sent by REST. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/sms). Twilio documents this
    /// poorly; fields may differ.
    ///
    /// Refused without `AccountSid`, `CallSid` and `SmsSid`.
    pub struct SmsAction: "voice-sms-action" {
        /// The message.
        sms_sid: MessageSid = required "SmsSid",
        /// Where the message stands. Nearly always there.
        sms_status: Option<SmsStatus> = "SmsStatus",
    }
}

string_enum! {
    /// Where a message sent by `<Sms>` stands.
    pub enum SmsStatus {
        /// On its way to the carrier.
        Sending => "sending",
        /// Handed to the carrier.
        Sent => "sent",
        /// The carrier did not take it.
        Failed => "failed",
        /// The message or its recipient makes no sense.
        Invalid => "invalid",
    }
}
