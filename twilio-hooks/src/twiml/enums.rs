//! The enumerations that several elements share.

use super::schema::ValueKind;
use super::values::attribute_enum;
use super::xml::{AttributeValue, ValueWriter};

/// The HTTP method of a request that Twilio makes; Twilio knows no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpMethod {
    /// Parameters in the query.
    Get,
    /// Parameters in a form body, Twilio's default.
    Post,
}

impl HttpMethod {
    /// The method as Twilio spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl AttributeValue for HttpMethod {
    const KIND: ValueKind = ValueKind::Enum {
        values: &["GET", "POST"],
        also: &[],
        open: false,
    };

    fn write_value(&self, value: &mut ValueWriter<'_>) {
        value.keyword(self.as_str());
    }

    fn parse_value(text: &str) -> Option<Self> {
        [Self::Get, Self::Post]
            .into_iter()
            .find(|method| method.as_str() == text)
    }
}

attribute_enum! {
    /// A state of a recording that Twilio reports to `recordingStatusCallback`.
    pub enum RecordingEvent {
        /// The recording started.
        InProgress = "in-progress",
        /// The recording can be downloaded; reported unless the list says otherwise.
        Completed = "completed",
        /// Nothing was recorded.
        Absent = "absent",
    }
}

attribute_enum! {
    /// Whether silence is cut from both ends of a recording.
    pub enum Trim {
        /// Cut it.
        TrimSilence = "trim-silence",
        /// Keep it.
        DoNotTrim = "do-not-trim",
    }
}

attribute_enum! {
    /// A state of a dialled call that Twilio reports to `statusCallback`.
    pub enum CallEvent {
        /// Twilio began to dial.
        Initiated = "initiated",
        /// The phone rings.
        Ringing = "ringing",
        /// The call was answered.
        Answered = "answered",
        /// The call ended, however it went; reported unless the list says otherwise.
        Completed = "completed",
    }
}

attribute_enum! {
    /// How Twilio finds out whether a person or a machine answered.
    pub enum MachineDetection {
        /// Report as soon as it is known.
        Enable = "Enable",
        /// If it is a machine, report at the end of its greeting, when a message can be left.
        DetectMessageEnd = "DetectMessageEnd",
    }
}

attribute_enum! {
    /// Whether and from when a call is recorded.
    pub enum DialRecord {
        /// Not at all.
        DoNotRecord = "do-not-record",
        /// From the answer, both voices in one channel.
        RecordFromAnswer = "record-from-answer",
        /// From the first ringing, both voices in one channel.
        RecordFromRinging = "record-from-ringing",
        /// From the answer, each voice in a channel.
        RecordFromAnswerDual = "record-from-answer-dual",
        /// From the first ringing, each voice in a channel.
        RecordFromRingingDual = "record-from-ringing-dual",
        /// The same as [`RecordFromAnswer`](Self::RecordFromAnswer).
        True = "true",
        /// The same as [`DoNotRecord`](Self::DoNotRecord).
        False = "false",
    }
}

attribute_enum! {
    /// Whose voice is recorded.
    pub enum RecordingTrack {
        /// Everyone's.
        Both = "both",
        /// What Twilio receives.
        Inbound = "inbound",
        /// What Twilio sends.
        Outbound = "outbound",
    }
}

attribute_enum! {
    /// Whose voice is sent to another service while it is spoken.
    pub enum Track {
        /// What Twilio receives: the caller's.
        InboundTrack = "inbound_track",
        /// What Twilio sends: what the caller hears.
        OutboundTrack = "outbound_track",
        /// Both, each by itself.
        BothTracks = "both_tracks",
    }
}

attribute_enum! {
    /// Whether numbers, dates and the like are spelt out before they are spoken.
    pub enum TextNormalization {
        /// Where the provider thinks it right.
        Auto = "auto",
        /// Always.
        On = "on",
        /// Never.
        Off = "off",
    }
}

attribute_enum! {
    /// A kind of payment card.
    pub enum CardType {
        /// Visa.
        Visa = "visa",
        /// Mastercard.
        Mastercard = "mastercard",
        /// American Express.
        Amex = "amex",
        /// Maestro.
        Maestro = "maestro",
        /// Discover.
        Discover = "discover",
        /// Optima.
        Optima = "optima",
        /// JCB.
        Jcb = "jcb",
        /// Diners Club.
        DinersClub = "diners-club",
        /// En Route.
        Enroute = "enroute",
    }
}
