use crate::twiml::element::element;

element! {
    /// Hands the call to an assistant of Autopilot, which Twilio has shut down.
    ///
    /// It is here because the official libraries still have it. Use
    /// [`ConversationRelay`](crate::twiml::ConversationRelay) or
    /// [`VirtualAgent`](crate::twiml::VirtualAgent) instead; see [Twilio's page about
    /// `<Connect>`](https://www.twilio.com/docs/voice/twiml/connect).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Autopilot;
    ///
    /// assert_eq!(Autopilot::new("reception").to_string(), "<Autopilot>reception</Autopilot>");
    /// ```
    pub struct Autopilot = "Autopilot" inside [Connect] {
        /// The SID or unique name of the assistant.
        text assistant,
    }
}
