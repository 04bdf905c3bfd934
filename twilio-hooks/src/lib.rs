//! Receive Twilio webhooks: know that they are genuine, read them as types, answer in TwiML, and keep
//! what they tell.
//!
//! This crate knows no web framework and no database. `twilio-hooks-axum` has routes and an
//! extractor, `twilio-hooks-sqlx` stores in Postgres and SQLite.
//!
//! | to … | there is |
//! |---|---|
//! | let only Twilio in | [`signature`]: a tower layer; the [`guide`] for proxies, rotation, subaccounts, refusals |
//! | read a webhook | [`webhook`]: one type per kind; [`Event`](webhook::Event) for all of them |
//! | speak over a WebSocket of Twilio's | [`websocket`]: Media Streams, `ConversationRelay` |
//! | answer | [`twiml`]: builder, parser, linter |
//! | record and tell what comes | [`Hooks`], [`store`], [`notify`], [`Handler`] |
//! | put reports into order oneself | [`status`] |
//! | explain an error code | [`error_code`] |
//! | test all that | `testing`, a feature: signed requests, the suite for stores of one's own |
//!
//! # A service that answers texts
//! The layer wraps any tower service whose request bodies are buffered, so this runs below hyper,
//! axum, or whatever else speaks tower:
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response, StatusCode};
//! use http_body_util::Full;
//! use tower::{Layer, ServiceExt, service_fn};
//! use twilio_hooks::{
//!     Params,
//!     signature::{AuthTokens, PublicUrl, SigningKey, ValidateSignatureLayer, Verified},
//!     twiml::{Message, MessagingResponse},
//!     webhook::{IncomingMessage, Webhook},
//! };
//!
//! async fn answer(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, http::Error> {
//!     // Only the layer makes one, so whoever has it has a genuine request.
//!     let Some(verified) = request.extensions().get::<Verified>() else {
//!         return Response::builder().status(StatusCode::FORBIDDEN).body(Full::default());
//!     };
//!     let Ok(text) = IncomingMessage::from_params(verified.params()) else {
//!         return Response::builder().status(StatusCode::BAD_REQUEST).body(Full::default());
//!     };
//!     let reply = MessagingResponse::new().with(Message::new(format!("You said: {}", text.body)));
//!     Response::builder()
//!         .header("Content-Type", "text/xml")
//!         .body(Full::new(reply.to_bytes()))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tokens = AuthTokens::single("AC00000000000000000000000000000001", "12345");
//! let layer = ValidateSignatureLayer::new(PublicUrl::fixed("https://hooks.example.com")?, tokens);
//! let service = layer.layer(service_fn(answer));
//!
//! // What Twilio sends for a text.
//! let form = "AccountSid=AC00000000000000000000000000000001&From=%2B12025550143\
//!             &To=%2B12025550187&MessageSid=SM00000000000000000000000000000001&Body=Hi%20there";
//! let key = SigningKey::auth_token("12345".to_owned()).expect("a token");
//! let signature = key.sign("https://hooks.example.com/sms", &Params::from_form(form.as_bytes()));
//! let request = Request::post("/sms")
//!     .header("Content-Type", "application/x-www-form-urlencoded")
//!     .header("X-Twilio-Signature", signature)
//!     .body(Full::new(Bytes::from(form)))?;
//!
//! let response = service.oneshot(request).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//! # use http_body_util::BodyExt;
//! # let body = response.into_body().collect().await?.to_bytes();
//! # assert!(body.ends_with(b"<Response><Message>You said: Hi there</Message></Response>"));
//! # Ok(())
//! # }
//! ```

mod address;
#[cfg(feature = "client")]
pub mod client;
pub mod error_code;
pub mod guide;
mod handler;
mod hooks;
mod ids;
mod json;
pub mod notify;
mod params;
mod redacted;
mod sid;
pub mod signature;
pub mod status;
pub mod store;
mod string_enum;
#[cfg(feature = "testing")]
pub mod testing;
pub mod twiml;
pub mod webhook;
pub mod websocket;

use std::error::Error;

pub use async_trait::async_trait;

pub use crate::{
    address::{Address, AddressKind},
    handler::{EmptyReply, Handler, HandlerOutput, Received, Silence},
    hooks::{Answer, Hooks, ReceiveError},
    ids::{
        CallId, CompanyId, ContactId, HistoryId, LineId, MessageId, NotificationId, RecordingId,
        UserId,
    },
    json::{JsonError, JsonObject},
    params::{ParamError, Params},
    sid::{
        AccountSid, ApplicationSid, CallSid, ChannelInstallSid, ConferenceSid,
        ConversationRelaySid, MessageSid, MessagingServiceSid, OutgoingCallerIdSid, PaymentSid,
        QueueSid, RealtimeTranscriptionSid, RecordingSid, SipDomainSid, SiprecSid, StreamSid,
        TranscriptionSid, TrunkSid, UserDefinedMessageSid,
    },
    // Other products
    sid::{
        ActivitySid, AlertSid, BundleSid, ChannelMessageSid, ChatMediaSid, ChatServiceSid,
        CompositionHookSid, CompositionSid, ConnectAppSid, ConversationMessageSid,
        ConversationParticipantSid, ConversationSid, ConversationUserSid, DeliveryReceiptSid,
        EventSid, FaxSid, HostedNumberOrderSid, IpCommandSid, OperatingUnitSid,
        ProxyInteractionSid, ProxyParticipantSid, ProxyResourceSid, ProxyServiceSid,
        ProxySessionSid, ReservationSid, RoleSid, RoomParticipantSid, RoomSid, SigningDocumentSid,
        SimSid, SmsCommandSid, SyncDocumentSid, SyncListSid, SyncMapSid, SyncServiceSid,
        SyncStreamMessageSid, SyncStreamSid, TaskChannelSid, TaskQueueSid, TaskRouterResourceSid,
        TaskSid, TrackRecordingSid, TrackSid, UsageTriggerSid, WorkerSid, WorkflowSid,
        WorkspaceSid,
    },
    // REST
    sid::{AddressSid, ByocTrunkSid, ContentSid, GroupSid, IdentitySid, MediaSid, PhoneNumberSid},
    // JSON webhooks
    sid::{
        ChallengeSid, FactorSid, FlexInstanceSid, IntelligenceServiceSid, InteractionChannelSid,
        InteractionParticipantSid, InteractionSid, PortInRequestSid, ProfileConnectSid,
        TranscriptSid, VerifyServiceSid,
    },
    string_enum::UnknownValue,
};

#[doc(inline)]
pub use crate::{
    error_code::ErrorCode,
    status::{
        CallDirection, CallStatus, ConferenceEvent, ConferenceStatus, MessageStatus,
        RecordingStatus,
    },
};

/// Any error, as the source of this crate's own errors.
pub type BoxError = Box<dyn Error + Send + Sync>;
