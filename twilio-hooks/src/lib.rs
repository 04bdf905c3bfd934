//! Receive Twilio webhooks.

mod address;
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
    hooks::{Hooks, ReceiveError},
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
