//! [`CallStatus`]: where a leg of a call stands, and [`CallDirection`]: who started it.

use crate::string_enum::string_enum;

string_enum! {
    /// Where a leg of a call stands.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/api/call-resource#call-status-values).
    pub enum CallStatus {
        /// Waiting to be dialled.
        Queued => "queued",
        /// Twilio has started to dial.
        Initiated => "initiated",
        /// The phone rings.
        Ringing => "ringing",
        /// Somebody, or something, has answered.
        InProgress => "in-progress",
        /// Answered, and over.
        Completed => "completed",
        /// The line was busy.
        Busy => "busy",
        /// It could not be put through, most often because the number does not exist.
        Failed => "failed",
        /// Nobody answered in time.
        NoAnswer => "no-answer",
        /// Ended by the calling side before it was answered.
        Canceled => "canceled",
    }
}

impl CallStatus {
    /// How far along this status is; unknown ones are 0. See [`MessageStatus::rank`](crate::MessageStatus::rank).
    #[must_use]
    pub fn rank(&self) -> i16 {
        match self {
            Self::Unknown(_) => 0,
            Self::Queued => 10,
            Self::Initiated => 20,
            Self::Ringing => 30,
            Self::InProgress => 40,
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled => 70,
        }
    }

    /// Whether this report replaces `current`: statuses only go forward.
    #[must_use]
    pub fn supersedes(&self, current: &Self) -> bool {
        self.rank() > current.rank()
    }

    /// Whether the call is over.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.rank() >= Self::Completed.rank()
    }
}

string_enum! {
    /// Who started a leg of a call.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/twiml#request-parameters).
    pub enum CallDirection {
        /// Somebody called one of our numbers.
        Inbound => "inbound",
        /// We started it by the REST API.
        OutboundApi => "outbound-api",
        /// A `<Dial>` started it.
        OutboundDial => "outbound-dial",
        /// It came from a SIP trunk.
        TrunkingOriginating => "trunking-originating",
        /// It went out to a SIP trunk.
        TrunkingTerminating => "trunking-terminating",
    }
}

impl CallDirection {
    /// Whether `From` is the other side and `To` is our line.
    #[must_use]
    pub fn is_inbound(&self) -> bool {
        matches!(self, Self::Inbound | Self::TrunkingOriginating)
    }
}
