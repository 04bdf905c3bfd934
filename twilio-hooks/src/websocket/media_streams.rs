//! Media Streams: a call's audio, both ways.
//!
//! A [`<Stream>`](https://www.twilio.com/docs/voice/twiml/stream) makes Twilio open a socket. It says
//! `connected` and `start`, then `media` fifty times a second for each track, and at the end `stop`.
//! On a stream made with `<Connect>`, which goes both ways, it also says `dtmf` and `mark`, and can be
//! told `media`, `mark` and `clear`. Closing the socket ends the `<Connect>`, and the call goes on
//! with the next verb. See
//! [Twilio's description](https://www.twilio.com/docs/voice/media-streams/websocket-messages).
//!
//! The URL of the stream takes no query: hand over facts with `<Parameter>`, they arrive in
//! [`Start::custom_parameters`].
//!
//! # Examples
//! An echo. `socket` stands for what the web framework has.
//! ```
//! use twilio_hooks::{JsonError, websocket::media_streams::{StreamCommand, StreamMessage}};
//!
//! fn answer(text: &str) -> Result<Option<String>, JsonError> {
//!     Ok(match StreamMessage::from_json(text)? {
//!         StreamMessage::Media(media) => match media.payload.decode() {
//!             Some(audio) => Some(StreamCommand::media(media.stream_sid, &audio).to_json()),
//!             None => None,
//!         },
//!         _ => None,
//!     })
//! }
//!
//! let said = answer(
//!     r#"{"event":"media","sequenceNumber":"2","streamSid":"MZ00000000000000000000000000000001",
//!         "media":{"track":"inbound","chunk":"1","timestamp":"5","payload":"//////8="}}"#,
//! )?;
//! assert_eq!(
//!     said.as_deref(),
//!     Some(concat!(
//!         r#"{"event":"media","streamSid":"MZ00000000000000000000000000000001","#,
//!         r#""media":{"payload":"//////8="}}"#,
//!     )),
//! );
//! assert_eq!(answer(r#"{"event":"something new"}"#)?, None);
//! # Ok::<_, JsonError>(())
//! ```

