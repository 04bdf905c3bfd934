use super::element::element;
use super::response::response;

element! {
    /// Instructions for an incoming message: usually the messages to reply with.
    ///
    /// An empty response sends nothing. See [Twilio's
    /// page](https://www.twilio.com/docs/messaging/twiml).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Message, MessagingResponse};
    ///
    /// let reply = MessagingResponse::new().with(Message::new("Thanks for writing!"));
    /// assert_eq!(
    ///     reply.to_xml(),
    ///     r#"<?xml version="1.0" encoding="UTF-8"?><Response><Message>Thanks for writing!</Message></Response>"#,
    /// );
    /// ```
    pub struct MessagingResponse = "Response" inside [] {}
}

response!(MessagingResponse);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::{HttpMethod, Message, Redirect};

    #[test]
    fn an_empty_response_is_a_document() {
        assert_eq!(
            MessagingResponse::new().to_xml(),
            r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#
        );
    }

    #[test]
    fn messages_and_a_redirect_stand_in_order() {
        let reply = MessagingResponse::new()
            .with(Message::new("one"))
            .with(Message::new("two"))
            .with(Redirect::new("/next").method(HttpMethod::Get));
        assert!(reply.to_xml().ends_with(
            r#"<Response><Message>one</Message><Message>two</Message><Redirect method="GET">/next</Redirect></Response>"#
        ));
    }
}
