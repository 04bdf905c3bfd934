use crate::twiml::element::element;

element! {
    /// The headers of the SIP request that dials a [`Sip`](crate::twiml::Sip); see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/sip).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Header, Headers};
    ///
    /// assert_eq!(
    ///     Headers::new().with(Header::pair("X-Order", "12345")).to_string(),
    ///     r#"<Headers><Header name="X-Order" value="12345"/></Headers>"#,
    /// );
    /// ```
    pub struct Headers = "Headers" inside [Sip] {}
}
