use crate::twiml::Text;
use crate::twiml::element::element;

element! {
    /// Plays an audio file or tones, see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/play).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Play;
    ///
    /// let music = Play::new("https://example.com/hold.mp3").loop_(10);
    /// assert_eq!(music.to_string(), r#"<Play loop="10">https://example.com/hold.mp3</Play>"#);
    ///
    /// let tones = Play::default().digits("wwww3928");
    /// assert_eq!(tones.to_string(), r#"<Play digits="wwww3928"/>"#);
    /// ```
    pub struct Play = "Play" inside [VoiceResponse, Gather, Prompt] {
        /// Where the audio file is; left out if `digits` are played.
        optional text url,
        /// Tones to play instead of a file: `0` to `9`, `*`, `#`; `w` waits half a second, `W` a
        /// second.
        digits: Text = "digits",
        /// How many times to play it, 1 by default; 0 repeats until the call ends, at most a
        /// thousand times.
        loop_: u32 = "loop",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn play_has_its_url_and_attributes() {
        let play = Play::new("/a.mp3?x=1&y=2").digits("1w#").loop_(3);
        assert_eq!(
            play.to_string(),
            r#"<Play digits="1w#" loop="3">/a.mp3?x=1&amp;y=2</Play>"#
        );
    }
}
