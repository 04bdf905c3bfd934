//! [`RecordingStatus`]: where a recording stands.

use crate::string_enum::string_enum;

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
    /// How far along this status is; unknown ones are 0. See [`MessageStatus::rank`](crate::MessageStatus::rank).
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
