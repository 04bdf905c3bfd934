//! [`StreamCommand`]: what Twilio can be told over the socket of a stream.

use serde::{Deserialize, Serialize};

use super::Audio;
use crate::{StreamSid, websocket::to_json};

/// What Twilio can be told over the socket of a stream that goes both ways.
///
/// See [Twilio's
/// description](https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-websocket-messages-to-twilio).
///
/// # Examples
/// ```
/// use twilio_hooks::websocket::media_streams::StreamCommand;
///
/// let stream = "MZ00000000000000000000000000000001";
/// assert_eq!(
///     StreamCommand::mark(stream, "greeting over").to_json(),
///     r#"{"event":"mark","streamSid":"MZ00000000000000000000000000000001","mark":{"name":"greeting over"}}"#,
/// );
/// assert_eq!(
///     StreamCommand::clear(stream).to_json(),
///     r#"{"event":"clear","streamSid":"MZ00000000000000000000000000000001"}"#,
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum StreamCommand {
    /// Play audio, after what is waiting to be played.
    Media {
        /// The stream.
        stream_sid: StreamSid,
        /// The audio.
        media: MediaCommand,
    },
    /// Say `mark` when the audio sent so far has been played, or dropped.
    Mark {
        /// The stream.
        stream_sid: StreamSid,
        /// The mark.
        mark: MarkCommand,
    },
    /// Drop the audio that is waiting, and send back all marks at once.
    Clear {
        /// The stream.
        stream_sid: StreamSid,
    },
}

/// The audio of [`StreamCommand::Media`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaCommand {
    /// The audio.
    pub payload: Audio,
}

/// The mark of [`StreamCommand::Mark`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkCommand {
    /// The name that comes back.
    pub name: String,
}

impl StreamCommand {
    /// The kind's name in logs and metrics.
    pub const KIND: &'static str = "media-stream-ws-out";

    /// Plays mu-law bytes, one for each sample, 8000 a second, without a file header.
    ///
    /// It is played after what is waiting. Any length will do; with pieces of 20 to 100
    /// milliseconds a [`clear`](Self::clear) loses little time.
    #[must_use]
    pub fn media(stream_sid: impl Into<StreamSid>, mu_law: &[u8]) -> Self {
        Self::Media {
            stream_sid: stream_sid.into(),
            media: MediaCommand {
                payload: Audio::from_bytes(mu_law),
            },
        }
    }

    /// Sets a mark: Twilio sends a [`Mark`](super::Mark) of this name when the audio sent so far has been played, or
    /// dropped.
    #[must_use]
    pub fn mark(stream_sid: impl Into<StreamSid>, name: impl Into<String>) -> Self {
        Self::Mark {
            stream_sid: stream_sid.into(),
            mark: MarkCommand { name: name.into() },
        }
    }

    /// Drops the audio that is waiting, as when the caller interrupts. All marks come back at once.
    #[must_use]
    pub fn clear(stream_sid: impl Into<StreamSid>) -> Self {
        Self::Clear {
            stream_sid: stream_sid.into(),
        }
    }

    /// The text to send.
    #[must_use]
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}
