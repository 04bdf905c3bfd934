use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;

element! {
    /// Changes volume, speed and pitch; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/say/text-speech).
    ///
    /// Besides the words of the enumerations, relative values are given as text: `+10%` for the
    /// pitch, `85%` for the speed, `-6dB` for the volume.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::ssml::{Prosody, Rate};
    ///
    /// let slow = Prosody::new("Listen.").rate(Rate::Slow).volume("+6dB");
    /// assert_eq!(slow.to_string(), r#"<prosody rate="slow" volume="+6dB">Listen.</prosody>"#);
    /// ```
    pub struct Prosody = "prosody" inside [Say, Emphasis, Lang, P, Prosody, S, W] {
        /// The words. Text that follows other children is added with `with`.
        optional text text,
        /// How high the voice is.
        pitch: Pitch = "pitch",
        /// How fast it speaks.
        rate: Rate = "rate",
        /// How loud it is.
        volume: Volume = "volume",
    }
}

attribute_enum! {
    /// How high a voice is.
    pub enum Pitch {
        /// As usual for the voice.
        Default = "default",
        /// Very low.
        XLow = "x-low",
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
        /// Very high.
        XHigh = "x-high",
    } and others
}

attribute_enum! {
    /// How fast a voice speaks.
    pub enum Rate {
        /// Very slowly.
        XSlow = "x-slow",
        /// Slowly.
        Slow = "slow",
        /// Medium.
        Medium = "medium",
        /// Fast.
        Fast = "fast",
        /// Very fast.
        XFast = "x-fast",
    } and others
}

attribute_enum! {
    /// How loud a voice is.
    pub enum Volume {
        /// As usual for the voice.
        Default = "default",
        /// Not to be heard.
        Silent = "silent",
        /// Very soft.
        XSoft = "x-soft",
        /// Soft.
        Soft = "soft",
        /// Medium.
        Medium = "medium",
        /// Loud.
        Loud = "loud",
        /// Very loud.
        XLoud = "x-loud",
    } and others
}
