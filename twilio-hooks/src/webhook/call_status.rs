//! [`CallStatusUpdate`]: a call has got further, or ended.

use jiff::Timestamp;

use super::{
    Attestation,
    macros::{call_webhook, error_code},
};
use crate::{CallStatus, RecordingSid, string_enum::string_enum};

call_webhook! {
    /// A call we made has got further, or a call to one of our numbers has ended.
    ///
    /// Reports overtake each other; sort them by [`sequence_number`](Self::sequence_number), or keep
    /// the status that [supersedes](CallStatus::supersedes) the others. A call to a number is only
    /// reported when it ends. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/api/call-resource#statuscallback).
    ///
    /// Refused without `AccountSid`, `CallSid` and `CallStatus`.
    pub struct CallStatusUpdate: "call-status" {
        /// Where this leg stood when the report was made.
        call_status: CallStatus = required "CallStatus",
        /// The place of this report among those of the call, from 0. Absent on the calls of numbers
        /// that report their end alone.
        sequence_number: Option<u32> = "SequenceNumber",
        /// When it happened; absent where `sequence_number` is.
        timestamp: Option<Timestamp> = "Timestamp",
        /// How long the leg lasted, in seconds; on the last report.
        call_duration: Option<u32> = "CallDuration",
        /// What is charged, in minutes, rounded up; on the last report. The duration in seconds is
        /// `call_duration`.
        duration: Option<u32> = "Duration",
        /// The last SIP status of the leg, such as 200, 404 (unreachable), 486 (busy) or 487 (nobody
        /// answered); on the last report.
        sip_response_code: Option<u16> = "SipResponseCode",
        /// Who or what answered; if machine detection was on.
        answered_by: Option<AnsweredBy> = "AnsweredBy",
        /// How long machine detection took, in milliseconds; if it was on.
        machine_detection_duration: Option<u32> = "MachineDetectionDuration",
        /// Where the recording of the whole call is, if it was made with `Record=true`; on the last
        /// report. It may not be there yet: wait for the
        /// [`RecordingStatusUpdate`](crate::webhook::RecordingStatusUpdate).
        recording_url: Option<String> = "RecordingUrl",
        /// That recording; absent where `recording_url` is.
        recording_sid: Option<RecordingSid> = "RecordingSid",
        /// How long that recording is, in seconds, negative if unknown; absent where `recording_url`
        /// is.
        recording_duration: Option<i32> = "RecordingDuration",
        /// How much Twilio vouched for our caller id; on calls to the USA.
        stir_status: Option<Attestation> = "StirStatus",
        /// How long the call waited to be dialled, in milliseconds; on some calls made by REST.
        queue_time: Option<u32> = "QueueTime",
        /// Why the leg failed, an [error code](https://www.twilio.com/docs/api/errors); on some
        /// failed legs. Ask [`error`](Self::error), which also knows 0.
        error_code: Option<u32> = "ErrorCode",
        /// A text about `error_code`; on some failed legs.
        error_message: Option<String> = "ErrorMessage",
        /// What made Twilio report; absent on the calls of numbers that report their end alone.
        callback_source: Option<CallbackSource> = "CallbackSource",
        /// The event that was subscribed to; rare. `call_status` is the one to rely on.
        status_callback_event: Option<CallEvent> = "StatusCallbackEvent",
    }
}

error_code!(CallStatusUpdate: error_code);

string_enum! {
    /// What machine detection made of whoever answered.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/answering-machine-detection).
    pub enum AnsweredBy {
        /// A person.
        Human => "human",
        /// A machine that has just begun to speak.
        MachineStart => "machine_start",
        /// A machine that has spoken and beeped.
        MachineEndBeep => "machine_end_beep",
        /// A machine that has spoken and fallen silent.
        MachineEndSilence => "machine_end_silence",
        /// A machine that has spoken.
        MachineEndOther => "machine_end_other",
        /// A fax.
        Fax => "fax",
        /// Twilio could not tell.
        Undetermined => "unknown",
    }
}

string_enum! {
    /// What made Twilio report on a call.
    pub enum CallbackSource {
        /// The progress of the call.
        CallProgressEvents => "call-progress-events",
    }
}

string_enum! {
    /// An event of a call that can be subscribed to.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent).
    pub enum CallEvent {
        /// Twilio has started to dial.
        Initiated => "initiated",
        /// The phone rings.
        Ringing => "ringing",
        /// Somebody, or something, has answered; the status is `in-progress`.
        Answered => "answered",
        /// It is over, in whichever way.
        Completed => "completed",
    }
}
