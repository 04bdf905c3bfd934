//! What `<Dial>` asks and tells: [`DialScreen`], [`DialAction`], [`DialRefer`] and
//! [`DialCallStatusUpdate`].

use crate::{
    Address, CallSid, CallStatus, QueueSid, RecordingSid,
    string_enum::string_enum,
    webhook::{
        CallStatusUpdate, SipHeaders,
        macros::{call_question, error_code},
    },
};

/// A leg that a `<Dial>` started has got further.
///
/// Twilio sends what it sends about any other call, so the type is the same. `call_sid` is the
/// dialled leg, `parent_call_sid` the leg with the `<Dial>`. See Twilio's description of
/// [`<Number>`](https://www.twilio.com/docs/voice/twiml/number).
pub type DialCallStatusUpdate = CallStatusUpdate;

call_question! {
    /// A dialled party has answered; what shall it hear before it is connected?
    ///
    /// It comes to the `url` of a `<Number>`, `<Sip>` or `<Client>` inside a `<Dial>`. `call_sid` is
    /// the dialled leg, and the TwiML is for it alone: a `<Hangup>` refuses the caller. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/number).
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct DialScreen: "dial-screen" {}
}

call_question! {
    /// A `<Dial>` is over; what next for the caller?
    ///
    /// It comes to the `action` of the `<Dial>`. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/dial#action).
    ///
    /// Refused without `AccountSid`, `CallSid` and `DialCallStatus`.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     Params,
    ///     webhook::{DialAction, DialCallStatus, Webhook},
    /// };
    ///
    /// let params = Params::from_form(
    ///     b"AccountSid=AC00000000000000000000000000000001\
    ///       &CallSid=CA00000000000000000000000000000001&CallStatus=in-progress\
    ///       &DialCallStatus=completed&DialBridged=false&DialCallDuration=6",
    /// );
    /// let dial = DialAction::from_params(&params)?;
    /// assert_eq!(dial.dial_call_status, DialCallStatus::Completed);
    /// // Somebody answered, and hung up while it was announced who calls.
    /// assert!(!dial.is_bridged());
    /// # Ok::<_, twilio_hooks::ParamError>(())
    /// ```
    pub struct DialAction: "dial-action" {
        /// How it went. Whether the two have talked is [`is_bridged`](Self::is_bridged).
        dial_call_status: DialCallStatus = required "DialCallStatus",
        /// The dialled leg; absent after a conference.
        dial_call_sid: Option<CallSid> = "DialCallSid",
        /// How long the dialled leg lasted, in seconds; absent after a conference, and if the leg
        /// was moved to other TwiML.
        dial_call_duration: Option<u32> = "DialCallDuration",
        /// Whether the two were connected; left out often. Ask [`is_bridged`](Self::is_bridged).
        dial_bridged: Option<bool> = "DialBridged",
        /// The `Call-ID` of the dialled leg; after `<Sip>` only.
        dial_sip_call_id: Option<String> = "DialSipCallId",
        /// The final SIP status of the dialled leg, such as 486 (busy); after `<Sip>` only.
        dial_sip_response_code: Option<u16> = "DialSipResponseCode",
        /// Where the recording is, if the `<Dial>` has `record`. It may not be there yet: wait for
        /// the [`RecordingStatusUpdate`](crate::webhook::RecordingStatusUpdate).
        recording_url: Option<String> = "RecordingUrl",
        /// That recording; absent where `recording_url` is.
        recording_sid: Option<RecordingSid> = "RecordingSid",
        /// How long that recording is, in seconds, negative if unknown; absent where
        /// `recording_url` is.
        recording_duration: Option<i32> = "RecordingDuration",
        /// The queue that was dialled; after `<Queue>` only.
        queue_sid: Option<QueueSid> = "QueueSid",
        /// How long the other caller had waited, in seconds; after `<Queue>` only.
        queue_time: Option<u32> = "QueueTime",
        /// The leg that took the caller out of the queue, misspelt by Twilio; after `<Queue>` only.
        dequeing_call_sid: Option<CallSid> = "DequeingCallSid",
        /// How dialling a queue went; Twilio does not list the values. After `<Queue>` only.
        dequeue_result: Option<String> = "DequeueResult",
        /// Why it failed, an [error code](https://www.twilio.com/docs/api/errors); on some failures.
        /// Ask [`error`](Self::error), which also knows 0.
        error_code: Option<u32> = "ErrorCode",
        /// A text about `error_code`; on some failures.
        error_message: Option<String> = "ErrorMessage",
    }
    families {
        /// The `X-` headers of the final SIP answer; after `<Sip>` only.
        dial_sip_headers: SipHeaders = "DialSipHeader_",
    }
}

error_code!(DialAction: error_code);

impl DialAction {
    /// Whether the caller was connected to somebody: `DialBridged` if Twilio sent it, and otherwise
    /// whether somebody answered.
    ///
    /// Where it is `false`, a voicemail or another number may be in order.
    #[must_use]
    pub fn is_bridged(&self) -> bool {
        self.dial_bridged
            .unwrap_or_else(|| self.dial_call_status.is_answered())
    }
}

string_enum! {
    /// How a `<Dial>` went: the final statuses of a call, and one for conferences.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/twiml/dial#action).
    pub enum DialCallStatus {
        /// Answered, and over.
        Completed => "completed",
        /// The caller was in a conference.
        Answered => "answered",
        /// The line was busy.
        Busy => "busy",
        /// Nobody answered in time.
        NoAnswer => "no-answer",
        /// It could not be put through, most often because the number does not exist.
        Failed => "failed",
        /// The caller hung up before anybody answered.
        Canceled => "canceled",
    }
}

impl DialCallStatus {
    /// Whether somebody, or something, answered. It need not have talked to the caller: see
    /// [`DialAction::is_bridged`].
    #[must_use]
    pub fn is_answered(&self) -> bool {
        matches!(self, Self::Completed | Self::Answered)
    }

    /// The status that the dialled leg has by this: [`Answered`](Self::Answered) is a completed
    /// call, the others are called alike.
    #[must_use]
    pub fn to_call_status(&self) -> CallStatus {
        match self {
            Self::Answered => CallStatus::Completed,
            other => CallStatus::from(other.as_str()),
        }
    }
}

call_question! {
    /// A dialled SIP party asks to move the call to somebody else; what shall be done?
    ///
    /// It comes to the `referUrl` of a `<Dial>` when the party sends a SIP `REFER`. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/dial#referurl).
    ///
    /// Refused without `AccountSid`, `CallSid` and `ReferTransferTarget`.
    pub struct DialRefer: "refer-url" {
        /// Where the call shall go: a number or a SIP address as the party wrote it, perhaps in
        /// angle brackets. Text of others: dial it only if that is allowed.
        refer_transfer_target: Address = required "ReferTransferTarget",
    }
}

impl DialRefer {
    /// Where the call shall go, without the angle brackets.
    #[must_use]
    pub fn target(&self) -> &str {
        let target = self.refer_transfer_target.as_str();
        target
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .unwrap_or(target)
    }
}
