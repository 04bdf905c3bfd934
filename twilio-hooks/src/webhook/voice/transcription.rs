//! [`RealtimeTranscriptionUpdate`]: what is being said in a call.

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    AccountSid, CallSid, RealtimeTranscriptionSid,
    string_enum::string_enum,
    webhook::{
        field,
        macros::{error_code, webhook},
    },
};

webhook! {
    /// Transcription of a running call has begun, heard something, stopped, or failed.
    ///
    /// It comes to the `statusCallbackUrl` of a `<Transcription>`, or the one given by REST. Reports
    /// overtake each other; sort them by [`sequence_id`](Self::sequence_id) within each
    /// [`track`](Self::track). See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/transcription).
    ///
    /// Refused without `AccountSid`, `CallSid`, `TranscriptionSid` and `TranscriptionEvent`.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     Params,
    ///     webhook::{RealtimeTranscriptionUpdate, Webhook},
    /// };
    ///
    /// let params = Params::from_pairs([
    ///     ("AccountSid", "AC00000000000000000000000000000001"),
    ///     ("CallSid", "CA00000000000000000000000000000001"),
    ///     ("TranscriptionSid", "GT00000000000000000000000000000001"),
    ///     ("TranscriptionEvent", "transcription-content"),
    ///     ("TranscriptionData", r#"{"transcript":"Hello?","confidence":0.97}"#),
    ///     ("Final", "true"),
    /// ]);
    /// let update = RealtimeTranscriptionUpdate::from_params(&params)?;
    /// assert_eq!(update.transcript().as_deref(), Some("Hello?"));
    /// assert_eq!(update.confidence(), Some(0.97));
    /// assert_eq!(update.is_final, Some(true));
    /// # Ok::<_, twilio_hooks::ParamError>(())
    /// ```
    pub struct RealtimeTranscriptionUpdate: "realtime-transcription" {
        /// The leg of the call that is transcribed.
        call_sid: CallSid = required "CallSid",
        /// The account or subaccount the call belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// The session.
        transcription_sid: RealtimeTranscriptionSid = required "TranscriptionSid",
        /// What happened.
        transcription_event: TranscriptionEvent = required "TranscriptionEvent",
        /// The place of this report among those of the session, from 1; in order within a track
        /// only. Nearly always there.
        sequence_id: Option<u32> = "SequenceId",
        /// When it happened. Nearly always there.
        timestamp: Option<Timestamp> = "Timestamp",
        /// The language that is recognised, as a BCP 47 tag; at the start and with content.
        language_code: Option<String> = "LanguageCode",
        /// The side that is heard; at the start and with content, where it is never both.
        track: Option<TranscriptionTrack> = "Track",
        /// What was said, as JSON text; with content only. Ask [`transcript`](Self::transcript) and
        /// [`confidence`](Self::confidence).
        transcription_data: Option<String> = "TranscriptionData",
        /// Whether the words are settled; with content only.
        #[doc(alias = "final")]
        is_final: Option<bool> = "Final",
        /// How little the words will change, from 0 to 1; with content that is not final only, and
        /// left out by some recognisers.
        stability: Option<f64> = "Stability",
        /// What the recogniser itself answered, as JSON text; with content, if it was asked for.
        transcription_provider_data: Option<String> = "TranscriptionProviderData",
        /// The settings of the recogniser, as JSON text in which truth values are texts too; at the
        /// start only.
        provider_configuration: Option<String> = "ProviderConfiguration",
        /// The recogniser; at the start only.
        transcription_engine: Option<TranscriptionEngine> = "TranscriptionEngine",
        /// The name that we gave the session; at the start, if it has one.
        name: Option<String> = "Name",
        /// What we called the side that Twilio hears; at the start, if it has a name.
        inbound_track_label: Option<String> = "InboundTrackLabel",
        /// What we called the side that Twilio speaks for; at the start, if it has a name.
        outbound_track_label: Option<String> = "OutboundTrackLabel",
        /// Whether words are reported before they are settled; at the start only.
        partial_results: Option<bool> = "PartialResults",
        /// Why it failed, an [error code](https://www.twilio.com/docs/api/errors) from 32650 to
        /// 32655; with an error only.
        transcription_error_code: Option<u32> = "TranscriptionErrorCode",
        /// A text about `transcription_error_code`; with an error only.
        transcription_error: Option<String> = "TranscriptionError",
    }
    families {}
}

error_code!(RealtimeTranscriptionUpdate: transcription_error_code);

impl RealtimeTranscriptionUpdate {
    /// What was said, out of [`transcription_data`](Self::transcription_data); `None` without
    /// content.
    #[must_use]
    pub fn transcript(&self) -> Option<String> {
        match self.data()?.get_mut("transcript")?.take() {
            Value::String(transcript) => Some(transcript),
            _ => None,
        }
    }

    /// How sure the recogniser is, from 0 to 1, out of
    /// [`transcription_data`](Self::transcription_data); `None` unless the words are settled.
    #[must_use]
    pub fn confidence(&self) -> Option<f64> {
        self.data()?.get("confidence")?.as_f64()
    }

    fn data(&self) -> Option<Value> {
        field::json(self.transcription_data.as_deref())
    }
}

string_enum! {
    /// What happened to the transcription of a running call.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/twiml/transcription).
    pub enum TranscriptionEvent {
        /// It has begun.
        Started => "transcription-started",
        /// Something was said.
        Content => "transcription-content",
        /// It is over.
        Stopped => "transcription-stopped",
        /// It failed; see the error code.
        Error => "transcription-error",
    }
}

string_enum! {
    /// The side of a call that is transcribed.
    pub enum TranscriptionTrack {
        /// What Twilio hears.
        Inbound => "inbound_track",
        /// What Twilio says.
        Outbound => "outbound_track",
        /// Both.
        Both => "both_tracks",
    }
}

string_enum! {
    /// Whose recogniser transcribes a call.
    pub enum TranscriptionEngine {
        /// Google's.
        Google => "google",
        /// Deepgram's.
        Deepgram => "deepgram",
    }
}
