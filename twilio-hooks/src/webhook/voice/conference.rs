//! What conferences tell and ask: [`ConferenceStatusUpdate`], [`ConferenceRecordingStatusUpdate`],
//! [`ConferenceWait`] and the old [`ConferenceRecordEnd`].

use jiff::Timestamp;

use crate::{
    AccountSid, CallSid, CallStatus, ConferenceEvent, ConferenceSid, RecordingSid, RecordingStatus,
    string_enum::string_enum,
    webhook::{
        RecordingSource, RecordingTrack,
        macros::{call_question, error_code, webhook},
    },
};

webhook! {
    /// A conference has begun or ended, or a participant came, left or changed.
    ///
    /// Reports overtake each other; sort them by [`sequence_number`](Self::sequence_number). The URL
    /// and the list of events are those of the first participant; what later ones say is ignored.
    /// See [Twilio's
    /// description](https://www.twilio.com/docs/voice/twiml/conference).
    ///
    /// Refused without `AccountSid`, `ConferenceSid` and `StatusCallbackEvent`.
    pub struct ConferenceStatusUpdate: "conference-status" {
        /// The conference.
        conference_sid: ConferenceSid = required "ConferenceSid",
        /// The account or subaccount the conference belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// What happened.
        status_callback_event: ConferenceEvent = required "StatusCallbackEvent",
        /// The name that we gave the conference. Nearly always there.
        friendly_name: Option<String> = "FriendlyName",
        /// The place of this report among those of the conference, from 1. Nearly always there.
        sequence_number: Option<u32> = "SequenceNumber",
        /// When it happened. Nearly always there.
        timestamp: Option<Timestamp> = "Timestamp",
        /// The participant's leg; on what happens to a participant, and to announcements for one.
        call_sid: Option<CallSid> = "CallSid",
        /// Whether the participant is muted; on what happens to a participant.
        muted: Option<bool> = "Muted",
        /// Whether the participant is on hold; on what happens to a participant.
        hold: Option<bool> = "Hold",
        /// Whether the participant coaches another one; on what happens to a participant.
        coaching: Option<bool> = "Coaching",
        /// Whether the conference ends when the participant leaves; on what happens to a participant.
        end_conference_on_exit: Option<bool> = "EndConferenceOnExit",
        /// Whether the conference starts when the participant comes; on what happens to a
        /// participant.
        start_conference_on_enter: Option<bool> = "StartConferenceOnEnter",
        /// What we called the participant; if it was given a label.
        participant_label: Option<String> = "ParticipantLabel",
        /// The leg that ended the conference by leaving; on some ends.
        call_sid_ending_conference: Option<CallSid> = "CallSidEndingConference",
        /// What we called that participant; on some ends.
        participant_label_ending_conference: Option<String> = "ParticipantLabelEndingConference",
        /// Why the conference ended; at its end.
        reason_conference_ended: Option<ConferenceEndReason> = "ReasonConferenceEnded",
        /// A text about the reason, not to be relied on; at the end, and on some other events.
        reason: Option<String> = "Reason",
        /// A text about why an announcement failed; when it did.
        reason_announcement_failed: Option<String> = "ReasonAnnouncementFailed",
        /// What was announced; on announcements.
        announce_url: Option<String> = "AnnounceUrl",
        /// How the leg of the participant ended; when it has left.
        participant_call_status: Option<CallStatus> = "ParticipantCallStatus",
        /// Why the participant left; when it has.
        reason_participant_left: Option<ParticipantLeftReason> = "ReasonParticipantLeft",
        /// What went wrong, an [error code](https://www.twilio.com/docs/api/errors); on some
        /// failures. Ask [`error`](Self::error), which also knows 0.
        error_code: Option<u32> = "ErrorCode",
    }
    families {}
}

error_code!(ConferenceStatusUpdate: error_code);

string_enum! {
    /// Why a conference ended.
    pub enum ConferenceEndReason {
        /// It was ended by REST.
        EndedViaApi => "conference-ended-via-api",
        /// The last participant was removed by REST.
        LastParticipantKicked => "last-participant-kicked",
        /// The last participant left.
        LastParticipantLeft => "last-participant-left",
        /// A participant without whom it must end was removed by REST.
        ModeratorKicked => "participant-with-end-conference-on-exit-kicked",
        /// A participant without whom it must end left.
        ModeratorLeft => "participant-with-end-conference-on-exit-left",
    }
}

