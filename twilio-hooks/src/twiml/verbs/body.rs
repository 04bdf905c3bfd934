use crate::twiml::element::element;

element! {
    /// The text of a message that also has media, see
    /// [Twilio's page](https://www.twilio.com/docs/messaging/twiml/message#nested-nouns).
    ///
    /// [`Message`](crate::twiml::Message) has an example.
    pub struct Body = "Body" inside [Message] {
        /// The text, up to 1600 characters.
        text text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_keeps_its_lines() {
        let body = Body::new("Hi,\n\nYour <order>.\n");
        assert_eq!(
            body.to_string(),
            "<Body>Hi,\n\nYour &lt;order&gt;.\n</Body>"
        );
    }
}
