use crate::twiml::element::element;
use crate::twiml::{HttpMethod, LanguageTag, Text, Track};

element! {
    /// Writes down what is said while it is said, in the background; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/transcription).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Start, Transcription};
    ///
    /// let start = Start::new().with(
    ///     Transcription::new().language_code("en-US").status_callback_url("https://example.com/said"),
    /// );
    /// assert_eq!(
    ///     start.to_string(),
    ///     concat!(
    ///         r#"<Start><Transcription languageCode="en-US" "#,
    ///         r#"statusCallbackUrl="https://example.com/said"/></Start>"#,
    ///     ),
    /// );
    /// ```
    pub struct Transcription = "Transcription" inside [Start, Stop] {
        /// The Conversations configuration to use. Only in Twilio's documentation, not in its
        /// libraries.
        conversation_configuration: Text = "conversationConfiguration",
        /// The conversation to add the text to. Only in Twilio's documentation, not in its
        /// libraries.
        conversation_id: Text = "conversationId",
        /// Whether the text has punctuation.
        enable_automatic_punctuation: bool = "enableAutomaticPunctuation",
        /// Whether the reports carry the raw data of the provider. Only in Twilio's documentation,
        /// not in its libraries.
        enable_provider_data: bool = "enableProviderData",
        /// Words and phrases that are likely to be said; a comma inside one separates two.
        hints: [Text] = "hints",
        /// A name for the caller's side.
        inbound_track_label: Text = "inboundTrackLabel",
        /// The SID or unique name of the Conversational Intelligence service that keeps the
        /// transcript.
        intelligence_service: Text = "intelligenceService",
        /// The language that is spoken.
        language_code: LanguageTag = "languageCode",
        /// The name by which [`Stop`](crate::twiml::Stop) ends it.
        name: Text = "name",
        /// A name for the other side.
        outbound_track_label: Text = "outboundTrackLabel",
        /// Whether text is reported while someone still speaks.
        partial_results: bool = "partialResults",
        /// Whether swear words are masked.
        profanity_filter: bool = "profanityFilter",
        /// The model that recognises speech; which there are depends on the engine.
        speech_model: Text = "speechModel",
        /// The HTTP method for `statusCallbackUrl`, POST by default.
        status_callback_method: HttpMethod = "statusCallbackMethod",
        /// The URL that is told the text, and when it starts, ends or fails.
        status_callback_url: Text = "statusCallbackUrl",
        /// Whose voice is written down.
        track: Track = "track",
        /// Who recognises speech, such as `google` or `deepgram`.
        transcription_engine: Text = "transcriptionEngine",
    }
}
