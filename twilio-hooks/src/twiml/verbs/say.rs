use crate::twiml::element::element;
use crate::twiml::{LanguageTag, Text};

element! {
    /// Speaks to the caller, see [Twilio's page](https://www.twilio.com/docs/voice/twiml/say).
    ///
    /// A text of up to 4096 characters; more than one `<Say>` can follow each other.
    /// [`ssml`](crate::twiml::ssml) has what changes the way it is spoken.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Say;
    ///
    /// let say = Say::new("Bonjour !").language("fr-FR").voice("Polly.Lea-Neural").loop_(2);
    /// assert_eq!(say.to_string(), r#"<Say language="fr-FR" loop="2" voice="Polly.Lea-Neural">Bonjour !</Say>"#);
    /// ```
    pub struct Say = "Say" inside [VoiceResponse, Gather, Prompt] {
        /// What to say. Text that follows other children is added with `with`.
        optional text text,
        /// The language of the text; by default that of the voice.
        language: LanguageTag = "language",
        /// How many times to say it, 1 by default; 0 repeats until the call ends, at most a
        /// thousand times.
        loop_: u32 = "loop",
        /// Who speaks, such as `Polly.Joanna-Neural` or `Google.de-DE-Wavenet-A`; by default what
        /// the account is set to. See [the list of
        /// voices](https://www.twilio.com/docs/voice/twiml/say/text-speech#available-voices-and-languages).
        voice: Text = "voice",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::{RawElement, XmlName};

    #[test]
    fn say_has_its_text_and_attributes() {
        let say = Say::new("Fish & chips")
            .language("en-GB")
            .loop_(0)
            .voice("Polly.Amy");
        assert_eq!(
            say.to_string(),
            r#"<Say language="en-GB" loop="0" voice="Polly.Amy">Fish &amp; chips</Say>"#
        );
        assert_eq!(Say::default().to_string(), "<Say/>");
    }

    #[test]
    fn text_and_elements_mix_in_order() {
        let pause = RawElement::new(XmlName::from_static("break"));
        let say = Say::new("one ")
            .with(pause.clone())
            .with(" two ")
            .with(pause)
            .with(format!(" {}", 3));
        assert_eq!(say.to_string(), "<Say>one <break/> two <break/> 3</Say>");
    }

    #[test]
    fn an_attribute_by_name_wins_over_the_setter() {
        let name = || XmlName::from_static("voice");
        let say = Say::new("a")
            .attribute(name(), "x")
            .attribute(name(), "y")
            .voice("z")
            .loop_(2);
        assert_eq!(say.to_string(), r#"<Say loop="2" voice="y">a</Say>"#);
    }
}
