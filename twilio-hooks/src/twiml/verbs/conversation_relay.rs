use crate::twiml::element::element;
use crate::twiml::values::{attribute_enum, auto_or_number};
use crate::twiml::{Decimal, LanguageTag, Text, TextNormalization};

element! {
    /// Lets a program talk with the caller: Twilio turns speech into text and text into speech, and
    /// exchanges the text over a WebSocket; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/conversationrelay/conversationrelay-noun).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{CallerInput, Connect, ConversationRelay, Language};
    ///
    /// let agent = Connect::new().action("/voice/after-agent").with(
    ///     ConversationRelay::new()
    ///         .url("wss://example.com/agent")
    ///         .interruptible(CallerInput::Speech)
    ///         .welcome_greeting("Hello, what can I do for you?")
    ///         .with(Language::new().code("de-DE").voice("de-DE-Journey-D")),
    /// );
    /// assert_eq!(
    ///     agent.to_string(),
    ///     concat!(
    ///         r#"<Connect action="/voice/after-agent"><ConversationRelay interruptible="speech" url="wss://example.com/agent" "#,
    ///         r#"welcomeGreeting="Hello, what can I do for you?"><Language code="de-DE" voice="de-DE-Journey-D"/>"#,
    ///         "</ConversationRelay></Connect>",
    ///     ),
    /// );
    /// ```
    pub struct ConversationRelay = "ConversationRelay" inside [Connect] {
        /// Whether Twilio connects again if the WebSocket drops, `false` by default.
        application_reconnect: bool = "applicationReconnect",
        /// Whether the transcript has numbers, dates and the like in their written form.
        asr_smart_format: bool = "asrSmartFormat",
        /// How noise is filtered before recognition; Twilio's libraries don't list the values.
        background_noise_reduction: Text = "backgroundNoiseReduction",
        /// The caller's name, for Conversations.
        customer_name: Text = "customerName",
        /// What is sent over the WebSocket for debugging.
        debug: [ConversationRelayDebug] = "debug",
        /// The older name of `asrSmartFormat`, for Deepgram only.
        deepgram_smart_format: bool = "deepgramSmartFormat",
        /// Whether pressed keys are reported.
        dtmf_detection: bool = "dtmfDetection",
        /// How sure the recognition has to be to guess early that the caller is done: 0.3 to 0.9.
        eager_eot_threshold: Decimal = "eagerEotThreshold" in 0.3..=0.9,
        /// Whether transcripts of the agent's own voice are dropped, `false` by default.
        echo_prompt_filtering: bool = "echoPromptFiltering",
        /// The older name of `ttsLanguageTextNormalization`; deprecated by Twilio.
        elevenlabs_language_text_normalization: bool = "elevenlabsLanguageTextNormalization",
        /// The older name of `ttsTextNormalization`, for ElevenLabs only;
        /// [`TextNormalization::Off`] by default.
        elevenlabs_text_normalization: TextNormalization = "elevenlabsTextNormalization",
        /// How sure the recognition has to be that the caller is done: 0.5 to 0.9, 0.8 by default.
        /// Only in Twilio's documentation, not in its libraries.
        eot_threshold: Decimal = "eotThreshold" in 0.5..=0.9,
        /// What is told over the WebSocket beside what the caller says.
        events: [ConversationRelayEvent] = "events",
        /// Words and phrases that the caller is likely to say; a comma inside one separates two.
        hints: [Text] = "hints",
        /// Whether sounds of agreement, such as “uh-huh”, don't interrupt, `false` by default.
        ignore_backchannel: bool = "ignoreBackchannel",
        /// What is added to the messages that carry what the caller said.
        include_in_prompt: [ConversationRelayPromptField] = "includeInPrompt",
        /// The SID or unique name of the Conversational Intelligence service that keeps the
        /// transcript.
        intelligence_service: Text = "intelligenceService",
        /// How easily speech interrupts, [`InterruptSensitivity::High`] by default.
        interrupt_sensitivity: InterruptSensitivity = "interruptSensitivity",
        /// What interrupts the agent, [`CallerInput::Any`] by default.
        interruptible: CallerInput = "interruptible",
        /// The language of both directions.
        language: LanguageTag = "language",
        /// Whether a sentence that the caller didn't finish is reported at the end of the call.
        partial_prompt_on_hangup: bool = "partialPromptOnHangup",
        /// Whether text is sent while the caller still speaks, `false` by default.
        partial_prompts: bool = "partialPrompts",
        /// Whether newer text replaces what is being spoken, `false` by default.
        preemptible: bool = "preemptible",
        /// Whether swear words are masked in the transcript.
        profanity_filter: bool = "profanityFilter",
        /// What is reported while the agent speaks, [`CallerInput::None`] by default.
        report_input_during_agent_speech: CallerInput = "reportInputDuringAgentSpeech",
        /// The model that recognises speech; which there are depends on the provider.
        speech_model: Text = "speechModel",
        /// The silence that ends what the caller says: 600 to 5000 milliseconds, or
        /// [`ConversationRelaySpeechTimeout::Auto`], the default.
        speech_timeout: ConversationRelaySpeechTimeout = "speechTimeout" in 600..=5000,
        /// The language to recognise, by default `language`.
        transcription_language: LanguageTag = "transcriptionLanguage",
        /// Who recognises speech, such as `Deepgram` or `Google`.
        transcription_provider: Text = "transcriptionProvider",
        /// The language to speak, by default `language`.
        tts_language: LanguageTag = "ttsLanguage",
        /// Whether the text is spelt out by the rules of its language before it is spoken.
        tts_language_text_normalization: bool = "ttsLanguageTextNormalization",
        /// Who speaks, such as `ElevenLabs`, `Google` or `Amazon`.
        tts_provider: Text = "ttsProvider",
        /// Whether numbers, dates and the like are spelt out before they are spoken.
        tts_text_normalization: TextNormalization = "ttsTextNormalization",
        /// Whether a model decides when the caller is done, `false` by default.
        turn_detection: bool = "turnDetection",
        /// The WebSocket of the program: a `wss://` URL. Twilio requires it.
        url: Text = "url" is required,
        /// The voice to speak with; which there are depends on `ttsProvider`.
        voice: Text = "voice",
        /// What to say first.
        welcome_greeting: Text = "welcomeGreeting",
        /// What interrupts the greeting, [`CallerInput::Any`] by default.
        welcome_greeting_interruptible: CallerInput = "welcomeGreetingInterruptible",
    }
}

