//! [`RoomStatusUpdate`]: something happened in a video room.

use jiff::Timestamp;

use crate::{
    AccountSid, RoomParticipantSid, RoomSid, TrackRecordingSid, TrackSid, string_enum::string_enum,
    webhook::macros::webhook,
};

webhook! {
    /// Something happened in a video room.
    ///
    /// Events overtake each other; sort by [`sequence_number`](Self::sequence_number). See
    /// [Twilio's description](https://www.twilio.com/docs/video/api/status-callbacks).
    ///
    /// Refused without `AccountSid`, `RoomSid` and `StatusCallbackEvent`.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     Params,
    ///     webhook::{
    ///         Webhook,
    ///         video::{RoomEvent, RoomStatusUpdate},
    ///     },
    /// };
    ///
    /// let params = Params::from_form(
    ///     b"AccountSid=AC00000000000000000000000000000001&StatusCallbackEvent=room-ended\
    ///       &RoomSid=RM00000000000000000000000000000001&RoomDuration=1805",
    /// );
    /// let update = RoomStatusUpdate::from_params(&params)?;
    /// assert_eq!(update.status_callback_event, RoomEvent::RoomEnded);
    /// assert_eq!(update.room_duration, Some(1805));
    /// # Ok::<_, twilio_hooks::ParamError>(())
    /// ```
    pub struct RoomStatusUpdate: "video-room-status" {
        /// The room.
        room_sid: RoomSid = required "RoomSid",
        /// The account or subaccount the room belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// What happened.
        status_callback_event: RoomEvent = required "StatusCallbackEvent",
        /// The room's name; its SID if it was given none. Nearly always there.
        room_name: Option<String> = "RoomName",
        /// Where the room stands. Nearly always there.
        room_status: Option<RoomStatus> = "RoomStatus",
        /// What kind of room it is. Nearly always there.
        room_type: Option<RoomType> = "RoomType",
        /// The event's place in the room's history, from 0. Absent on some events of recordings.
        sequence_number: Option<u32> = "SequenceNumber",
        /// When it happened. Nearly always there.
        timestamp: Option<Timestamp> = "Timestamp",
        /// How long the room was open, in seconds; on `room-ended`.
        room_duration: Option<u32> = "RoomDuration",
        /// The participant; on events of participants, tracks and recordings, as the next two.
        participant_sid: Option<RoomParticipantSid> = "ParticipantSid",
        /// The participant's identity, as the access token has it.
        participant_identity: Option<String> = "ParticipantIdentity",
        /// Whether the participant is connected; on events of participants.
        participant_status: Option<ParticipantStatus> = "ParticipantStatus",
        /// How long the participant was there, in seconds; on `participant-disconnected`.
        participant_duration: Option<u32> = "ParticipantDuration",
        /// The track; on events of tracks, as the next.
        track_sid: Option<TrackSid> = "TrackSid",
        /// What the track carries.
        track_kind: Option<TrackKind> = "TrackKind",
        /// The recording; on events of recordings, as all fields below.
        recording_sid: Option<TrackRecordingSid> = "RecordingSid",
        /// The track that is recorded.
        source_sid: Option<TrackSid> = "SourceSid",
        /// What the recording holds.
        recording_type: Option<TrackKind> = "Type",
        /// How it is encoded.
        codec: Option<TrackCodec> = "Codec",
        /// The kind of file.
        container: Option<RecordingContainer> = "Container",
        /// The path of the file at `video.twilio.com`; on `recording-completed`.
        media_uri: Option<String> = "MediaUri",
        /// Where the file is in storage of one's own; on `recording-completed`, if it is set up.
        media_external_location: Option<String> = "MediaExternalLocation",
        /// When the recording began, in milliseconds on a clock that all recordings of the room
        /// share: it is good for putting them side by side only.
        offset_from_twilio_video_epoch: Option<u64> = "OffsetFromTwilioVideoEpoch",
        /// How long the recording is, in seconds; on `recording-completed`.
        duration: Option<u32> = "Duration",
        /// How large the file is, in bytes; on `recording-completed`.
        size: Option<u64> = "Size",
        /// Bits per second; rare.
        bitrate: Option<u32> = "Bitrate",
        /// What could not be done; on `recording-failed`.
        failed_operation: Option<String> = "FailedOperation",
    }
    families {}
}

string_enum! {
    /// What happened in a video room.
    pub enum RoomEvent {
        /// The room was opened.
        RoomCreated => "room-created",
        /// The room was closed.
        RoomEnded => "room-ended",
        /// A participant came.
        ParticipantConnected => "participant-connected",
        /// A participant left.
        ParticipantDisconnected => "participant-disconnected",
        /// A participant published a track.
        TrackAdded => "track-added",
        /// A participant took a track back.
        TrackRemoved => "track-removed",
        /// A track was unmuted.
        TrackEnabled => "track-enabled",
        /// A track was muted.
        TrackDisabled => "track-disabled",
        /// Recording a track began.
        RecordingStarted => "recording-started",
        /// The recording of a track is ready.
        RecordingCompleted => "recording-completed",
        /// A track could not be recorded.
        RecordingFailed => "recording-failed",
    }
}

string_enum! {
    /// Where a video room stands.
    pub enum RoomStatus {
        /// It is open.
        InProgress => "in-progress",
        /// It is closed.
        Completed => "completed",
        /// It could not be opened.
        Failed => "failed",
    }
}

string_enum! {
    /// What kind of video room it is. New rooms are `group`.
    pub enum RoomType {
        /// Through Twilio's servers.
        Group => "group",
        /// Through Twilio's servers, for few people; retired.
        GroupSmall => "group-small",
        /// For two people, free; retired.
        Go => "go",
        /// From browser to browser; retired.
        PeerToPeer => "peer-to-peer",
    }
}

string_enum! {
    /// Whether a participant is connected.
    pub enum ParticipantStatus {
        /// In the room.
        Connected => "connected",
        /// Lost, and expected back.
        Reconnecting => "reconnecting",
        /// Gone.
        Disconnected => "disconnected",
    }
}

string_enum! {
    /// What a track carries.
    pub enum TrackKind {
        /// Sound.
        Audio => "audio",
        /// Pictures.
        Video => "video",
        /// Data.
        Data => "data",
    }
}

string_enum! {
    /// How a recording is encoded.
    pub enum TrackCodec {
        /// VP8, pictures.
        Vp8 => "VP8",
        /// H.264, pictures.
        H264 => "H264",
        /// Opus, sound.
        Opus => "OPUS",
        /// PCMU, sound.
        Pcmu => "PCMU",
    }
}

string_enum! {
    /// The kind of a recording's file.
    pub enum RecordingContainer {
        /// Matroska with sound.
        Mka => "mka",
        /// Matroska with pictures.
        Mkv => "mkv",
    }
}
