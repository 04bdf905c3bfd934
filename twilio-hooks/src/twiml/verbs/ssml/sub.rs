use crate::twiml::Text;
use crate::twiml::element::element;

element! {
    /// Says something else than what is written, such as a name for its abbreviation; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/say/text-speech).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::ssml::Sub;
    ///
    /// assert_eq!(Sub::new("Hg").alias("mercury").to_string(), r#"<sub alias="mercury">Hg</sub>"#);
    /// ```
    pub struct Sub = "sub" inside [Say, Emphasis, Lang, P, Prosody, S, W] {
        /// What is written.
        text text,
        /// What to say.
        alias: Text = "alias",
    }
}
