use super::SpeechTime;
use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;

element! {
    /// A pause in speech; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/say/text-speech).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use twilio_hooks::twiml::ssml::{Break, BreakStrength};
    ///
    /// assert_eq!(Break::new().time(Duration::from_millis(300)).to_string(), r#"<break time="300ms"/>"#);
    /// assert_eq!(Break::new().strength(BreakStrength::Weak).to_string(), r#"<break strength="weak"/>"#);
    /// ```
    pub struct Break = "break" inside [Say, Emphasis, Lang, P, Prosody, S, W] {
        /// How much of a pause, relative to the voice.
        strength: BreakStrength = "strength",
        /// How long exactly; given as a [`Duration`](std::time::Duration) or as text such as
        /// `1.5s`.
        time: SpeechTime = "time",
    }
}

attribute_enum! {
    /// How much of a pause.
    pub enum BreakStrength {
        /// None, even where the voice would make one.
        None = "none",
        /// Hardly any.
        XWeak = "x-weak",
        /// As after a comma.
        Weak = "weak",
        /// As after a comma, or a little more.
        Medium = "medium",
        /// As after a sentence.
        Strong = "strong",
        /// As after a paragraph.
        XStrong = "x-strong",
    }
}
