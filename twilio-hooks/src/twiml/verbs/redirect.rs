use crate::twiml::HttpMethod;
use crate::twiml::element::element;

element! {
    /// Goes on with the TwiML at another URL; verbs after it are never reached.
    ///
    /// See Twilio's pages for [calls](https://www.twilio.com/docs/voice/twiml/redirect) and
    /// [messages](https://www.twilio.com/docs/messaging/twiml/redirect).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Redirect;
    ///
    /// assert_eq!(Redirect::new("/voice/menu").to_string(), "<Redirect>/voice/menu</Redirect>");
    /// ```
    pub struct Redirect = "Redirect" inside [VoiceResponse, MessagingResponse] {
        /// Where the next TwiML is, absolute or relative to the current URL.
        text url,
        /// The HTTP method to ask for it with, POST by default.
        method: HttpMethod = "method",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_has_its_url_and_method() {
        let redirect = Redirect::new("../next?step=2&ok=true").method(HttpMethod::Get);
        assert_eq!(
            redirect.to_string(),
            r#"<Redirect method="GET">../next?step=2&amp;ok=true</Redirect>"#
        );
    }
}
