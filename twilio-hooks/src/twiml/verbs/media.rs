use crate::twiml::element::element;

element! {
    /// A file to send with a message, see
    /// [Twilio's page](https://www.twilio.com/docs/messaging/twiml/message#nested-nouns).
    ///
    /// A message takes up to ten. [`Message`](crate::twiml::Message) has an example.
    pub struct Media = "Media" inside [Message] {
        /// Where Twilio downloads the file from.
        text url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_has_its_url() {
        assert_eq!(
            Media::new("/p.gif?w=1&h=2").to_string(),
            "<Media>/p.gif?w=1&amp;h=2</Media>"
        );
    }
}
