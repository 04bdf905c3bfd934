//! Enumerations that several resources share.

use crate::string_enum::string_enum;

string_enum! {
    /// The HTTP method of the webhooks that Twilio sends. The routes of this library take `POST`.
    pub enum WebhookMethod {
        /// `GET`.
        Get => "GET",
        /// `POST`.
        Post => "POST",
    }
}

string_enum! {
    /// Whether Twilio listens if a machine has answered a call.
    ///
    /// [Answering machine detection](https://www.twilio.com/docs/voice/answering-machine-detection).
    pub enum MachineDetection {
        /// Report as soon as it is known who answered.
        Enable => "Enable",
        /// Report a machine only when its greeting has ended.
        DetectMessageEnd => "DetectMessageEnd",
    }
}

string_enum! {
    /// How many channels a recording has.
    pub enum RecordingChannels {
        /// Both sides mixed.
        Mono => "mono",
        /// Each side on a channel of its own.
        Dual => "dual",
    }
}

string_enum! {
    /// Whether silence at the ends of a recording is cut off.
    pub enum TrimSilence {
        /// Cut it off.
        Trim => "trim-silence",
        /// Keep it.
        Keep => "do-not-trim",
    }
}
