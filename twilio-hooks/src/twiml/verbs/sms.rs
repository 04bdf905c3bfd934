use crate::twiml::element::element;
use crate::twiml::{HttpMethod, Text};

element! {
    /// Sends a text message during a call; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/sms).
    ///
    /// An old verb: Twilio recommends its REST API. In answers to messages use
    /// [`Message`](crate::twiml::Message).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Sms;
    ///
    /// let sms = Sms::new("Sorry that we missed you!").to("+15005550103").from("+15005550006");
    /// assert_eq!(
    ///     sms.to_string(),
    ///     r#"<Sms from="+15005550006" to="+15005550103">Sorry that we missed you!</Sms>"#,
    /// );
    /// ```
    pub struct Sms = "Sms" inside [VoiceResponse] {
        /// The text of the message.
        text text,
        /// The URL that is asked for TwiML when the message is on its way.
        action: Text = "action",
        /// The sender: a number of the account, by default the one that was called.
        from: Text = "from",
        /// The HTTP method for `action`, POST by default.
        method: HttpMethod = "method",
        /// The URL that is told what became of the message.
        status_callback: Text = "statusCallback",
        /// The receiver, by default the caller.
        to: Text = "to",
    }
}
