use crate::twiml::element::element;
use crate::twiml::{CallEvent, HttpMethod, Text};

element! {
    /// An app or web page with Twilio's Voice SDK to dial; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/client).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Client, Identity, Parameter};
    ///
    /// assert_eq!(Client::new("joey").to_string(), "<Client>joey</Client>");
    ///
    /// let with_name = Client::default()
    ///     .with(Identity::new("joey"))
    ///     .with(Parameter::pair("caller_name", "Jane Doe"));
    /// assert_eq!(
    ///     with_name.to_string(),
    ///     r#"<Client><Identity>joey</Identity><Parameter name="caller_name" value="Jane Doe"/></Client>"#,
    /// );
    /// ```
    pub struct Client = "Client" inside [Dial] {
        /// The identity that the client registered with; left out if an
        /// [`Identity`](crate::twiml::Identity) stands inside.
        optional text identity,
        /// The HTTP method for `url`, POST by default.
        method: HttpMethod = "method",
        /// The URL that is told how the dialled call goes.
        status_callback: Text = "statusCallback",
        /// What to tell `statusCallback`, by default [`CallEvent::Completed`].
        status_callback_event: [CallEvent] = "statusCallbackEvent",
        /// The HTTP method for `statusCallback`, POST by default.
        status_callback_method: HttpMethod = "statusCallbackMethod",
        /// Where to get TwiML that the called side hears before being connected.
        url: Text = "url",
    }
}
