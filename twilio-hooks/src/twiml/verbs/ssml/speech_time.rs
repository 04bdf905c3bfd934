use std::time::Duration;

use crate::twiml::values::text_value;

text_value! {
    /// A length of time: a number followed by `s` or `ms`.
    ///
    /// Made from a [`Duration`], in whole milliseconds, or from a text, which is written as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use twilio_hooks::twiml::ssml::SpeechTime;
    ///
    /// assert_eq!(SpeechTime::from(Duration::from_millis(1500)).as_str(), "1500ms");
    /// assert_eq!(SpeechTime::from(Duration::from_secs(2)).as_str(), "2s");
    /// assert_eq!(SpeechTime::from("1.5s").as_str(), "1.5s");
    /// ```
    #[derive(Debug)]
    pub struct SpeechTime: Text;
}

impl From<Duration> for SpeechTime {
    fn from(duration: Duration) -> Self {
        let text = match duration.subsec_millis() {
            0 => format!("{}s", duration.as_secs()),
            _ => format!("{}ms", duration.as_millis()),
        };
        Self(text.into())
    }
}
