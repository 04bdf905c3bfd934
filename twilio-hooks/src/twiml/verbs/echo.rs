use crate::twiml::element::element;

element! {
    /// Plays the caller's own voice back, to test a connection.
    ///
    /// The official libraries have it, but Twilio has no public page about it; see [the list of
    /// verbs](https://www.twilio.com/docs/voice/twiml).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Echo;
    ///
    /// assert_eq!(Echo::new().to_string(), "<Echo/>");
    /// ```
    pub struct Echo = "Echo" inside [VoiceResponse] {}
}
