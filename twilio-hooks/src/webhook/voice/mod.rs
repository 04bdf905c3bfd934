//! Webhooks about calls beyond their start, their progress and their recordings, by verb or
//! resource.

mod add_on;
mod amd;
mod caller_id;
mod conference;
mod conversation_relay;
pub(super) mod detect;
mod dial;
mod gather;
mod outbound_answer;
mod pay;
mod queue;
mod record;
mod refer;
mod sms;
mod stream;
mod transcription;
mod trunk;
mod user_defined_message;
mod virtual_agent;

pub use self::{
    add_on::AddOnRecordingResult,
    amd::AsyncAmdStatusUpdate,
    caller_id::{CallerIdValidation, CallerIdVerificationStatus},
    conference::{
        ConferenceEndReason, ConferenceEventName, ConferenceRecordEnd,
        ConferenceRecordingStatusUpdate, ConferenceStatusUpdate, ConferenceWait,
        ParticipantLeftReason,
    },
    conversation_relay::{ConversationRelayAction, ConversationRelayStatus},
    dial::{DialAction, DialCallStatus, DialCallStatusUpdate, DialRefer, DialScreen},
    gather::{GatherAction, GatherPartialResult},
    outbound_answer::OutboundCallAnswer,
    pay::{
        BankAccountType, PayAction, PayErrorType, PayResult, PayStatusUpdate, PayStep,
        PaymentCardType, PaymentMethod,
    },
    queue::{EnqueueAction, EnqueueWait, QueueResult, QueueScreen},
    record::{RecordAction, TranscriptionStatus, TranscriptionStatusUpdate, TranscriptionType},
    refer::ReferAction,
    sms::{SmsAction, SmsStatus},
    stream::{
        ConnectStreamAction, SiprecEvent, SiprecStatusUpdate, StreamEvent, StreamStatusUpdate,
    },
    transcription::{
        RealtimeTranscriptionUpdate, TranscriptionEngine, TranscriptionEvent, TranscriptionTrack,
    },
    trunk::TrunkDisasterRecovery,
    user_defined_message::UserDefinedMessage,
    virtual_agent::{VirtualAgentAction, VirtualAgentStatus, VirtualAgentStatusUpdate},
};
