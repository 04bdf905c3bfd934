//! [`Audio`]: what a call sounds like.

use std::{fmt, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

use crate::webhook::field::Value;

/// Audio as Twilio sends and takes it: mu-law, 8000 samples a second, one channel, no file header, in
/// base64.
///
/// `Debug` shows how long it is.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use twilio_hooks::websocket::media_streams::Audio;
///
/// let silence = Audio::from_bytes(&[0xff; 160]);
/// assert_eq!(silence.duration(), Duration::from_millis(20));
/// assert_eq!(silence.decode(), Some(vec![0xff; 160]));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Audio(String);

impl Audio {
    /// Encodes mu-law bytes, one for each sample. A file's header must not be among them: it would be
    /// heard as noise.
    #[must_use]
    pub fn from_bytes(mu_law: &[u8]) -> Self {
        Self(BASE64_STANDARD.encode(mu_law))
    }

    /// The mu-law bytes, one for each sample; `None` if the text is not base64.
    #[must_use]
    pub fn decode(&self) -> Option<Vec<u8>> {
        BASE64_STANDARD.decode(&self.0).ok()
    }

    /// How long it takes to play it.
    #[must_use]
    pub fn duration(&self) -> Duration {
        let padding = self
            .0
            .bytes()
            .rev()
            .take_while(|&byte| byte == b'=')
            .count();
        let samples = (self.0.len() / 4 * 3).saturating_sub(padding);
        Duration::from_micros(samples as u64 * 125)
    }

    /// The text in base64.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Takes a text in base64, unchecked.
impl From<&str> for Audio {
    fn from(base64: &str) -> Self {
        Self(base64.to_owned())
    }
}

impl fmt::Debug for Audio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Audio({:?})", self.duration())
    }
}

impl Value for Audio {
    fn from_value(value: &[u8]) -> Option<Self> {
        String::from_value(value).map(Self)
    }

    fn shown(&self) -> Option<&dyn fmt::Debug> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_lasts_an_eighth_of_a_millisecond_for_each_byte() {
        for length in [0, 1, 2, 3, 160, 161] {
            let audio = Audio::from_bytes(&vec![0x7f; length]);
            assert_eq!(audio.duration(), Duration::from_micros(125 * length as u64));
        }
    }

    #[test]
    fn what_is_no_base64_has_no_bytes() {
        assert_eq!(Audio::from("what?").decode(), None);
        assert_eq!(Audio::from("===").duration(), Duration::ZERO);
    }
}
