//! JSON webhooks: the requests of Twilio's that carry JSON instead of a form.
//!
//! They stand beside the form webhooks, because to a server both are requests that Twilio makes;
//! only their bodies differ.
//!
//! | type | Twilio tells |
//! |---|---|
//! | [`EventBatch`] | events of any product, by Event Streams |
//! | [`LinkClick`] | a shortened link was opened |
//! | [`VerifyEvent`] | a factor or challenge of Verify has changed |
//! | [`IntelligenceTranscript`] | a transcript of Conversational Intelligence is ready |
//! | [`CopilotNote`] | a note of Flex's Agent Copilot was written |
//! | [`AssistantResponse`] | an AI assistant has answered |
//! | [`PortingEvent`] | an order to port numbers has got further |
//!
//! All of them are notices: answer with any 2xx, the body is ignored.
//!
//! ```
//! use twilio_hooks::webhook::json::{IntelligenceTranscript, JsonWebhook};
//!
//! let body = br#"{
//!     "account_sid": "AC00000000000000000000000000000001",
//!     "transcript_sid": "GT00000000000000000000000000000009",
//!     "event_type": "voice_intelligence_transcript_available",
//!     "new_in_2031": true
//! }"#;
//! let ready = IntelligenceTranscript::from_json(body)?;
//! assert_eq!(ready.transcript_sid.as_str(), "GT00000000000000000000000000000009");
//! assert_eq!(ready.customer_key, None);
//! assert_eq!(ready.extra["new_in_2031"], true);
//! # Ok::<_, twilio_hooks::JsonError>(())
//! ```
//!
//! # Security
//! The signature covers the URL, which has the body's hash as `bodySHA256`.
//! [`ValidateSignatureLayer`](crate::signature::ValidateSignatureLayer) checks both. Read the body only
//! after it; a JSON request without that hash is not proven to be Twilio's.
//!
//! # How bodies are read
//! - A body is refused if it is not JSON, or without the few members that give it a meaning.
//! - Absent, `null` and an empty text mean the same: `None`, or an empty field.
//! - Numbers, times and truth values are read in quotes and without. A value that can't be read is
//!   `None`, and stays in `extra` with the members that have no field.
//! - Enums keep values they do not know. Of a repeated member the last counts.
//! - Lists keep their order. The order of an object's members means nothing in JSON: `extra` has them
//!   as `serde_json` does, sorted, or as they came if its feature `preserve_order` is on.
//! - `Debug` leaves texts out, so a payload can be logged.

use std::fmt::Debug;

use super::sealed;
use crate::JsonError;

mod assistant_response;
mod copilot_note;
mod event_batch;
mod event_data;
mod intelligence_transcript;
mod link_click;
mod porting_event;
mod verify_event;

pub use self::{
    assistant_response::{AssistantResponse, AssistantStatus},
    copilot_note::{
        CopilotCode, CopilotCodes, CopilotContext, CopilotEventType, CopilotNote, CopilotNoteType,
    },
    event_batch::{CloudEvent, EventBatch},
    event_data::{InboundMessageEvent, MessageStatusEvent, SinkTestEvent},
    intelligence_transcript::{IntelligenceEventType, IntelligenceTranscript},
    link_click::{LinkClick, LinkEventType},
    porting_event::{PortingEvent, PortingType},
    verify_event::{ChallengeStatus, FactorType, VerifyEvent, VerifyEventType},
};

/// A request of Twilio's with a JSON body, typed.
///
/// It is implemented by the payloads of this module and can't be implemented elsewhere.
pub trait JsonWebhook: sealed::Sealed + Debug + Sized + Send + Sync + 'static {
    /// The kind's name in logs and metrics, such as `event-streams`.
    const KIND: &'static str;

    /// Reads the payload from the body of a request.
    ///
    /// [How bodies are read](self#how-bodies-are-read) holds for every kind.
    ///
    /// # Errors
    /// - [`JsonError::Syntax`] if the body is not JSON;
    /// - [`JsonError::Shape`] if it is JSON of another form;
    /// - [`JsonError::Missing`] or [`JsonError::Invalid`] if a member without which the payload makes
    ///   no sense is absent or no text.
    ///
    /// No other member is ever the cause of an error.
    fn from_json(body: &[u8]) -> Result<Self, JsonError>;
}
