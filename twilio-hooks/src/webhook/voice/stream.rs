//! What forked audio tells and asks: [`StreamStatusUpdate`], [`SiprecStatusUpdate`] and
//! [`ConnectStreamAction`].

use jiff::Timestamp;

use crate::{
    AccountSid, CallSid, SiprecSid, StreamSid,
    string_enum::string_enum,
    webhook::macros::{call_question, webhook},
};

webhook! {
    /// A media stream has begun, stopped, or failed.
    ///
    /// See [Twilio's
    /// description](https://www.twilio.com/docs/voice/twiml/stream).
    ///
    /// Refused without `AccountSid`, `CallSid`, `StreamSid` and `StreamEvent`.
    pub struct StreamStatusUpdate: "stream-status" {
        /// The leg of the call that is streamed.
        call_sid: CallSid = required "CallSid",
        /// The account or subaccount the call belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// The stream.
        stream_sid: StreamSid = required "StreamSid",
        /// What happened.
        stream_event: StreamEvent = required "StreamEvent",
        /// The name that we gave the stream, or its SID; on most reports.
        stream_name: Option<String> = "StreamName",
        /// A text about what went wrong; with an error only.
        stream_error: Option<String> = "StreamError",
        /// When it happened. Nearly always there.
        timestamp: Option<Timestamp> = "Timestamp",
    }
    families {}
}

string_enum! {
    /// What happened to a media stream.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/twiml/stream).
    pub enum StreamEvent {
        /// It has begun.
        Started => "stream-started",
        /// It is over.
        Stopped => "stream-stopped",
        /// It failed.
        Error => "stream-error",
    }
}

webhook! {
    /// A recording session by SIPREC has begun, stopped, or failed.
    ///
    /// See [Twilio's description](https://www.twilio.com/docs/voice/twiml/siprec). Twilio documents
    /// this poorly; fields may differ.
    ///
    /// Refused without `AccountSid`, `CallSid` and `SiprecSid`.
    pub struct SiprecStatusUpdate: "siprec-status" {
        /// The leg of the call that is streamed.
        call_sid: CallSid = required "CallSid",
        /// The account or subaccount the call belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// The session.
        siprec_sid: SiprecSid = required "SiprecSid",
        /// What happened. Nearly always there.
        siprec_event: Option<SiprecEvent> = "SiprecEvent",
        /// The name that we gave the session; on most reports.
        siprec_name: Option<String> = "SiprecName",
        /// A text about what went wrong; with an error only.
        siprec_error: Option<String> = "SiprecError",
        /// When it happened. Nearly always there.
        timestamp: Option<Timestamp> = "Timestamp",
    }
    families {}
}

string_enum! {
    /// What happened to a session by SIPREC.
    pub enum SiprecEvent {
        /// It has begun.
        Started => "siprec-started",
        /// It is over.
        Stopped => "siprec-stopped",
        /// It failed.
        Error => "siprec-error",
    }
}

call_question! {
    /// A stream in both directions is over; what next for the call?
    ///
    /// It comes to the `action` of the `<Connect>` around a `<Stream>` after our server has closed
    /// the socket. See [Twilio's description](https://www.twilio.com/docs/voice/twiml/connect).
    /// Twilio documents this poorly; fields may differ.
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct ConnectStreamAction: "connect-stream-action" {
        /// The stream; may be left out, and then nothing tells this from another question.
        stream_sid: Option<StreamSid> = "StreamSid",
    }
}
