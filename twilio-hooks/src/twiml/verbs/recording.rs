use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;
use crate::twiml::{HttpMethod, RecordingEvent, RecordingTrack, Text, Trim};

element! {
    /// Records the call in the background; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/recording).
    ///
    /// [`Start`](crate::twiml::Start) begins it and goes on with the next verb;
    /// [`Stop`](crate::twiml::Stop) ends one that has a name.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Recording, RecordingChannels, Start};
    ///
    /// let start = Start::new().with(Recording::new().channels(RecordingChannels::Mono));
    /// assert_eq!(start.to_string(), r#"<Start><Recording channels="mono"/></Start>"#);
    /// ```
    pub struct Recording = "Recording" inside [Start, Stop] {
        /// Whether each side has a channel, [`RecordingChannels::Dual`] by default.
        channels: RecordingChannels = "channels",
        /// The name by which `Stop` ends it. Only in Twilio's documentation, not in its libraries.
        name: Text = "name",
        /// The id of a recording configuration stored with Twilio.
        recording_configuration_id: Text = "recordingConfigurationId",
        /// The URL that is told about the recording, also when it can be downloaded.
        recording_status_callback: Text = "recordingStatusCallback",
        /// What to tell `recordingStatusCallback`, by default [`RecordingEvent::Completed`].
        recording_status_callback_event: [RecordingEvent] = "recordingStatusCallbackEvent",
        /// The HTTP method for `recordingStatusCallback`, POST by default.
        recording_status_callback_method: HttpMethod = "recordingStatusCallbackMethod",
        /// Whose voice is recorded, [`RecordingTrack::Both`] by default.
        track: RecordingTrack = "track",
        /// Whether silence is cut from both ends, [`Trim::TrimSilence`] by default.
        trim: Trim = "trim",
    }
}

attribute_enum! {
    /// How many channels a recording has.
    pub enum RecordingChannels {
        /// One for both sides.
        Mono = "mono",
        /// One for each side.
        Dual = "dual",
    }
}
