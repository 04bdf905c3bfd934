use super::element::element;
use super::response::response;

element! {
    /// Instructions for an incoming fax. Twilio has shut Programmable Fax down (error 34005).
    ///
    /// It is here because the official libraries still have it. See [Twilio's
    /// page](https://www.twilio.com/docs/fax).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{FaxResponse, Receive};
    ///
    /// let reply = FaxResponse::new().with(Receive::new().action("/fax/received"));
    /// assert!(reply.to_xml().ends_with(r#"<Response><Receive action="/fax/received"/></Response>"#));
    /// ```
    pub struct FaxResponse = "Response" inside [] {}
}

response!(FaxResponse);
