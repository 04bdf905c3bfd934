use crate::twiml::element::element;
use crate::twiml::{HttpMethod, Text};

element! {
    /// Transfers the caller, who called by SIP, to another SIP address; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/refer).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Refer, ReferSip};
    ///
    /// let refer = Refer::new().action("/voice/referred").with(ReferSip::new("sip:alice@example.com"));
    /// assert_eq!(
    ///     refer.to_string(),
    ///     r#"<Refer action="/voice/referred"><Sip>sip:alice@example.com</Sip></Refer>"#,
    /// );
    /// ```
    pub struct Refer = "Refer" inside [VoiceResponse] {
        /// The URL that is told the result and asked for TwiML.
        action: Text = "action",
        /// The HTTP method for `action`, POST by default.
        method: HttpMethod = "method",
    }
}
