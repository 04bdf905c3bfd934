//! Values that are texts of a certain form.

use std::fmt;

use super::values::text_value;

text_value! {
    /// A language as a [BCP 47](https://www.rfc-editor.org/info/bcp47) tag, such as `en-GB`.
    ///
    /// Which languages there are depends on where the tag is used and who speaks or listens:
    /// Twilio lists [those of `<Say>`](https://www.twilio.com/docs/voice/twiml/say/text-speech#available-voices-and-languages)
    /// and [those of `<Gather>`](https://www.twilio.com/docs/voice/twiml/gather#languagetags).
    #[derive(Debug)]
    pub struct LanguageTag: Text;
}

text_value! {
    /// A number that may have a fraction.
    ///
    /// Given as text it is written as it is: `"20.50"` keeps its last digit. Numbers are written
    /// with as many digits as it takes to tell them apart, never with an exponent; what is not a
    /// number, such as infinity, is written as Rust shows it and means nothing to Twilio.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Decimal;
    ///
    /// assert_eq!(Decimal::from("20.50").as_str(), "20.50");
    /// assert_eq!(Decimal::from(20).as_str(), "20");
    /// assert_eq!(Decimal::from(0.000_000_1).as_str(), "0.0000001");
    /// ```
    #[derive(Debug)]
    pub struct Decimal: Decimal;
}

text_value! {
    /// A password, which `Debug` leaves out.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Sip;
    ///
    /// let sip = Sip::new("sip:jane@example.com").password("secret");
    /// assert_eq!(sip.to_string(), r#"<Sip password="secret">sip:jane@example.com</Sip>"#);
    /// assert!(!format!("{sip:?}").contains("secret"));
    /// ```
    pub struct Password: Text;
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

macro_rules! decimal_from {
    ($($Number:ty)*) => {$(
        impl From<$Number> for Decimal {
            fn from(number: $Number) -> Self {
                Self(number.to_string().into())
            }
        }
    )*};
}

decimal_from!(i32 u32 i64 u64 f32 f64);
