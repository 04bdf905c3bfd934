use crate::twiml::Text;
use crate::twiml::element::element;

element! {
    /// Starts a [`ConversationRelay`](crate::twiml::ConversationRelay) whose settings are stored
    /// with Twilio.
    ///
    /// Twilio has no public page about it; see [its page about
    /// `<Connect>`](https://www.twilio.com/docs/voice/twiml/connect).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::ConversationRelaySession;
    ///
    /// let session = ConversationRelaySession::new().connector("agent").session_configuration("default");
    /// assert_eq!(
    ///     session.to_string(),
    ///     r#"<ConversationRelaySession connector="agent" sessionConfiguration="default"/>"#,
    /// );
    /// ```
    pub struct ConversationRelaySession = "ConversationRelaySession" inside [Connect] {
        /// The name or SID of the connector.
        connector: Text = "connector",
        /// The name of the stored settings.
        session_configuration: Text = "sessionConfiguration",
    }
}
