use crate::twiml::element::element;

element! {
    /// The client to dial, when a [`Client`](crate::twiml::Client) also has parameters; see
    /// [Twilio's page](https://www.twilio.com/docs/voice/twiml/client).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Identity;
    ///
    /// assert_eq!(Identity::new("joey").to_string(), "<Identity>joey</Identity>");
    /// ```
    pub struct Identity = "Identity" inside [Client] {
        /// The identity that the client registered with.
        text identity,
    }
}
