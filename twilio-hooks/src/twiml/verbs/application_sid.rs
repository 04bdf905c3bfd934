use crate::twiml::element::element;

element! {
    /// The app to dial, when an [`Application`](crate::twiml::Application) also has parameters; see
    /// [Twilio's page](https://www.twilio.com/docs/voice/twiml/application).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::ApplicationSid;
    ///
    /// assert_eq!(ApplicationSid::new("AP01").to_string(), "<ApplicationSid>AP01</ApplicationSid>");
    /// ```
    pub struct ApplicationSid = "ApplicationSid" inside [Application] {
        /// The SID (`AP…`) of the app.
        text sid,
    }
}
