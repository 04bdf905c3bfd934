use crate::twiml::element::element;
use crate::twiml::{HttpMethod, Text};

element! {
    /// Hands the call to the service named inside and waits until that is done; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/connect).
    ///
    /// The verbs after it follow, unless `action` is set.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Connect, Stream};
    ///
    /// let to_socket = Connect::new().with(Stream::new().url("wss://example.com/audio"));
    /// assert_eq!(
    ///     to_socket.to_string(),
    ///     r#"<Connect><Stream url="wss://example.com/audio"/></Connect>"#,
    /// );
    /// ```
    pub struct Connect = "Connect" inside [VoiceResponse] {
        /// The URL that is asked for TwiML when the service is done.
        action: Text = "action",
        /// The HTTP method for `action`, POST by default.
        method: HttpMethod = "method",
    }
}
