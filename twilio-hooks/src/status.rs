//! Where a message, call or recording stands, and which report of it counts.

use crate::string_enum::string_enum;

string_enum! {
    /// Where a message stands.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/messaging/api/message-resource#message-status-values).
    /// Reports overtake each other on the way, so compare with [`supersedes`](Self::supersedes)
    /// before replacing one.
    pub enum MessageStatus {
        /// To be sent later, by a messaging service.
        Scheduled => "scheduled",
        /// Taken by a messaging service, no sender chosen yet.
        Accepted => "accepted",
        /// Waiting to be sent.
        Queued => "queued",
        /// On its way to the carrier.
        Sending => "sending",
        /// Handed to the carrier; often the last word, where carriers give no receipt.
        Sent => "sent",
        /// Delivered to some of its recipients.
        PartiallyDelivered => "partially_delivered",
        /// The carrier or handset confirmed it.
        Delivered => "delivered",
        /// The carrier took it and could not deliver it; see the error code.
        Undelivered => "undelivered",
        /// Never handed over; see the error code.
        Failed => "failed",
        /// Withdrawn before it was sent.
        Canceled => "canceled",
        /// Opened by the recipient (WhatsApp and RCS).
        Read => "read",
        /// An incoming message that is still arriving.
        Receiving => "receiving",
        /// An incoming message that has arrived.
        Received => "received",
    }
}

impl MessageStatus {
    /// How far along this status is; unknown ones are 0.
    ///
    /// Stores keep it beside the status and compare it inside their update. Numbers only grow along
    /// a message's way and are never changed by a later version.
    #[must_use]
    pub fn rank(&self) -> i16 {
        match self {
            Self::Unknown(_) => 0,
            Self::Scheduled => 10,
            Self::Accepted | Self::Receiving => 20,
            Self::Queued => 30,
            Self::Sending => 40,
            Self::Sent => 50,
            Self::PartiallyDelivered => 60,
            Self::Delivered
            | Self::Undelivered
            | Self::Failed
            | Self::Canceled
            | Self::Received => 70,
            Self::Read => 80,
        }
    }

    /// Whether this report replaces `current`: statuses only go forward.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::MessageStatus;
    ///
    /// assert!(MessageStatus::Delivered.supersedes(&MessageStatus::Sent));
    /// assert!(!MessageStatus::Sent.supersedes(&MessageStatus::Delivered));
    /// assert!(!MessageStatus::Delivered.supersedes(&MessageStatus::Failed));
    /// ```
    #[must_use]
    pub fn supersedes(&self, current: &Self) -> bool {
        self.rank() > current.rank()
    }

    /// Whether no other status follows; only [`Read`](Self::Read) may still follow
    /// [`Delivered`](Self::Delivered).
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.rank() >= Self::Delivered.rank()
    }
}

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
    /// How far along this status is; unknown ones are 0. See [`MessageStatus::rank`].
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
    /// Where a recording stands.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/api/recording#recording-status-values).
    pub enum RecordingStatus {
        /// Recording.
        InProgress => "in-progress",
        /// Interrupted for now.
        Paused => "paused",
        /// Recording again after a pause.
        Resumed => "resumed",
        /// Ended; the audio is not ready yet.
        Stopped => "stopped",
        /// Being made ready.
        Processing => "processing",
        /// Ready to be fetched.
        Completed => "completed",
        /// There is nothing to fetch: silence, or too short.
        Absent => "absent",
        /// Recording failed; see the error code.
        Failed => "failed",
        /// Deleted at Twilio.
        Deleted => "deleted",
    }
}

impl RecordingStatus {
    /// How far along this status is; unknown ones are 0. See [`MessageStatus::rank`].
    ///
    /// A recording may pause and resume any number of times, so these three stand side by side and
    /// do not replace each other.
    #[must_use]
    pub fn rank(&self) -> i16 {
        match self {
            Self::Unknown(_) => 0,
            Self::InProgress | Self::Paused | Self::Resumed => 10,
            Self::Stopped => 40,
            Self::Processing => 50,
            Self::Completed | Self::Absent | Self::Failed => 70,
            Self::Deleted => 80,
        }
    }

    /// Whether this report replaces `current`: statuses only go forward.
    #[must_use]
    pub fn supersedes(&self, current: &Self) -> bool {
        self.rank() > current.rank()
    }

    /// Whether no other report follows.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_status_supersedes_itself() {
        for status in MessageStatus::KNOWN {
            assert!(!status.supersedes(status), "{status}");
        }
        for status in CallStatus::KNOWN {
            assert!(!status.supersedes(status), "{status}");
        }
    }

    #[test]
    fn the_usual_ways_go_forward() {
        for way in [
            ["accepted", "queued", "sending", "sent", "delivered", "read"].as_slice(),
            &["scheduled", "accepted"],
            &["receiving", "received"],
        ] {
            for step in way.windows(2) {
                assert!(MessageStatus::from(step[1]).supersedes(&MessageStatus::from(step[0])));
                assert!(!MessageStatus::from(step[0]).supersedes(&MessageStatus::from(step[1])));
            }
        }
        for step in ["queued", "initiated", "ringing", "in-progress", "completed"].windows(2) {
            assert!(CallStatus::from(step[1]).supersedes(&CallStatus::from(step[0])));
        }
    }

    #[test]
    fn an_unknown_status_never_replaces_a_known_one() {
        assert!(!MessageStatus::from("beamed").supersedes(&MessageStatus::Queued));
        assert!(MessageStatus::Queued.supersedes(&MessageStatus::from("beamed")));
    }

    #[test]
    fn final_statuses_are_those_of_the_documentation() {
        let terminal = |statuses: &[MessageStatus]| {
            statuses
                .iter()
                .filter(|s| s.is_terminal())
                .map(MessageStatus::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            terminal(MessageStatus::KNOWN),
            [
                "delivered",
                "undelivered",
                "failed",
                "canceled",
                "read",
                "received"
            ]
        );
    }
}
