use super::element::element;
use super::response::response;

element! {
    /// Instructions for a call, carried out one after another.
    ///
    /// When they are done the call ends; an empty response ends it at once. See
    /// [Twilio's page](https://www.twilio.com/docs/voice/twiml).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Dial, Say, VoiceResponse};
    ///
    /// let reply = VoiceResponse::new()
    ///     .with(Say::new("One moment, please."))
    ///     .with(Dial::new("+15005550100").timeout(20));
    /// assert_eq!(
    ///     reply.to_xml(),
    ///     r#"<?xml version="1.0" encoding="UTF-8"?><Response><Say>One moment, please.</Say><Dial timeout="20">+15005550100</Dial></Response>"#,
    /// );
    /// ```
    pub struct VoiceResponse = "Response" inside [] {}
}

response!(VoiceResponse);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::{Hangup, Node, Pause, RawElement, Say, XmlName};

    #[test]
    fn an_empty_response_is_a_document() {
        assert_eq!(
            VoiceResponse::new().to_xml(),
            r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#
        );
    }

    #[test]
    fn verbs_keep_their_order() {
        let mut reply = VoiceResponse::new().with(Pause::new()).with(Say::new("b"));
        reply.push(Pause::new());
        reply.push(Say::new("a"));
        assert!(
            reply
                .to_xml()
                .ends_with("<Response><Pause/><Say>b</Say><Pause/><Say>a</Say></Response>")
        );
    }

    #[test]
    fn raw_elements_stand_anywhere() {
        let sparkle = || RawElement::new(XmlName::from_static("Sparkle"));
        let reply = VoiceResponse::new()
            .with(sparkle())
            .with(Hangup::new().with(sparkle()));
        assert!(
            reply
                .to_xml()
                .ends_with("<Response><Sparkle/><Hangup><Sparkle/></Hangup></Response>")
        );
    }

    #[test]
    fn verbs_can_be_inspected() {
        let reply = VoiceResponse::new().with(Pause::new().length(3));
        assert!(matches!(reply.children(), [Node::Pause(pause)] if pause.length == Some(3)));
    }

    #[test]
    fn display_is_the_document() {
        let reply = VoiceResponse::new().with(Say::new("ä"));
        assert_eq!(reply.to_string(), reply.to_xml());
        assert_eq!(reply.to_bytes(), reply.to_xml());
    }
}
