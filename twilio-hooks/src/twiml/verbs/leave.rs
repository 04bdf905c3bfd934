use crate::twiml::element::element;

element! {
    /// Takes the caller out of the queue and goes on after the [`Enqueue`](crate::twiml::Enqueue);
    /// see [Twilio's page](https://www.twilio.com/docs/voice/twiml/leave).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Leave;
    ///
    /// assert_eq!(Leave::new().to_string(), "<Leave/>");
    /// ```
    pub struct Leave = "Leave" inside [VoiceResponse] {}
}
