use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;
use crate::twiml::{HttpMethod, RecordingEvent, Text, Trim};

element! {
    /// A room where all who dial the same name hear each other; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/conference).
    ///
    /// Names belong to the account. The room exists as long as someone is in it.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Conference, ConferenceBeep, ConferenceEvent};
    ///
    /// let room = Conference::new("Daily stand-up")
    ///     .beep(ConferenceBeep::OnEnter)
    ///     .end_conference_on_exit(true)
    ///     .status_callback("/voice/conference")
    ///     .status_callback_event([ConferenceEvent::Start, ConferenceEvent::End]);
    /// assert_eq!(
    ///     room.to_string(),
    ///     concat!(
    ///         r#"<Conference beep="onEnter" endConferenceOnExit="true" statusCallback="/voice/conference" "#,
    ///         r#"statusCallbackEvent="start end">Daily stand-up</Conference>"#,
    ///     ),
    /// );
    /// ```
    pub struct Conference = "Conference" inside [Dial] {
        /// The name of the room.
        text name,
        /// When everybody hears a beep, [`ConferenceBeep::True`] by default.
        beep: ConferenceBeep = "beep",
        /// The SID (`CA…`) of the participant's call who alone hears this one.
        coach: Text = "coach",
        /// Whether the conference ends for all when this participant leaves, `false` by default.
        end_conference_on_exit: bool = "endConferenceOnExit",
        /// The URL that is told about the recording; `recordingStatusCallback` tells more.
        event_callback_url: Text = "eventCallbackUrl",
        /// How much audio is held back to even out a bad connection.
        jitter_buffer_size: JitterBufferSize = "jitterBufferSize",
        /// How many may be in the room, 250 by default.
        max_participants: u32 = "maxParticipants",
        /// Whether this participant can't be heard, `false` by default.
        muted: bool = "muted",
        /// A name for this participant, by which the REST API finds it.
        participant_label: Text = "participantLabel",
        /// Whether the conference is recorded, [`ConferenceRecord::DoNotRecord`] by default.
        record: ConferenceRecord = "record",
        /// The id of a recording configuration stored with Twilio.
        recording_configuration_id: Text = "recordingConfigurationId",
        /// The URL that is told about the recording, also when it can be downloaded.
        recording_status_callback: Text = "recordingStatusCallback",
        /// What to tell `recordingStatusCallback`, by default [`RecordingEvent::Completed`].
        recording_status_callback_event: [RecordingEvent] = "recordingStatusCallbackEvent",
        /// The HTTP method for `recordingStatusCallback`, POST by default.
        recording_status_callback_method: HttpMethod = "recordingStatusCallbackMethod",
        /// Where Twilio mixes the audio, by default near the first participants.
        region: ConferenceRegion = "region",
        /// Whether the conference starts when this participant joins, `true` by default; until one
        /// does, all wait.
        start_conference_on_enter: bool = "startConferenceOnEnter",
        /// The URL that is told what happens in the room; only that of the first participant
        /// counts.
        status_callback: Text = "statusCallback",
        /// What to tell `statusCallback`; each event has to be asked for.
        status_callback_event: [ConferenceEvent] = "statusCallbackEvent",
        /// The HTTP method for `statusCallback`, POST by default.
        status_callback_method: HttpMethod = "statusCallbackMethod",
        /// Whether silence is cut from both ends of the recording.
        trim: Trim = "trim",
        /// The HTTP method for `waitUrl`, POST by default.
        wait_method: HttpMethod = "waitMethod",
        /// Where to get the music or TwiML for those who wait, by default Twilio's music; empty for
        /// silence.
        wait_url: Text = "waitUrl",
    }
}

attribute_enum! {
    /// When a conference beeps.
    pub enum ConferenceBeep {
        /// When someone joins or leaves.
        True = "true",
        /// Never.
        False = "false",
        /// When someone joins.
        OnEnter = "onEnter",
        /// When someone leaves.
        OnExit = "onExit",
    }
}

attribute_enum! {
    /// How much audio is held back to even out a bad connection: the more, the longer the delay.
    pub enum JitterBufferSize {
        /// Much, for bad connections.
        Large = "large",
        /// Some.
        Medium = "medium",
        /// Little.
        Small = "small",
        /// None, for the shortest delay.
        Off = "off",
    }
}

attribute_enum! {
    /// Whether a conference is recorded.
    pub enum ConferenceRecord {
        /// Not at all.
        DoNotRecord = "do-not-record",
        /// From its start.
        RecordFromStart = "record-from-start",
    }
}

attribute_enum! {
    /// A place where Twilio mixes audio.
    pub enum ConferenceRegion {
        /// Virginia, United States.
        Us1 = "us1",
        /// Oregon, United States.
        Us2 = "us2",
        /// Ireland.
        Ie1 = "ie1",
        /// Singapore.
        Sg1 = "sg1",
        /// São Paulo, Brazil.
        Br1 = "br1",
        /// Sydney, Australia.
        Au1 = "au1",
        /// Tokyo, Japan.
        Jp1 = "jp1",
        /// Frankfurt, Germany.
        De1 = "de1",
    } and others
}

attribute_enum! {
    /// What happens in a conference and can be reported to `statusCallback`.
    pub enum ConferenceEvent {
        /// It began.
        Start = "start",
        /// It ended.
        End = "end",
        /// Someone joined.
        Join = "join",
        /// Someone left.
        Leave = "leave",
        /// Someone was muted or unmuted.
        Mute = "mute",
        /// Someone was put on hold or taken back.
        Hold = "hold",
        /// A setting of a participant changed.
        Modify = "modify",
        /// Someone began or stopped to speak.
        Speaker = "speaker",
        /// An announcement began, ended or failed.
        Announcement = "announcement",
    }
}

impl From<bool> for ConferenceBeep {
    fn from(beep: bool) -> Self {
        if beep { Self::True } else { Self::False }
    }
}
