use crate::twiml::element::element;
use crate::twiml::{HttpMethod, Text};

element! {
    /// Sends a message, see [Twilio's page](https://www.twilio.com/docs/messaging/twiml/message).
    ///
    /// Without [`to`](Self::to) it answers the sender of the incoming message.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Body, Media, Message};
    ///
    /// assert_eq!(Message::new("Hello").to_string(), "<Message>Hello</Message>");
    ///
    /// let picture = Message::default().with(Body::new("Hello")).with(Media::new("https://example.com/owl.png"));
    /// assert_eq!(
    ///     picture.to_string(),
    ///     "<Message><Body>Hello</Body><Media>https://example.com/owl.png</Media></Message>",
    /// );
    /// ```
    pub struct Message = "Message" inside [MessagingResponse] {
        /// The text of a message without media; with [`Media`](crate::twiml::Media) it goes into a
        /// [`Body`](crate::twiml::Body).
        optional text text,
        /// The URL that is told what became of the message.
        action: Text = "action",
        /// The sender: a number or alphanumeric sender of the account, by default the one that the
        /// incoming message was sent to.
        from: Text = "from",
        /// The HTTP method for `action`, POST by default.
        method: HttpMethod = "method",
        /// The URL that is told every status of the message; Twilio recommends `action` instead.
        status_callback: Text = "statusCallback",
        /// The receiver, by default the sender of the incoming message.
        to: Text = "to",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::{Body, Media};

    #[test]
    fn message_has_its_text_and_attributes() {
        let message = Message::new("a < b")
            .to("+15005550103")
            .from("MYBRAND")
            .method(HttpMethod::Post)
            .status_callback("/status")
            .action("/sent?x=1&y=2");
        assert_eq!(
            message.to_string(),
            r#"<Message action="/sent?x=1&amp;y=2" from="MYBRAND" method="POST" statusCallback="/status" to="+15005550103">a &lt; b</Message>"#,
        );
    }

    #[test]
    fn body_and_media_stand_in_order() {
        let message = Message::default()
            .with(Body::new("two"))
            .with(Media::new("/a.jpg"))
            .with(Media::new("/b.jpg"));
        assert_eq!(
            message.to_string(),
            "<Message><Body>two</Body><Media>/a.jpg</Media><Media>/b.jpg</Media></Message>",
        );
    }
}
