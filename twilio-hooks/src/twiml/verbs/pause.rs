use crate::twiml::element::element;

element! {
    /// Waits in silence, see [Twilio's page](https://www.twilio.com/docs/voice/twiml/pause).
    ///
    /// As the first verb of an incoming call it delays answering.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Pause;
    ///
    /// assert_eq!(Pause::new().length(5).to_string(), r#"<Pause length="5"/>"#);
    /// ```
    pub struct Pause = "Pause" inside [VoiceResponse, Gather, Prompt] {
        /// Seconds to wait, 1 by default.
        length: u32 = "length",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pause_has_its_length() {
        assert_eq!(Pause::new().to_string(), "<Pause/>");
        assert_eq!(Pause::new().length(0).to_string(), r#"<Pause length="0"/>"#);
    }
}
