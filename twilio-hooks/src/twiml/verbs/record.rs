use crate::twiml::element::element;
use crate::twiml::{HttpMethod, RecordingEvent, Text, Trim};

element! {
    /// Records what the caller says, such as a voicemail; see
    /// [Twilio's page](https://www.twilio.com/docs/voice/twiml/record).
    ///
    /// The recording ends with a key, with silence or at its greatest length. Then Twilio asks
    /// `action` for more TwiML; without `action` it asks the current URL again, which answers with
    /// the same `<Record>` unless it is prepared. If the caller says nothing, the next verb
    /// follows.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Record;
    ///
    /// let voicemail = Record::new().action("/voice/voicemail").max_length(120).finish_on_key("#");
    /// assert_eq!(voicemail.to_string(), r##"<Record action="/voice/voicemail" finishOnKey="#" maxLength="120"/>"##);
    /// ```
    pub struct Record = "Record" inside [VoiceResponse] {
        /// The URL that is asked for TwiML after the recording, by default the current one.
        action: Text = "action",
        /// The keys that end the recording, all of them by default; empty for none.
        finish_on_key: Text = "finishOnKey",
        /// The greatest length in seconds, 3600 by default.
        max_length: u32 = "maxLength",
        /// The HTTP method for `action`, POST by default.
        method: HttpMethod = "method",
        /// Whether a beep tells the caller to speak, `true` by default.
        play_beep: bool = "playBeep",
        /// The id of a recording configuration stored with Twilio.
        recording_configuration_id: Text = "recordingConfigurationId",
        /// The URL that is told about the recording, also when it can be downloaded.
        recording_status_callback: Text = "recordingStatusCallback",
        /// What to tell `recordingStatusCallback`, by default [`RecordingEvent::Completed`].
        recording_status_callback_event: [RecordingEvent] = "recordingStatusCallbackEvent",
        /// The HTTP method for `recordingStatusCallback`, POST by default.
        recording_status_callback_method: HttpMethod = "recordingStatusCallbackMethod",
        /// Seconds of silence that end the recording, 5 by default.
        timeout: u32 = "timeout",
        /// Whether Twilio writes down what was said, `false` by default. It costs extra.
        transcribe: bool = "transcribe",
        /// The URL that is given the text; setting it turns `transcribe` on.
        transcribe_callback: Text = "transcribeCallback",
        /// Whether silence is cut from both ends, [`Trim::TrimSilence`] by default.
        trim: Trim = "trim",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_has_its_attributes() {
        let record = Record::new()
            .action("/recorded")
            .finish_on_key("")
            .max_length(30)
            .method(HttpMethod::Get)
            .play_beep(false)
            .recording_configuration_id("rc_main")
            .recording_status_callback("/status")
            .recording_status_callback_event([RecordingEvent::InProgress, RecordingEvent::Absent])
            .recording_status_callback_method(HttpMethod::Post)
            .timeout(10)
            .transcribe(true)
            .transcribe_callback("/text")
            .trim(Trim::DoNotTrim);
        assert_eq!(
            record.to_string(),
            concat!(
                r#"<Record action="/recorded" finishOnKey="" maxLength="30" method="GET" playBeep="false" "#,
                r#"recordingConfigurationId="rc_main" recordingStatusCallback="/status" "#,
                r#"recordingStatusCallbackEvent="in-progress absent" recordingStatusCallbackMethod="POST" timeout="10" "#,
                r#"transcribe="true" transcribeCallback="/text" trim="do-not-trim"/>"#,
            ),
        );
    }
}
