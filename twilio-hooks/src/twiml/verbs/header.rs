use crate::twiml::Text;
use crate::twiml::element::element;

element! {
    /// A header of the SIP request that dials a [`Sip`](crate::twiml::Sip); see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/sip).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Header;
    ///
    /// assert_eq!(Header::pair("X-Order", "12345").to_string(), r#"<Header name="X-Order" value="12345"/>"#);
    /// ```
    pub struct Header = "Header" inside [Headers] {
        /// The name of the header, without which it means nothing.
        name: Text = "name" is required,
        /// Its value.
        value: Text = "value" is required,
    }
}

impl Header {
    /// A header with both of its attributes.
    #[must_use]
    pub fn pair(name: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self::new().name(name).value(value)
    }
}
