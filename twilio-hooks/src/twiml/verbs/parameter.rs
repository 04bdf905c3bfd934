use crate::twiml::Text;
use crate::twiml::element::element;

element! {
    /// A name and a value that are passed on to what is dialled, connected or started.
    ///
    /// Twilio tells on the page of each element what it does with them, for example
    /// [`<Stream>`](https://www.twilio.com/docs/voice/twiml/stream).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Parameter;
    ///
    /// assert_eq!(
    ///     Parameter::pair("first_name", "Jane").to_string(),
    ///     r#"<Parameter name="first_name" value="Jane"/>"#,
    /// );
    /// ```
    pub struct Parameter = "Parameter" inside [
        Application, Client, ConversationRelay, Hangup, Pay, Reject, Siprec, Stream, Transcription,
        VirtualAgent,
    ] {
        /// The name, without which it means nothing.
        name: Text = "name" is required,
        /// The value.
        value: Text = "value" is required,
    }
}

impl Parameter {
    /// A parameter with both of its attributes.
    #[must_use]
    pub fn pair(name: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self::new().name(name).value(value)
    }
}
