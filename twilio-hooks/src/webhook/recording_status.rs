//! [`RecordingStatusUpdate`]: a recording is ready, or failed.

use jiff::Timestamp;

use super::macros::{error_code, webhook};
use crate::{AccountSid, CallSid, RecordingSid, RecordingStatus, string_enum::string_enum};

webhook! {
    /// A recording has begun, is ready, or failed.
    ///
    /// See [Twilio's description](https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback).
    ///
    /// Refused without `AccountSid`, `RecordingSid` and `RecordingStatus`.
    pub struct RecordingStatusUpdate: "recording-status" {
        /// The recording.
        recording_sid: RecordingSid = required "RecordingSid",
        /// The account or subaccount that owns the recording.
        account_sid: AccountSid = required "AccountSid",
        /// Where the recording stands.
        recording_status: RecordingStatus = required "RecordingStatus",
        /// The leg that was recorded, of two connected legs the parent; absent if the recording is
        /// not one of a call.
        call_sid: Option<CallSid> = "CallSid",
        /// Where the audio is: append `.mp3` or `.wav`. Twilio may want HTTP authentication. Absent
        /// or useless if there is no audio.
        recording_url: Option<String> = "RecordingUrl",
        /// How long the recording is, in seconds; -1 if there is no audio, absent until it is ready.
        recording_duration: Option<i32> = "RecordingDuration",
        /// 1, or 2 if each side has a channel of its own. Nearly always there.
        recording_channels: Option<u32> = "RecordingChannels",
        /// When recording began. Nearly always there.
        recording_start_time: Option<Timestamp> = "RecordingStartTime",
        /// What started the recording. Nearly always there.
        recording_source: Option<RecordingSource> = "RecordingSource",
        /// The side that was recorded; only where one could choose.
        recording_track: Option<RecordingTrack> = "RecordingTrack",
        /// What went wrong, an [error code](https://www.twilio.com/docs/api/errors), and 0 if nothing
        /// did: ask [`error`](Self::error). Absent on some reports.
        error_code: Option<u32> = "ErrorCode",
    }
    families {}
}

error_code!(RecordingStatusUpdate: error_code);

string_enum! {
    /// What started a recording.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/api/recording).
    pub enum RecordingSource {
        /// `<Dial record>`.
        DialVerb => "DialVerb",
        /// `<Conference record>`.
        Conference => "Conference",
        /// `Record=true` on the call made by REST.
        OutboundApi => "OutboundAPI",
        /// An elastic SIP trunk that records.
        Trunking => "Trunking",
        /// `<Record>`.
        RecordVerb => "RecordVerb",
        /// REST, on a call in progress.
        StartCallRecordingApi => "StartCallRecordingAPI",
        /// REST, on a conference in progress.
        StartConferenceRecordingApi => "StartConferenceRecordingAPI",
        /// `<Start><Recording>`.
        StartCallRecordingTwiml => "StartCallRecordingTwiML",
    }
}

string_enum! {
    /// The side of a call that was recorded.
    pub enum RecordingTrack {
        /// What Twilio heard.
        Inbound => "inbound",
        /// What Twilio said.
        Outbound => "outbound",
        /// Both.
        Both => "both",
    }
}
