use crate::twiml::element::element;

element! {
    /// Ends the call, see [Twilio's page](https://www.twilio.com/docs/voice/twiml/hangup).
    ///
    /// As the first verb it still answers the call, which is then paid for;
    /// [`Reject`](crate::twiml::Reject) doesn't.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Hangup, Say, VoiceResponse};
    ///
    /// let reply = VoiceResponse::new().with(Say::new("Goodbye")).with(Hangup::new());
    /// # assert!(reply.to_xml().contains("<Hangup/>"));
    /// ```
    pub struct Hangup = "Hangup" inside [VoiceResponse] {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hangup_is_empty() {
        assert_eq!(Hangup::new().to_string(), "<Hangup/>");
    }
}
