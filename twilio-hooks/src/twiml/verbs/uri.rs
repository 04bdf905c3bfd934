use crate::twiml::element::element;
use crate::twiml::{Password, Text};

element! {
    /// One of the addresses of a [`Sip`](crate::twiml::Sip); see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/sip).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Uri;
    ///
    /// let uri = Uri::new("sip:jane@example.com").priority(1).weight(70);
    /// assert_eq!(uri.to_string(), r#"<Uri priority="1" weight="70">sip:jane@example.com</Uri>"#);
    /// ```
    pub struct Uri = "Uri" inside [Sip] {
        /// The address.
        optional text uri,
        /// The password for SIP authentication.
        password: Password = "password",
        /// When to try it: lower comes first.
        priority: u32 = "priority",
        /// The user name for SIP authentication.
        username: Text = "username",
        /// How often it is chosen among those of the same priority: greater is more often.
        weight: u32 = "weight",
    }
}
