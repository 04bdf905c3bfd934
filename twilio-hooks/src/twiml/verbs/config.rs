use crate::twiml::Text;
use crate::twiml::element::element;

element! {
    /// A setting for the provider behind a [`VirtualAgent`](crate::twiml::VirtualAgent) or
    /// [`Transcription`](crate::twiml::Transcription); see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/connect/virtualagent).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Config;
    ///
    /// assert_eq!(
    ///     Config::pair("voiceName", "en-US-Wavenet-C").to_string(),
    ///     r#"<Config name="voiceName" value="en-US-Wavenet-C"/>"#,
    /// );
    /// ```
    pub struct Config = "Config" inside [Transcription, VirtualAgent] {
        /// The name of the setting, without which it means nothing.
        name: Text = "name" is required,
        /// What it is set to.
        value: Text = "value" is required,
    }
}

impl Config {
    /// A setting with both of its attributes.
    #[must_use]
    pub fn pair(name: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self::new().name(name).value(value)
    }
}
