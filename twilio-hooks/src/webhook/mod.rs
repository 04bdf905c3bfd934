//! Webhooks: what Twilio sends, one type per kind of request.
//!
//! | type | Twilio asks or tells |
//! |---|---|
//! | [`IncomingMessage`] | a message came in; what is the reply? |
//! | [`MessageStatusUpdate`] | a message that was sent has got further |
//! | [`IncomingCall`] | a call came in, or goes on; what next? |
//! | [`CallStatusUpdate`] | a call has got further, or ended |
//! | [`RecordingStatusUpdate`] | a recording is ready, or failed |
//!
//! What verbs and resources of calls ask (`…Action` comes to an action URL) and tell
//! (`…StatusUpdate` comes to a status callback):
//!
//! | type | Twilio asks or tells |
//! |---|---|
//! | [`OutboundCallAnswer`] | a call we made was answered; what next? |
//! | [`AsyncAmdStatusUpdate`] | machine detection knows who or what answered |
//! | [`DialScreen`] | a dialled party answered; what shall it hear first? |
//! | [`DialCallStatusUpdate`] | a dialled leg has got further |
//! | [`DialAction`] | a `<Dial>` is over; what next? |
//! | [`DialRefer`] | a dialled SIP party wants the call moved; what next? |
//! | [`ReferAction`] | a `<Refer>` is over; what next? |
//! | [`GatherAction`] | a `<Gather>` has keys or speech; what next? |
//! | [`GatherPartialResult`] | a `<Gather>` has understood some words |
//! | [`RecordAction`] | a `<Record>` is over; what next? |
//! | [`TranscriptionStatusUpdate`] | the text of a recording is ready, or failed |
//! | [`RealtimeTranscriptionUpdate`] | something was said in a call |
//! | [`ConferenceStatusUpdate`] | a conference began or ended, a participant came, left or changed |
//! | [`ConferenceRecordingStatusUpdate`] | the recording of a conference is ready, or failed |
//! | [`ConferenceRecordEnd`] | the same, to a deprecated URL |
//! | [`ConferenceWait`] | a participant waits; what shall it hear? |
//! | [`EnqueueWait`] | a caller waits in a queue; what shall it hear? |
//! | [`EnqueueAction`] | a caller has left a queue; what next? |
//! | [`QueueScreen`] | a queued caller is about to be connected; what shall it hear first? |
//! | [`PayAction`] | a `<Pay>` is over; what next? |
//! | [`PayStatusUpdate`] | a payment has got a step further |
//! | [`StreamStatusUpdate`] | a media stream began, stopped, or failed |
//! | [`SiprecStatusUpdate`] | a session by SIPREC began, stopped, or failed |
//! | [`ConnectStreamAction`] | a stream in both directions is over; what next? |
//! | [`ConversationRelayAction`] | a session of `ConversationRelay` is over; what next? |
//! | [`VirtualAgentAction`] | a conversation with a virtual agent is over; what next? |
//! | [`VirtualAgentStatusUpdate`] | something happened in such a conversation |
//! | [`CallerIdValidation`] | the validation of a caller id is over |
//! | [`UserDefinedMessage`] | an app on a call sent a message |
//! | [`AddOnRecordingResult`] | an add-on has worked on a recording |
//! | [`SmsAction`] | a call has sent a text message (deprecated); what next? |
//! | [`TrunkDisasterRecovery`] | our telephone system can't be reached; what next? |
//!
//! Twilio's other products have a module each:
//!
//! | module | product |
//! |---|---|
//! | [`conversations`] | Conversations, and the retired Chat |
//! | [`taskrouter`] | TaskRouter, also behind Flex |
//! | [`studio`] | Studio's widget for HTTP requests |
//! | [`proxy`] | Proxy |
//! | [`sync`] | Sync |
//! | [`video`] | Video's rooms and compositions |
//! | [`fax`] | Fax, retired |
//! | [`debugger`] | errors and warnings of an account |
//! | [`usage`] | usage triggers |
//! | [`connect`] | Connect apps |
//! | [`regulatory`] | regulatory bundles and Trust Hub |
//! | [`hosted_numbers`] | hosted numbers |
//! | [`supersim`] | Super SIM |
//!
//! Requests whose body is JSON are in [`json`]; what comes over WebSockets is in
//! [`websocket`](crate::websocket).
//!
//! A payload is plain data with public fields, named as Twilio names its parameters, in Rust's
//! letter case. It is read from [`Params`], which the signature was checked on:
//!
//! ```
//! use twilio_hooks::{
//!     MessageStatus, Params,
//!     webhook::{MessageStatusUpdate, Webhook},
//! };
//!
//! let params = Params::from_form(
//!     b"AccountSid=AC00000000000000000000000000000001\
//!       &MessageSid=SM00000000000000000000000000000001\
//!       &MessageStatus=undelivered&ErrorCode=30003&NewIn2031=yes",
//! );
//! let update = MessageStatusUpdate::from_params(&params)?;
//! assert_eq!(update.message_status, MessageStatus::Undelivered);
//! assert_eq!(update.error_code, Some(30003));
//! assert_eq!(update.to, None);
//! assert_eq!(update.extra.get("NewIn2031"), Some("yes"));
//! # Ok::<_, twilio_hooks::ParamError>(())
//! ```
//!
//! # How parameters are read
//! - Twilio may leave out nearly everything, and adds parameters without notice. So a payload is
//!   refused only without the few identifiers that give it a meaning; whatever has no field is in
//!   `extra`.
//! - An `Option` is `None` for a parameter that is absent or empty. Fields without `Option` that are
//!   not required are empty then.
//! - Enums keep values they do not know. A number, time or truth value that can't be read is `None`,
//!   and its pair is kept in `extra`.
//! - Names are compared exactly. The first value of a repeated name counts, the others are in
//!   `extra`.
//! - Texts keep their blanks and line breaks. Bytes that are not UTF-8 become U+FFFD in texts; the
//!   `Params` still have them.
//! - Texts such as a message's body or a caller's name are chosen by strangers: escape them where
//!   they are shown. `Debug` leaves them out, so a payload can be logged.
//!
//! # Adding a kind
//! 1. Write a file with a call of the macro `webhook!` (or `call_webhook!`, if the request carries
//!    what all requests about a call carry, or `call_question!`, if it also is to be answered in
//!    TwiML), one documented row per parameter. The doc says the
//!    meaning, the unit, and when Twilio leaves the parameter out. `required` is for identifiers only.
//!    A product other than messages and calls has a public module of its own.
//! 2. Values from a list are an enum made by `string_enum!`; times as numbers, JSON and amounts are of
//!    the types in [`values`]. Names that end in a number or a free text are a `Family`, as [`Media`],
//!    [`Place`] and [`SipHeaders`] are.
//! 3. List the file below (or in its product's folder, such as `voice/`), the type in the table
//!    above, and the kind in `event.rs`, with its sign in `detect.rs` or `voice/detect.rs`.
//! 4. Put bodies into `tests/fixtures/payloads/` with their entries in `index.json`, and the kind's
//!    part of the catalogue into `webhooks.json`. The tests take them from there.
//!
//! A new parameter of an existing kind is one row, and one entry in the catalogue.

