use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;

element! {
    /// Stresses words; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/say/text-speech).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Say, ssml::{Emphasis, EmphasisLevel}};
    ///
    /// let say = Say::new("I ").with(Emphasis::new("really").level(EmphasisLevel::Strong)).with(" like it.");
    /// assert_eq!(say.to_string(), r#"<Say>I <emphasis level="strong">really</emphasis> like it.</Say>"#);
    /// ```
    pub struct Emphasis = "emphasis" inside [Say, Emphasis, Lang, P, Prosody, S, W] {
        /// The words. Text that follows other children is added with `with`.
        optional text text,
        /// How much to stress them.
        level: EmphasisLevel = "level",
    }
}

attribute_enum! {
    /// How much words are stressed.
    pub enum EmphasisLevel {
        /// Louder and slower.
        Strong = "strong",
        /// A little louder and slower.
        Moderate = "moderate",
        /// Softer and faster than usual.
        Reduced = "reduced",
    }
}
