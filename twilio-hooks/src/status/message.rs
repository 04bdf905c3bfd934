//! [`MessageStatus`]: where a message stands.

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
