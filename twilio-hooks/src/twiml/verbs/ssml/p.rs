use crate::twiml::element::element;

element! {
    /// A paragraph; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/say/text-speech).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::ssml::{P, S};
    ///
    /// let paragraph = P::default().with(S::new("One.")).with(S::new("Two."));
    /// assert_eq!(paragraph.to_string(), "<p><s>One.</s><s>Two.</s></p>");
    /// ```
    pub struct P = "p" inside [Say, Lang, Prosody] {
        /// The words. Text that follows other children is added with `with`.
        optional text text,
    }
}
