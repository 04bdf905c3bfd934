//! [`RelayCommand`]: what Twilio can be told over the socket of a ConversationRelay.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::{redacted::redacted_debug, websocket::to_json};

/// What Twilio can be told over the socket of a ConversationRelay.
///
/// Made from one of the structs of this module. See
/// [Twilio's description](https://www.twilio.com/docs/voice/conversationrelay/websocket-messages).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[non_exhaustive]
pub enum RelayCommand {
    /// Speak a text.
    Text(Text),
    /// Play audio.
    Play(Play),
    /// Press keys.
    SendDigits(SendDigits),
    /// Change the languages.
    Language(Language),
    /// End the session.
    End(End),
}

impl RelayCommand {
    /// The kind's name in logs and metrics.
    pub const KIND: &'static str = "conversation-relay-ws-out";

    /// The text to send.
    #[must_use]
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

impl Serialize for RelayCommand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(command) => command.serialize(serializer),
            Self::Play(command) => command.serialize(serializer),
            Self::SendDigits(command) => command.serialize(serializer),
            Self::Language(command) => command.serialize(serializer),
            Self::End(command) => command.serialize(serializer),
        }
    }
}

/// Makes a struct a command.
macro_rules! commands {
    ($($Name:ident),+) => {$(
        impl $Name {
            /// The text to send.
            #[must_use]
            pub fn to_json(&self) -> String {
                to_json(self)
            }
        }

        impl From<$Name> for RelayCommand {
            fn from(command: $Name) -> Self {
                Self::$Name(command)
            }
        }
    )+};
}

commands!(Text, Play, SendDigits, Language, End);

/// Speaks a text to the caller.
///
/// A text may be sent in pieces as a language model makes them; the one with
/// [`last`](Self::last) ends the turn. Keep the blanks between the pieces.
///
/// # Examples
/// ```
/// use twilio_hooks::websocket::conversation_relay::Text;
///
/// assert_eq!(Text::new("Hello").to_json(), r#"{"type":"text","token":"Hello","last":false}"#);
/// assert_eq!(
///     Text::new(" world").last(true).lang("en-GB").interruptible(false).to_json(),
///     r#"{"type":"text","token":" world","last":true,"lang":"en-GB","interruptible":false}"#,
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "text")]
#[non_exhaustive]
pub struct Text {
    /// The text, or a piece of it.
    pub token: String,
    /// Whether this is the last piece of the turn.
    #[serde(default)]
    pub last: bool,
    /// Its language, such as `en-US`, if it is not that of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Whether the caller can interrupt it, if that is not as the TwiML says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interruptible: Option<bool>,
    /// Whether texts of the next turn cut it off, if that is not as the TwiML says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preemptible: Option<bool>,
}

impl Text {
    /// A text, or a piece of one that goes on.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            token: token.into(),
            last: false,
            lang: None,
            interruptible: None,
            preemptible: None,
        }
    }

    /// Whether this is the last piece of the turn; by default it is not.
    #[must_use]
    pub fn last(mut self, last: bool) -> Self {
        self.last = last;
        self
    }

    /// The language, such as `en-US`; by default that of the session.
    #[must_use]
    pub fn lang(mut self, lang: impl Into<String>) -> Self {
        self.lang = Some(lang.into());
        self
    }

    /// Whether the caller can interrupt it; by default as the TwiML says.
    #[must_use]
    pub fn interruptible(mut self, interruptible: bool) -> Self {
        self.interruptible = Some(interruptible);
        self
    }

    /// Whether texts of the next turn cut it off; by default as the TwiML says.
    #[must_use]
    pub fn preemptible(mut self, preemptible: bool) -> Self {
        self.preemptible = Some(preemptible);
        self
    }
}

redacted_debug!(Text {
    last,
    lang,
    interruptible,
    preemptible
});

/// Plays audio to the caller.
///
/// # Examples
/// ```
/// use twilio_hooks::websocket::conversation_relay::Play;
///
/// let music = Play::new("https://media.example/hold.mp3").loop_(2).preemptible(true);
/// assert_eq!(
///     music.to_json(),
///     r#"{"type":"play","source":"https://media.example/hold.mp3","loop":2,"preemptible":true}"#,
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "play")]
#[non_exhaustive]
pub struct Play {
    /// The URL of the audio.
    pub source: String,
    /// How many times, 1 by default; 0 is a thousand times.
    #[serde(rename = "loop", default, skip_serializing_if = "Option::is_none")]
    pub loop_: Option<u32>,
    /// Whether the output of the next turn cuts it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preemptible: Option<bool>,
    /// Whether the caller can interrupt it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interruptible: Option<bool>,
}

