use crate::twiml::element::element;
use crate::twiml::{CallEvent, HttpMethod, Text};

element! {
    /// A WhatsApp number to call; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/whatsapp).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Dial, WhatsApp};
    ///
    /// let call = Dial::default().caller_id("whatsapp:+15005550006").with(WhatsApp::new("+15005550102"));
    /// assert_eq!(
    ///     call.to_string(),
    ///     r#"<Dial callerId="whatsapp:+15005550006"><WhatsApp>+15005550102</WhatsApp></Dial>"#,
    /// );
    /// ```
    pub struct WhatsApp = "WhatsApp" inside [Dial] {
        /// The number, in E.164 form.
        text number,
        /// The HTTP method for `url`, POST by default.
        method: HttpMethod = "method",
        /// The URL that is told how the dialled call goes.
        status_callback: Text = "statusCallback",
        /// What to tell `statusCallback`, by default [`CallEvent::Completed`].
        status_callback_event: [CallEvent] = "statusCallbackEvent",
        /// The HTTP method for `statusCallback`, POST by default.
        status_callback_method: HttpMethod = "statusCallbackMethod",
        /// Where to get TwiML that the called side hears before being connected.
        url: Text = "url",
    }
}
