use crate::twiml::element::element;

element! {
    /// The SIP address that a [`Refer`](crate::twiml::Refer) transfers to; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/refer).
    ///
    /// It is written `<Sip>`, like the [`Sip`](crate::twiml::Sip) of a `<Dial>`, but has no
    /// attributes.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::ReferSip;
    ///
    /// assert_eq!(ReferSip::new("sip:alice@example.com").to_string(), "<Sip>sip:alice@example.com</Sip>");
    /// ```
    ///
    /// A [`Dial`](crate::twiml::Dial) takes the other one:
    ///
    /// ```compile_fail,E0277
    /// use twilio_hooks::twiml::{Dial, ReferSip};
    ///
    /// let dial = Dial::default().with(ReferSip::new("sip:alice@example.com"));
    /// ```
    pub struct ReferSip = "Sip" inside [Refer] {
        /// The address; headers follow as parameters of the URI.
        text uri,
    }
}