use std::{fmt, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

use super::{CustomParameters, messages};
use crate::{
    AccountSid, CallSid, StreamSid, json::json_object, string_enum::string_enum,
    webhook::field::Value,
};

messages! {
    /// What Twilio says over the socket of a media stream.
    ///
    /// The [module documentation](self) has an example.
    pub enum StreamMessage: "media-stream-ws" by "event" {
        /// The socket is open; the first message.
        Connected = "connected",
        /// What the stream is about; the second message.
        Start = "start",
        /// A piece of audio.
        Media = "media",
        /// A key was pressed; on streams that go both ways.
        Dtmf = "dtmf",
        /// A mark has been reached; on streams that go both ways.
        Mark = "mark",
        /// The stream is over; the last message.
        Stop = "stop",
    }
}

json_object! {
    /// The socket is open.
    pub struct Connected {
        /// The protocol, `Call`.
        protocol: Option<String> = shown "protocol",
        /// Its version, `1.0.0`.
        version: Option<String> = shown "version",
    }
}

json_object! {
    /// What the stream is about.
    ///
    /// Unknown without `streamSid`, and the `callSid` inside `start`.
    pub struct Start {
        /// The stream; commands need it.
        stream_sid: StreamSid = required "streamSid",
        /// The place of this message among those of the stream, from 1.
        sequence_number: Option<u32> = quoted "sequenceNumber",
    }
    inside "start" {
        /// The call whose audio it is.
        call_sid: CallSid = required "callSid",
        /// The account the call belongs to.
        account_sid: Option<AccountSid> = "accountSid",
        /// `stream_sid` once more, as Twilio writes it twice.
        inner_stream_sid: Option<StreamSid> = "streamSid",
        /// Which sides of the call are heard.
        tracks: Vec<Track> = "tracks",
        /// How the audio is encoded.
        media_format: Option<MediaFormat> = "mediaFormat",
        /// The `<Parameter>`s of the TwiML.
        custom_parameters: CustomParameters = "customParameters",
    }
}

json_object! {
    /// How audio is encoded. It is always mu-law, 8000 samples a second, one channel.
    pub struct MediaFormat {
        /// `audio/x-mulaw`.
        encoding: Option<String> = shown "encoding",
        /// Samples a second, 8000.
        sample_rate: Option<u32> = "sampleRate",
        /// Channels, 1.
        channels: Option<u32> = "channels",
    }
}

json_object! {
    /// A piece of audio, usually 20 milliseconds.
    ///
    /// Unknown without `streamSid`, and the `payload` inside `media`.
    pub struct Media {
        /// The stream.
        stream_sid: StreamSid = required "streamSid",
        /// The place of this message among those of the stream, from 1.
        sequence_number: Option<u32> = quoted "sequenceNumber",
    }
    inside "media" {
        /// Who is heard.
        track: Option<Track> = "track",
        /// The place of this piece among those of its track, from 1.
        chunk: Option<u32> = quoted "chunk",
        /// When it began, in milliseconds since the start of the stream.
        timestamp: Option<u32> = quoted "timestamp",
        /// The audio.
        payload: Audio = required "payload",
    }
}

json_object! {
    /// A key was pressed. Only on streams that go both ways.
    ///
    /// Unknown without `streamSid`, and the `digit` inside `dtmf`.
    pub struct Dtmf {
        /// The stream.
        stream_sid: StreamSid = required "streamSid",
        /// The place of this message among those of the stream, from 1.
        sequence_number: Option<u32> = quoted "sequenceNumber",
    }
    inside "dtmf" {
        /// Who pressed it.
        track: Option<Track> = "track",
        /// The key: `0` to `9`, `*` or `#`. Keys can be a secret, so `Debug` leaves it out.
        digit: String = required "digit",
    }
}

json_object! {
    /// A mark has been reached: the audio sent before it was played, or dropped by a
    /// [`clear`](StreamCommand::clear).
    ///
    /// Unknown without `streamSid`, and the `name` inside `mark`.
    pub struct Mark {
        /// The stream.
        stream_sid: StreamSid = required "streamSid",
        /// The place of this message among those of the stream, from 1.
        sequence_number: Option<u32> = quoted "sequenceNumber",
    }
    inside "mark" {
        /// The name that was given to the mark.
        name: String = required shown "name",
    }
}

json_object! {
    /// The stream is over: it was stopped, or the call has ended.
    ///
    /// Unknown without `streamSid`.
    pub struct Stop {
        /// The stream.
        stream_sid: StreamSid = required "streamSid",
        /// The place of this message among those of the stream, from 1.
        sequence_number: Option<u32> = quoted "sequenceNumber",
    }
    inside "stop" {
        /// The account the call belongs to.
        account_sid: Option<AccountSid> = "accountSid",
        /// The call whose audio it was.
        call_sid: Option<CallSid> = "callSid",
    }
}

string_enum! {
    /// A side of a call, seen from Twilio.
    pub enum Track {
        /// What Twilio hears: the caller.
        Inbound => "inbound",
        /// What Twilio plays: the other side, or the TwiML.
        Outbound => "outbound",
        /// [`Inbound`](Self::Inbound) as `dtmf` spells it.
        InboundTrack => "inbound_track",
        /// [`Outbound`](Self::Outbound) as `dtmf` spells it.
        OutboundTrack => "outbound_track",
    }
}

impl Track {
    /// Whether it is the caller, in either spelling.
    #[must_use]
    pub fn is_inbound(&self) -> bool {
        matches!(self, Self::Inbound | Self::InboundTrack)
    }
}

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

    /// Sets a mark: Twilio sends a [`Mark`] of this name when the audio sent so far has been played, or
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
        super::to_json(self)
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
