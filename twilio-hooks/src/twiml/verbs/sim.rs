use crate::twiml::element::element;

element! {
    /// A SIM card of Twilio's Programmable Wireless to dial; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/sim).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Sim;
    ///
    /// assert_eq!(Sim::new("DE01").to_string(), "<Sim>DE01</Sim>");
    /// ```
    pub struct Sim = "Sim" inside [Dial] {
        /// The SID (`DE…`) of the card.
        text sid,
    }
}
