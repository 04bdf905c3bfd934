use crate::twiml::element::element;
use crate::twiml::{CallEvent, HttpMethod, Text};

element! {
    /// Dials a TwiML app, of this account or another, as if it were called; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/application).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Application, ApplicationSid, Parameter};
    ///
    /// let plain = Application::new("AP0123456789abcdef0123456789abcdef");
    /// assert_eq!(plain.to_string(), "<Application>AP0123456789abcdef0123456789abcdef</Application>");
    ///
    /// let with_order = Application::default()
    ///     .copy_parent_to(true)
    ///     .with(ApplicationSid::new("AP0123456789abcdef0123456789abcdef"))
    ///     .with(Parameter::pair("order", "12345"));
    /// assert_eq!(
    ///     with_order.to_string(),
    ///     concat!(
    ///         r#"<Application copyParentTo="true"><ApplicationSid>AP0123456789abcdef0123456789abcdef</ApplicationSid>"#,
    ///         r#"<Parameter name="order" value="12345"/></Application>"#,
    ///     ),
    /// );
    /// ```
    pub struct Application = "Application" inside [Dial] {
        /// The SID (`AP…`) of the app; left out if an
        /// [`ApplicationSid`](crate::twiml::ApplicationSid) stands inside.
        optional text sid,
        /// Whether the app is given the `To` of the caller's call, `false` by default.
        copy_parent_to: bool = "copyParentTo",
        /// Who calls the app, in up to 256 characters.
        customer_id: Text = "customerId",
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
