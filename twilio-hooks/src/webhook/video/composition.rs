//! [`CompositionStatusUpdate`]: a composition has got further.

use jiff::Timestamp;

use crate::{
    AccountSid, CompositionHookSid, CompositionSid, RoomSid, string_enum::string_enum,
    webhook::macros::webhook,
};

webhook! {
    /// A composition of a room's recordings has got further, or failed.
    ///
    /// See [Twilio's description](https://www.twilio.com/docs/video/api/status-callbacks).
    ///
    /// Refused without `AccountSid` and `StatusCallbackEvent`.
    pub struct CompositionStatusUpdate: "video-composition-status" {
        /// The account or subaccount the composition belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// What happened.
        status_callback_event: CompositionEvent = required "StatusCallbackEvent",
        /// The composition; absent on `composition-hook-failed`, when none was made.
        composition_sid: Option<CompositionSid> = "CompositionSid",
        /// The composition's path at `video.twilio.com`; absent where `composition_sid` is.
        composition_uri: Option<String> = "CompositionUri",
        /// The room whose recordings it is made of. Nearly always there.
        room_sid: Option<RoomSid> = "RoomSid",
        /// The hook that asked for the composition; absent if none did, as the next two.
        hook_sid: Option<CompositionHookSid> = "HookSid",
        /// The hook's path at `video.twilio.com`.
        hook_uri: Option<String> = "HookUri",
        /// The hook's name.
        hook_friendly_name: Option<String> = "HookFriendlyName",
        /// When it happened. Nearly always there.
        timestamp: Option<Timestamp> = "Timestamp",
        /// The path of the file at `video.twilio.com`; on `composition-available`, as the next two.
        media_uri: Option<String> = "MediaUri",
        /// How long it is, in seconds.
        duration: Option<u32> = "Duration",
        /// How large the file is, in bytes.
        size: Option<u64> = "Size",
        /// How much is done, in per cent; on `composition-progress`, as the next.
        percentage_done: Option<u32> = "PercentageDone",
        /// How much longer it may take, in seconds, an estimate.
        seconds_remaining: Option<u32> = "SecondsRemaining",
        /// What could not be done; on failures, as the next.
        failed_operation: Option<String> = "FailedOperation",
        /// Why it could not be done, in English.
        error_message: Option<String> = "ErrorMessage",
    }
    families {}
}

string_enum! {
    /// What happened to a composition.
    pub enum CompositionEvent {
        /// It waits for its turn.
        Enqueued => "composition-enqueued",
        /// A hook could not ask for one.
        HookFailed => "composition-hook-failed",
        /// It is being made.
        Started => "composition-started",
        /// It is ready.
        Available => "composition-available",
        /// More of it is made.
        Progress => "composition-progress",
        /// It could not be made.
        Failed => "composition-failed",
    }
}
