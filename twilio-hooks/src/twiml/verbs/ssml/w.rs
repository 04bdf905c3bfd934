use crate::twiml::Text;
use crate::twiml::element::element;

element! {
    /// A word whose part of speech decides how it sounds; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/say/text-speech).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::ssml::W;
    ///
    /// assert_eq!(W::new("read").role("amazon:VBD").to_string(), r#"<w role="amazon:VBD">read</w>"#);
    /// ```
    pub struct W = "w" inside [Say, Emphasis, Lang, P, Prosody, S] {
        /// The word. Text that follows other children is added with `with`.
        optional text text,
        /// The part of speech, such as `amazon:VB` for a verb and `amazon:NN` for a noun.
        role: Text = "role",
    }
}
