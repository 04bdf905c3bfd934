use crate::twiml::element::element;
use crate::twiml::{HttpMethod, Text, Track};

element! {
    /// Sends the audio of the call over a WebSocket; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/stream).
    ///
    /// Inside [`Connect`](crate::twiml::Connect) audio flows both ways and the call waits; inside
    /// [`Start`](crate::twiml::Start) it only leaves, in the background.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Parameter, Stream, Track};
    ///
    /// let stream = Stream::new()
    ///     .track(Track::BothTracks)
    ///     .url("wss://example.com/audio")
    ///     .with(Parameter::pair("first_name", "Jane"));
    /// assert_eq!(
    ///     stream.to_string(),
    ///     concat!(
    ///         r#"<Stream track="both_tracks" url="wss://example.com/audio">"#,
    ///         r#"<Parameter name="first_name" value="Jane"/></Stream>"#,
    ///     ),
    /// );
    /// ```
    pub struct Stream = "Stream" inside [Connect, Start, Stop] {
        /// How the audio is encoded; Twilio's libraries don't list the values.
        audio_format: Text = "audioFormat",
        /// The connector that is configured with Twilio.
        connector_name: Text = "connectorName",
        /// The name by which [`Stop`](crate::twiml::Stop) ends it.
        name: Text = "name",
        /// How many samples a second has; Twilio's libraries don't list the values.
        sample_rate: Text = "sampleRate",
        /// The URL that is told when it starts, ends or fails.
        status_callback: Text = "statusCallback",
        /// The HTTP method for `statusCallback`, POST by default.
        status_callback_method: HttpMethod = "statusCallbackMethod",
        /// Whose voice is sent, [`Track::InboundTrack`] by default.
        track: Track = "track",
        /// The WebSocket: a `wss://` URL without a query. Twilio requires it to start a stream.
        url: Text = "url",
    }
}