attribute_enum! {
    /// What can be sent over the WebSocket for debugging.
    pub enum ConversationRelayDebug {
        /// General information.
        Debugging = "debugging",
        /// When someone begins or stops to speak.
        SpeakerEvents = "speaker-events",
        /// Which text was spoken.
        TokensPlayed = "tokens-played",
    } and others
}

attribute_enum! {
    /// What can be told over the WebSocket beside what the caller says.
    pub enum ConversationRelayEvent {
        /// When someone begins or stops to speak.
        SpeakerEvents = "speaker-events",
        /// Which text was spoken.
        TokensPlayed = "tokens-played",
    } and others
}

attribute_enum! {
    /// What can be added to the messages that carry what the caller said.
    pub enum ConversationRelayPromptField {
        /// Whether the caller is done.
        TurnState = "turn-state",
        /// The parts that the text was put together from.
        PromptSegments = "prompt-segments",
    }
}

attribute_enum! {
    /// How easily speech interrupts.
    pub enum InterruptSensitivity {
        /// Only clear speech does.
        Low = "low",
        /// In between.
        Medium = "medium",
        /// Any speech does.
        High = "high",
    }
}

attribute_enum! {
    /// What a caller can do while the agent speaks. Twilio also understands `"true"` and `"false"`,
    /// which mean the same as [`Any`](Self::Any) and [`None`](Self::None).
    pub enum CallerInput {
        /// Nothing counts.
        None = "none",
        /// Keys.
        Dtmf = "dtmf",
        /// Speech.
        Speech = "speech",
        /// Keys and speech.
        Any = "any",
    } also ["true", "false"]
}

impl From<bool> for CallerInput {
    fn from(any: bool) -> Self {
        if any { Self::Any } else { Self::None }
    }
}

auto_or_number! {
    /// The silence that ends what the caller says.
    pub enum ConversationRelaySpeechTimeout {
        /// Twilio decides.
        Auto,
        /// So many milliseconds.
        Milliseconds(u32),
    }
}