use std::fmt::Debug;

use crate::{ParamError, Params};

pub mod connect;
pub mod conversations;
pub mod debugger;
pub mod fax;
pub mod hosted_numbers;
pub mod proxy;
pub mod regulatory;
pub mod studio;
pub mod supersim;
pub mod sync;
pub mod taskrouter;
pub mod usage;
pub mod values;
pub mod video;

mod call_status;
mod detect;
mod event;
pub(crate) mod field;
mod hooked;
mod incoming_call;
mod incoming_message;
pub mod json;
pub(crate) mod macros;
mod media;
mod message_status;
mod place;
mod recording_status;
mod sip_headers;
mod stir;
mod voice;

pub use self::{
    call_status::{AnsweredBy, CallEvent, CallStatusUpdate, CallbackSource},
    event::{Event, EventKind},
    hooked::Hooked,
    incoming_call::IncomingCall,
    incoming_message::{ButtonType, IncomingMessage, MessageType, OptOutType, ReferralSourceType},
    media::Media,
    message_status::{ChannelPrefix, MessageEventType, MessageStatusUpdate},
    place::Place,
    recording_status::{RecordingSource, RecordingStatusUpdate, RecordingTrack},
    sip_headers::SipHeaders,
    stir::{Attestation, StirVerstat},
    voice::*,
};

/// A request of Twilio's, typed.
///
/// It is implemented by the payloads of this module and can't be implemented elsewhere.
pub trait Webhook: sealed::Sealed + Debug + Sized + Send + Sync + 'static {
    /// The kind's name in logs and metrics, such as `message-incoming`.
    const KIND: &'static str;

    /// The parameters without which it is refused.
    const REQUIRED: &'static [&'static str];

    /// Reads the payload from the parameters of a request.
    ///
    /// The parameters do not tell kinds apart reliably, so the route decides what to read them as.
    /// [How parameters are read](self#how-parameters-are-read) holds for every kind.
    ///
    /// # Errors
    /// - [`ParamError::Missing`] if an identifier without which the payload makes no sense is absent
    ///   or empty;
    /// - [`ParamError::Invalid`] if it is not UTF-8.
    ///
    /// No other parameter is ever the cause of an error.
    fn from_params(params: &Params) -> Result<Self, ParamError>;
}

pub(crate) mod sealed {
    /// Keeps [`Webhook`](super::Webhook) to this crate.
    pub trait Sealed {}
}