string_enum! {
    /// Why a participant left a conference.
    pub enum ParticipantLeftReason {
        /// The conference was ended by REST.
        ConferenceEndedViaApi => "conference_ended_via_api",
        /// A participant without whom it must end left.
        ModeratorEndedConference => "moderator_ended_conference",
        /// The participant was removed, or its call was moved, by REST.
        UpdatedViaApi => "participant_updated_via_api",
        /// The participant hung up.
        HungUp => "participant_hung_up",
        /// The participant could not be added.
        AddFailed => "participant_add_failed",
    }
}

webhook! {
    /// The recording of a conference has begun, is ready, or failed.
    ///
    /// As [`RecordingStatusUpdate`](crate::webhook::RecordingStatusUpdate), which is about calls. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/conference).
    ///
    /// Refused without `AccountSid`, `ConferenceSid`, `RecordingSid` and `RecordingStatus`.
    pub struct ConferenceRecordingStatusUpdate: "conference-recording-status" {
        /// The conference.
        conference_sid: ConferenceSid = required "ConferenceSid",
        /// The recording.
        recording_sid: RecordingSid = required "RecordingSid",
        /// The account or subaccount that owns the recording.
        account_sid: AccountSid = required "AccountSid",
        /// Where the recording stands.
        recording_status: RecordingStatus = required "RecordingStatus",
        /// A leg of the conference; nearly always absent.
        call_sid: Option<CallSid> = "CallSid",
        /// Where the audio is: append `.mp3` or `.wav`. Twilio may want HTTP authentication. Absent
        /// or useless if there is no audio.
        recording_url: Option<String> = "RecordingUrl",
        /// How long the recording is, in seconds, negative if unknown; absent until it is ready.
        recording_duration: Option<i32> = "RecordingDuration",
        /// 1, or 2 if each side has a channel of its own. Nearly always there.
        recording_channels: Option<u32> = "RecordingChannels",
        /// When recording began. Nearly always there.
        recording_start_time: Option<Timestamp> = "RecordingStartTime",
        /// What started the recording. Nearly always there.
        recording_source: Option<RecordingSource> = "RecordingSource",
        /// The side that was recorded; only where one could choose.
        recording_track: Option<RecordingTrack> = "RecordingTrack",
        /// What went wrong, an [error code](https://www.twilio.com/docs/api/errors), and 0 if nothing
        /// did: ask [`error`](Self::error). Absent on some reports.
        error_code: Option<u32> = "ErrorCode",
    }
    families {}
}

error_code!(ConferenceRecordingStatusUpdate: error_code);

webhook! {
    /// A recorded conference has ended.
    ///
    /// It comes to the `eventCallbackUrl` of a `<Conference>`, which Twilio has deprecated:
    /// [`ConferenceRecordingStatusUpdate`] takes its place. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/conference).
    ///
    /// Refused without `ConferenceSid`.
    pub struct ConferenceRecordEnd: "conference-record-end" {
        /// The conference.
        conference_sid: ConferenceSid = required "ConferenceSid",
        /// The account or subaccount the conference belongs to. Nearly always there.
        account_sid: Option<AccountSid> = "AccountSid",
        /// The name that we gave the conference. Nearly always there.
        friendly_name: Option<String> = "FriendlyName",
        /// What happened; there is one such event.
        event_name: Option<ConferenceEventName> = "EventName",
        /// Where the audio is: append `.mp3` or `.wav`. Twilio may want HTTP authentication.
        recording_url: Option<String> = "RecordingUrl",
        /// How long the recording is, in seconds.
        duration: Option<u32> = "Duration",
        /// How large the recording is, in bytes; on some reports.
        recording_file_size: Option<u64> = "RecordingFileSize",
        /// When it happened; on some reports.
        timestamp: Option<Timestamp> = "Timestamp",
    }
    families {}
}

string_enum! {
    /// The events of the deprecated `eventCallbackUrl`.
    pub enum ConferenceEventName {
        /// The recording is ready.
        RecordEnd => "conference-record-end",
    }
}

call_question! {
    /// A participant waits for its conference to begin, or is on hold; what shall it hear?
    ///
    /// It comes to the `waitUrl` of a `<Conference>`, again and again. Only `<Play>`, `<Say>`,
    /// `<Pause>` and `<Redirect>` may be in the answer. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/conference).
    /// Twilio documents this poorly; fields may differ.
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct ConferenceWait: "conference-wait" {
        /// The conference; may be left out, and then nothing tells this from another question.
        conference_sid: Option<ConferenceSid> = "ConferenceSid",
        /// The name that we gave the conference; may be left out.
        friendly_name: Option<String> = "FriendlyName",
    }
}
