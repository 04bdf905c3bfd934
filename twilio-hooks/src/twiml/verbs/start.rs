use crate::twiml::element::element;
use crate::twiml::{HttpMethod, Text};

element! {
    /// Starts something in the background and goes on with the next verb.
    ///
    /// What is started stands inside: a [`Stream`](crate::twiml::Stream),
    /// [`Siprec`](crate::twiml::Siprec), [`Transcription`](crate::twiml::Transcription) or
    /// [`Recording`](crate::twiml::Recording); each has its page, such as [that of
    /// `<Stream>`](https://www.twilio.com/docs/voice/twiml/stream).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Start, Stream};
    ///
    /// let start = Start::new().with(Stream::new().name("audit").url("wss://example.com/audio"));
    /// assert_eq!(
    ///     start.to_string(),
    ///     r#"<Start><Stream name="audit" url="wss://example.com/audio"/></Start>"#,
    /// );
    /// ```
    pub struct Start = "Start" inside [VoiceResponse] {
        /// The URL that is asked for TwiML after the start.
        action: Text = "action",
        /// The HTTP method for `action`, POST by default.
        method: HttpMethod = "method",
    }
}
