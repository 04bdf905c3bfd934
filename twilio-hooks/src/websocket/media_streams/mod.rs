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

mod audio;
mod command;

pub use self::{
    audio::Audio,
    command::{MarkCommand, MediaCommand, StreamCommand},
};
use super::{CustomParameters, messages};
use crate::{AccountSid, CallSid, StreamSid, json::json_object, string_enum::string_enum};

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
