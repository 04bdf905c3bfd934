use crate::twiml::element::element;
use crate::twiml::{LanguageTag, Text, TextNormalization};

element! {
    /// The settings of a [`ConversationRelay`](crate::twiml::ConversationRelay) for one language;
    /// see [Twilio's
    /// page](https://www.twilio.com/docs/voice/conversationrelay/conversationrelay-noun).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Language;
    ///
    /// let swedish = Language::new().code("sv-SE").tts_provider("Amazon").voice("Astrid");
    /// assert_eq!(
    ///     swedish.to_string(),
    ///     r#"<Language code="sv-SE" ttsProvider="Amazon" voice="Astrid"/>"#,
    /// );
    /// ```
    pub struct Language = "Language" inside [ConversationRelay] {
        /// Whether the transcript has numbers, dates and the like in their written form.
        asr_smart_format: bool = "asrSmartFormat",
        /// The language that the settings are for. Twilio requires it.
        code: LanguageTag = "code" is required,
        /// Words and phrases that the caller is likely to say; a comma inside one separates two.
        hints: [Text] = "hints",
        /// The model that recognises speech.
        speech_model: Text = "speechModel",
        /// Who recognises speech, such as `Deepgram` or `Google`.
        transcription_provider: Text = "transcriptionProvider",
        /// Whether the text is spelt out by the rules of its language before it is spoken.
        tts_language_text_normalization: bool = "ttsLanguageTextNormalization",
        /// Who speaks, such as `ElevenLabs`, `Google` or `Amazon`.
        tts_provider: Text = "ttsProvider",
        /// Whether numbers, dates and the like are spelt out before they are spoken.
        tts_text_normalization: TextNormalization = "ttsTextNormalization",
        /// The voice to speak with.
        voice: Text = "voice",
    }
}
