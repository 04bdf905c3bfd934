use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;

element! {
    /// How numbers, dates and the like are read; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/say/text-speech).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::ssml::{DateFormat, InterpretAs, SayAs};
    ///
    /// let code = SayAs::new("4721").interpret_as(InterpretAs::Digits);
    /// assert_eq!(code.to_string(), r#"<say-as interpret-as="digits">4721</say-as>"#);
    ///
    /// let day = SayAs::new("24/12/2030").interpret_as(InterpretAs::Date).format(DateFormat::Dmy);
    /// assert_eq!(day.to_string(), r#"<say-as format="dmy" interpret-as="date">24/12/2030</say-as>"#);
    /// ```
    pub struct SayAs = "say-as" inside [Say, Emphasis, Lang, P, Prosody, S, W] {
        /// What to read.
        text text,
        /// The order of a date's parts, if it is one.
        format: DateFormat = "format",
        /// What it is.
        interpret_as: InterpretAs = "interpret-as",
    }
}

attribute_enum! {
    /// The order of a date's parts.
    pub enum DateFormat {
        /// Month, day, year.
        Mdy = "mdy",
        /// Day, month, year.
        Dmy = "dmy",
        /// Year, month, day.
        Ymd = "ymd",
        /// Month, day.
        Md = "md",
        /// Day, month.
        Dm = "dm",
        /// Year, month.
        Ym = "ym",
        /// Month, year.
        My = "my",
        /// Day.
        D = "d",
        /// Month.
        M = "m",
        /// Year.
        Y = "y",
        /// Eight digits; question marks stand for parts that are left out.
        Yyyymmdd = "yyyymmdd",
    }
}

attribute_enum! {
    /// What a text is, so that it is read rightly.
    pub enum InterpretAs {
        /// Characters, read one by one.
        Characters = "characters",
        /// The same as `Characters`.
        SpellOut = "spell-out",
        /// A number: “one thousand”.
        Cardinal = "cardinal",
        /// The same as `Cardinal`.
        Number = "number",
        /// The place in an order: “third”.
        Ordinal = "ordinal",
        /// Digits, read one by one.
        Digits = "digits",
        /// A fraction: “two thirds”.
        Fraction = "fraction",
        /// A measure: “six feet”.
        Unit = "unit",
        /// A date.
        Date = "date",
        /// A length of time in minutes and seconds.
        Time = "time",
        /// A part of a street address.
        Address = "address",
        /// A swear word, covered by a beep.
        Expletive = "expletive",
        /// A phone number.
        Telephone = "telephone",
    }
}
