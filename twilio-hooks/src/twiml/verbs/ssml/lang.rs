use crate::twiml::LanguageTag;
use crate::twiml::element::element;

element! {
    /// Words in another language; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/say/text-speech).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Say, ssml::Lang};
    ///
    /// let say = Say::new("They say ").with(Lang::new("bonjour").xml_lang("fr-FR")).with(".");
    /// assert_eq!(say.to_string(), r#"<Say>They say <lang xml:lang="fr-FR">bonjour</lang>.</Say>"#);
    /// ```
    pub struct Lang = "lang" inside [Say, Emphasis, Lang, P, Prosody, S] {
        /// The words. Text that follows other children is added with `with`.
        optional text text,
        /// Their language; which there are depends on the voice.
        xml_lang: LanguageTag = "xml:lang",
    }
}
