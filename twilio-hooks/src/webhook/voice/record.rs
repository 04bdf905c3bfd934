//! What `<Record>` asks and tells: [`RecordAction`] and [`TranscriptionStatusUpdate`].

use crate::{
    CallStatus, RecordingSid, TranscriptionSid,
    string_enum::string_enum,
    webhook::macros::{call_question, call_webhook},
};

/// What Twilio writes in place of a key if the caller hung up.
const HANGUP: &str = "hangup";

call_question! {
    /// A `<Record>` is over; what next?
    ///
    /// It comes to the `action` of the `<Record>`. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/record#action).
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct RecordAction: "record-action" {
        /// Where the audio is: append `.mp3` or `.wav`. Twilio may want HTTP authentication. It may
        /// not be there yet: wait for the
        /// [`RecordingStatusUpdate`](crate::webhook::RecordingStatusUpdate). Nearly always there.
        recording_url: Option<String> = "RecordingUrl",
        /// The recording. Nearly always there.
        recording_sid: Option<RecordingSid> = "RecordingSid",
        /// How long the recording is, in seconds, before silence is cut off; negative if unknown.
        /// Nearly always there.
        recording_duration: Option<i32> = "RecordingDuration",
        /// The key that ended the recording, or the word `hangup`; absent if time or silence ended
        /// it. Ask [`key`](Self::key) and [`is_hangup`](Self::is_hangup).
        digits: Option<String> = "Digits",
    }
}

impl RecordAction {
    /// Whether the recording ended because the caller hung up. TwiML has no effect then.
    #[must_use]
    pub fn is_hangup(&self) -> bool {
        self.digits.as_deref() == Some(HANGUP)
    }

    /// The key that ended the recording; `None` if it ended by hanging up, by time or by silence.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.digits.as_deref().filter(|&digits| digits != HANGUP)
    }
}

call_webhook! {
    /// The text of a recording is ready, or could not be made.
    ///
    /// It comes to the `transcribeCallback` of a `<Record>`. Transcription of a running call is
    /// another product: [`RealtimeTranscriptionUpdate`](crate::webhook::RealtimeTranscriptionUpdate).
    /// See [Twilio's description](https://www.twilio.com/docs/voice/twiml/record#transcribe).
    ///
    /// Refused without `AccountSid`, `CallSid`, `TranscriptionSid` and `TranscriptionStatus`.
    pub struct TranscriptionStatusUpdate: "transcription-legacy" {
        /// The text at Twilio.
        transcription_sid: TranscriptionSid = required "TranscriptionSid",
        /// Whether it could be made.
        transcription_status: TranscriptionStatus = required "TranscriptionStatus",
        /// Where this leg stood when the report was made.
        call_status: Option<CallStatus> = "CallStatus",
        /// What was said; absent if it could not be made out.
        transcription_text: Option<String> = "TranscriptionText",
        /// Where the text is in Twilio's REST API.
        transcription_url: Option<String> = "TranscriptionUrl",
        /// How the text was made; on some reports.
        transcription_type: Option<TranscriptionType> = "TranscriptionType",
        /// The recording.
        recording_sid: Option<RecordingSid> = "RecordingSid",
        /// Where the audio is: append `.mp3` or `.wav`. Twilio may want HTTP authentication.
        recording_url: Option<String> = "RecordingUrl",
        /// Twin of `transcription_url`; seen on some reports.
        transcription_url_twin: Option<String> = "url",
    }
}

string_enum! {
    /// Whether the text of a recording could be made.
    pub enum TranscriptionStatus {
        /// The text is there.
        Completed => "completed",
        /// There is no text.
        Failed => "failed",
    }
}

string_enum! {
    /// How the text of a recording was made.
    pub enum TranscriptionType {
        /// By the recogniser that takes little time.
        Fast => "fast",
    }
}
