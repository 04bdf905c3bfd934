use crate::twiml::element::element;

element! {
    /// A sentence; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/say/text-speech).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::ssml::S;
    ///
    /// assert_eq!(S::new("One.").to_string(), "<s>One.</s>");
    /// ```
    pub struct S = "s" inside [Say, Lang, P, Prosody] {
        /// The words. Text that follows other children is added with `with`.
        optional text text,
    }
}
