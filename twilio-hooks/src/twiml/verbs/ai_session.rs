use crate::twiml::Text;
use crate::twiml::element::element;

element! {
    /// Hands the call to an AI session of a connector that is configured with Twilio.
    ///
    /// Twilio has no public page about it; see [`Connect`](crate::twiml::Connect) and [Twilio's
    /// page about it](https://www.twilio.com/docs/voice/twiml/connect).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::AiSession;
    ///
    /// let session = AiSession::new().ai_connector("reception");
    /// assert_eq!(session.to_string(), r#"<AiSession aiConnector="reception"/>"#);
    /// ```
    pub struct AiSession = "AiSession" inside [Connect] {
        /// The name or SID of the connector.
        ai_connector: Text = "aiConnector",
        /// The configuration stored with Twilio that the session uses.
        ai_session_configuration: Text = "aiSessionConfiguration",
    }
}
