use crate::twiml::element::element;

element! {
    /// Ends what [`Start`](crate::twiml::Start) began; see [Twilio's page about
    /// `<Stream>`](https://www.twilio.com/docs/voice/twiml/stream).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Stop, Stream};
    ///
    /// let stop = Stop::new().with(Stream::new().name("audit"));
    /// assert_eq!(stop.to_string(), r#"<Stop><Stream name="audit"/></Stop>"#);
    /// ```
    pub struct Stop = "Stop" inside [VoiceResponse] {}
}
