use crate::twiml::element::element;
use crate::twiml::{HttpMethod, LanguageTag, Text};

element! {
    /// Hands the call to a virtual agent of Google Dialogflow; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/connect/virtualagent).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Config, VirtualAgent};
    ///
    /// let agent = VirtualAgent::new()
    ///     .connector_name("project")
    ///     .with(Config::pair("voiceName", "en-US-Wavenet-C"));
    /// assert_eq!(
    ///     agent.to_string(),
    ///     concat!(
    ///         r#"<VirtualAgent connectorName="project">"#,
    ///         r#"<Config name="voiceName" value="en-US-Wavenet-C"/></VirtualAgent>"#,
    ///     ),
    /// );
    /// ```
    pub struct VirtualAgent = "VirtualAgent" inside [Connect] {
        /// The connector that is configured with Twilio.
        connector_name: Text = "connectorName",
        /// The language that is spoken.
        language: LanguageTag = "language",
        /// Whether the agent estimates the caller's mood.
        sentiment_analysis: bool = "sentimentAnalysis",
        /// The URL that is told how the conversation goes.
        status_callback: Text = "statusCallback",
        /// The HTTP method for `statusCallback`, POST by default.
        status_callback_method: HttpMethod = "statusCallbackMethod",
    }
}
