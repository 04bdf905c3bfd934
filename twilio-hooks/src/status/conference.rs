//! [`ConferenceStatus`]: where a conference stands, and [`ConferenceEvent`]: what happened in it.

use crate::string_enum::string_enum;

string_enum! {
    /// Where a conference stands.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/api/conference-resource#conference-properties).
    /// Webhooks tell events instead; [`ConferenceEvent::status`] is what they mean for the
    /// conference.
    pub enum ConferenceStatus {
        /// Somebody waits, and it has not begun.
        Init => "init",
        /// It is going on.
        InProgress => "in-progress",
        /// It is over.
        Completed => "completed",
    }
}

impl ConferenceStatus {
    /// How far along this status is; unknown ones are 0. See
    /// [`MessageStatus::rank`](crate::MessageStatus::rank).
    #[must_use]
    pub fn rank(&self) -> i16 {
        match self {
            Self::Unknown(_) => 0,
            Self::Init => 10,
            Self::InProgress => 40,
            Self::Completed => 70,
        }
    }

    /// Whether this report replaces `current`: statuses only go forward.
    #[must_use]
    pub fn supersedes(&self, current: &Self) -> bool {
        self.rank() > current.rank()
    }

    /// Whether the conference is over.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.rank() >= Self::Completed.rank()
    }
}

string_enum! {
    /// What happened in a conference, the `StatusCallbackEvent` of its webhooks.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/twiml/conference#statuscallbackevent). The
    /// webhooks overtake each other, so `conference-end` may come before the last
    /// `participant-leave`: order them by `SequenceNumber`, which starts at 1, with a
    /// [`Sequence`](crate::status::Sequence).
    pub enum ConferenceEvent {
        /// It has begun: two participants are there, one of whom may start it.
        Start => "conference-start",
        /// It is over.
        End => "conference-end",
        /// Somebody has come.
        ParticipantJoin => "participant-join",
        /// Somebody has gone.
        ParticipantLeave => "participant-leave",
        /// Somebody is no longer heard.
        ParticipantMute => "participant-mute",
        /// Somebody is heard again.
        ParticipantUnmute => "participant-unmute",
        /// Somebody is put on hold.
        ParticipantHold => "participant-hold",
        /// Somebody is back from hold.
        ParticipantUnhold => "participant-unhold",
        /// Settings of a participant have changed, such as who is coached.
        ParticipantModify => "participant-modify",
        /// Somebody has begun to speak.
        ParticipantSpeechStart => "participant-speech-start",
        /// Somebody has stopped speaking.
        ParticipantSpeechStop => "participant-speech-stop",
        /// An announcement has been played.
        AnnouncementEnd => "announcement-end",
        /// An announcement could not be played.
        AnnouncementFail => "announcement-fail",
    }
}

impl ConferenceEvent {
    /// Where the conference stands after this event; `None` if the event does not tell.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{ConferenceEvent, ConferenceStatus};
    ///
    /// assert_eq!(
    ///     ConferenceEvent::End.status(),
    ///     Some(ConferenceStatus::Completed)
    /// );
    /// assert_eq!(ConferenceEvent::ParticipantMute.status(), None);
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<ConferenceStatus> {
        match self {
            Self::Start => Some(ConferenceStatus::InProgress),
            Self::End => Some(ConferenceStatus::Completed),
            _ => None,
        }
    }

    /// Whether it is about one participant, who is named by `CallSid`.
    #[must_use]
    pub fn is_about_participant(&self) -> bool {
        self.as_str().starts_with("participant-")
    }
}
