use crate::twiml::Text;
use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;

element! {
    /// How a word is pronounced; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/say/text-speech).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::ssml::{Phoneme, PhoneticAlphabet};
    ///
    /// let pecan = Phoneme::new("pecan").alphabet(PhoneticAlphabet::Ipa).ph("pɪˈkɑːn");
    /// assert_eq!(pecan.to_string(), r#"<phoneme alphabet="ipa" ph="pɪˈkɑːn">pecan</phoneme>"#);
    /// ```
    pub struct Phoneme = "phoneme" inside [Say, Emphasis, Lang, P, Prosody, S, W] {
        /// The word as it is written.
        text text,
        /// What `ph` is written in.
        alphabet: PhoneticAlphabet = "alphabet",
        /// The sounds.
        ph: Text = "ph",
    }
}

attribute_enum! {
    /// An alphabet for sounds.
    pub enum PhoneticAlphabet {
        /// The International Phonetic Alphabet.
        Ipa = "ipa",
        /// X-SAMPA, the same in ASCII.
        XSampa = "x-sampa",
        /// Jyutping, for Cantonese.
        XAmazonJyutping = "x-amazon-jyutping",
        /// Pinyin, for Mandarin.
        XAmazonPinyin = "x-amazon-pinyin",
        /// Kana with accents, for Japanese.
        XAmazonPronKana = "x-amazon-pron-kana",
        /// Yomigana, for Japanese.
        XAmazonYomigana = "x-amazon-yomigana",
    }
}