impl Play {
    /// Audio at a URL that Twilio can reach.
    #[must_use]
    pub fn new(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            loop_: None,
            preemptible: None,
            interruptible: None,
        }
    }

    /// How many times to play it, 1 by default; 0 is a thousand times.
    #[must_use]
    pub fn loop_(mut self, times: u32) -> Self {
        self.loop_ = Some(times);
        self
    }

    /// Whether the output of the next turn cuts it off; by default as the TwiML says.
    #[must_use]
    pub fn preemptible(mut self, preemptible: bool) -> Self {
        self.preemptible = Some(preemptible);
        self
    }

    /// Whether the caller can interrupt it; by default as the TwiML says.
    #[must_use]
    pub fn interruptible(mut self, interruptible: bool) -> Self {
        self.interruptible = Some(interruptible);
        self
    }
}

redacted_debug!(Play {
    loop_,
    preemptible,
    interruptible
});

/// Presses keys, as for the menu of whom we called.
///
/// # Examples
/// ```
/// use twilio_hooks::websocket::conversation_relay::SendDigits;
///
/// let extension = SendDigits::new("9www21#");
/// assert_eq!(extension.to_json(), r#"{"type":"sendDigits","digits":"9www21#"}"#);
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "sendDigits")]
#[non_exhaustive]
pub struct SendDigits {
    /// The keys: `0` to `9`, `*`, `#`, and `w` for half a second of waiting.
    pub digits: String,
}

impl SendDigits {
    /// The keys: `0` to `9`, `*`, `#`, and `w` for half a second of waiting. They are sent as they
    /// are; Twilio answers others with an `error`.
    #[must_use]
    pub fn new(digits: impl Into<String>) -> Self {
        Self {
            digits: digits.into(),
        }
    }
}

/// Without the keys, which can be a secret.
impl fmt::Debug for SendDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendDigits").finish_non_exhaustive()
    }
}

/// Changes the languages of the session.
///
/// # Examples
/// ```
/// use twilio_hooks::websocket::conversation_relay::Language;
///
/// let swedish = Language::new().tts_language("sv-SE").transcription_language("sv-SE");
/// assert_eq!(
///     swedish.to_json(),
///     r#"{"type":"language","ttsLanguage":"sv-SE","transcriptionLanguage":"sv-SE"}"#,
/// );
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "language", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Language {
    /// The language of texts, such as `sv-SE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tts_language: Option<String>,
    /// The language the caller is understood in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcription_language: Option<String>,
}

impl Language {
    /// No change yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The language of texts, such as `sv-SE`; by default it stays.
    #[must_use]
    pub fn tts_language(mut self, language: impl Into<String>) -> Self {
        self.tts_language = Some(language.into());
        self
    }

    /// The language the caller is understood in; by default it stays.
    #[must_use]
    pub fn transcription_language(mut self, language: impl Into<String>) -> Self {
        self.transcription_language = Some(language.into());
        self
    }
}

/// Ends the session. The call goes on with the `action` of the `<Connect>`, or with the next verb.
///
/// # Examples
/// ```
/// use twilio_hooks::websocket::conversation_relay::End;
///
/// let handoff = End::new().handoff_data(r#"{"reason":"live-agent"}"#);
/// assert_eq!(
///     handoff.to_json(),
///     r#"{"type":"end","handoffData":"{\"reason\":\"live-agent\"}"}"#,
/// );
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "end", rename_all = "camelCase")]
#[non_exhaustive]
pub struct End {
    /// What the request to the `action` gets as `HandoffData`: any text, most often JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handoff_data: Option<String>,
}

impl End {
    /// Nothing is handed over.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What the request to the `action` gets as `HandoffData`: any text, most often JSON.
    #[must_use]
    pub fn handoff_data(mut self, data: impl Into<String>) -> Self {
        self.handoff_data = Some(data.into());
        self
    }
}

/// Without what is handed over.
impl fmt::Debug for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("End").finish_non_exhaustive()
    }
}
