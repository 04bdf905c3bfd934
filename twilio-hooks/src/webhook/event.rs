//! [`Event`]: any webhook, for code that takes them all, and for URLs that several kinds share.

use std::fmt;

use super::*;
use crate::{ParamError, Params};

/// Lists every kind: its variant, its name in the catalogue of kinds, and the type that reads it.
macro_rules! events {
    ($( $Variant:ident = $kind:literal => $Type:ty, )+) => {
        /// A kind of webhook.
        ///
        /// Most kinds have a type of their own; requests to a fallback URL are read by the type of the
        /// request that failed, and a few kinds with the same parameters share one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum EventKind {
            $(
                #[doc = concat!("`", $kind, "`, read by [`", stringify!($Type), "`].")]
                $Variant,
            )+
        }

        impl EventKind {
            /// Every kind, in the order of Twilio's products.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),+];

            /// The name in logs and metrics, such as `message-incoming`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$Variant => $kind, )+
                }
            }

            /// The parameters without which a webhook of this kind is refused.
            #[must_use]
            pub const fn required(self) -> &'static [&'static str] {
                match self {
                    $( Self::$Variant => <$Type as Webhook>::REQUIRED, )+
                }
            }
        }

        /// A webhook of any kind.
        ///
        /// One route for each kind is simpler and safer, because parameters of one's own can imitate
        /// any kind. Where a URL is shared, [`detect`](Self::detect) tells the kinds apart, and
        /// [`from_params`](Self::from_params) reads what it found.
        ///
        /// # Examples
        /// ```
        /// use twilio_hooks::{
        ///     Params,
        ///     webhook::{Event, EventKind},
        /// };
        ///
        /// let params = Params::from_form(
        ///     b"AccountSid=AC00000000000000000000000000000001\
        ///       &CallSid=CA00000000000000000000000000000001\
        ///       &RecordingSid=RE00000000000000000000000000000001&RecordingStatus=completed",
        /// );
        /// let event = Event::from_params(&params).expect("a kind that is known")?;
        /// assert_eq!(event.kind(), EventKind::RecordingStatus);
        /// let Event::RecordingStatus(recording) = event else { panic!("{event:?}") };
        /// assert_eq!(recording.recording_sid.as_str(), "RE00000000000000000000000000000001");
        /// # Ok::<_, twilio_hooks::ParamError>(())
        /// ```
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Event {
            $(
                #[doc = concat!("`", $kind, "`.")]
                $Variant(Box<$Type>),
            )+
        }

        impl Event {
            /// Reads a webhook whose kind is known, as by its route.
            ///
            /// # Errors
            /// Those of [`Webhook::from_params`].
            pub fn read(kind: EventKind, params: &Params) -> Result<Self, ParamError> {
                Ok(match kind {
                    $( EventKind::$Variant => Self::$Variant(Box::new(<$Type>::from_params(params)?)), )+
                })
            }

            /// Which kind of webhook this is.
            #[must_use]
            pub const fn kind(&self) -> EventKind {
                match self {
                    $( Self::$Variant(_) => EventKind::$Variant, )+
                }
            }

            /// The parameters that the type of this kind has no field for.
            #[must_use]
            pub fn extra(&self) -> &Params {
                match self {
                    $( Self::$Variant(webhook) => &webhook.extra, )+
                }
            }
        }

        impl fmt::Debug for Event {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $( Self::$Variant(webhook) => webhook.fmt(f), )+
                }
            }
        }
    };
}

events! {
    // Messaging
    IncomingMessage = "message-incoming" => IncomingMessage,
    MessageStatus = "message-status" => MessageStatusUpdate,
    MessageFallback = "message-fallback" => IncomingMessage,

    // Voice
    IncomingCall = "voice-incoming" => IncomingCall,
    CallFallback = "voice-fallback" => IncomingCall,
    CallStatus = "call-status" => CallStatusUpdate,
    RecordingStatus = "recording-status" => RecordingStatusUpdate,
    OutboundCallAnswer = "voice-outbound-answer" => OutboundCallAnswer,
    AsyncAmdStatus = "amd-status" => AsyncAmdStatusUpdate,
    DialCallStatus = "dial-child-status" => DialCallStatusUpdate,
    DialScreen = "dial-screen" => DialScreen,
    DialAction = "dial-action" => DialAction,
    DialRefer = "refer-url" => DialRefer,
    ReferAction = "refer-action" => ReferAction,
    GatherAction = "gather-action" => GatherAction,
    GatherPartialResult = "gather-partial" => GatherPartialResult,
    RecordAction = "record-action" => RecordAction,
    TranscriptionStatus = "transcription-legacy" => TranscriptionStatusUpdate,
    RealtimeTranscription = "realtime-transcription" => RealtimeTranscriptionUpdate,
    ConferenceStatus = "conference-status" => ConferenceStatusUpdate,
    ConferenceRecordingStatus = "conference-recording-status" => ConferenceRecordingStatusUpdate,
    ConferenceRecordEnd = "conference-record-end" => ConferenceRecordEnd,
    ConferenceWait = "conference-wait" => ConferenceWait,
    EnqueueWait = "enqueue-wait" => EnqueueWait,
    EnqueueAction = "enqueue-action" => EnqueueAction,
    QueueScreen = "queue-screen" => QueueScreen,
    PayAction = "pay-action" => PayAction,
    PayStatus = "pay-status" => PayStatusUpdate,
    StreamStatus = "stream-status" => StreamStatusUpdate,
    SiprecStatus = "siprec-status" => SiprecStatusUpdate,
    ConnectStreamAction = "connect-stream-action" => ConnectStreamAction,
    ConversationRelayAction = "conversation-relay-action" => ConversationRelayAction,
    VirtualAgentAction = "virtual-agent-action" => VirtualAgentAction,
    VirtualAgentStatus = "virtual-agent-status" => VirtualAgentStatusUpdate,
    CallerIdValidation = "caller-id-validation" => CallerIdValidation,
    UserDefinedMessage = "user-defined-message" => UserDefinedMessage,
    AddOnRecordingResult = "addon-recording-result" => AddOnRecordingResult,
    SmsAction = "voice-sms-action" => SmsAction,
    TrunkDisasterRecovery = "trunk-disaster-recovery" => TrunkDisasterRecovery,

    // Conversations
    ConversationPreAction = "conversations-pre-action" => conversations::PreAction,
    ConversationPostAction = "conversations-post-action" => conversations::PostAction,
    LegacyChat = "chat-legacy" => conversations::LegacyChatEvent,

    // TaskRouter
    TaskRouterAssignment = "taskrouter-assignment" => taskrouter::TaskRouterAssignment,
    TaskRouterEvent = "taskrouter-event" => taskrouter::TaskRouterEvent,

    // Studio
    StudioHttpRequest = "studio-http-request" => studio::HttpRequest,

    // Proxy
    ProxyIntercept = "proxy-intercept" => proxy::Interaction,
    ProxyCallback = "proxy-callback" => proxy::Interaction,
    ProxyOutOfSession = "proxy-out-of-session" => proxy::OutOfSession,

    // Sync
    SyncEvent = "sync-event" => sync::SyncEvent,

    // Video
    RoomStatus = "video-room-status" => video::RoomStatusUpdate,
    CompositionStatus = "video-composition-status" => video::CompositionStatusUpdate,

    // Fax
    IncomingFax = "fax-incoming" => fax::FaxStatusUpdate,
    FaxStatus = "fax-status" => fax::FaxStatusUpdate,

    // Accounts and numbers
    DebuggerEvent = "debugger-event" => debugger::DebuggerEvent,
    UsageTrigger = "usage-trigger" => usage::UsageTriggerFired,
    ConnectAppDeauthorized = "connect-app-deauthorize" => connect::ConnectAppDeauthorized,
    BundleStatus = "bundle-status" => regulatory::BundleStatusUpdate,
    TrustHubStatus = "trusthub-status" => regulatory::BundleStatusUpdate,
    HostedNumberStatus = "hosted-number-status" => hosted_numbers::HostedNumberStatusUpdate,

    // Super SIM
    CommandStatus = "supersim-command-status" => supersim::CommandStatusUpdate,
}

impl Event {
    /// Finds out by its parameters which kind of webhook this is; `None` if it looks like no kind
    /// that is known.
    ///
    /// It goes by the names that are there, so a parameter of one's own that is called `Digits` makes
    /// a [`GatherAction`] of any call. Some questions of calls are alike, too: a
    /// [`TrunkDisasterRecovery`] is taken for an [`IncomingCall`]; so are [`ConferenceWait`] and
    /// [`ConnectStreamAction`] where Twilio leaves out their SIDs. A call made by REST is an
    /// [`OutboundCallAnswer`] whenever it goes on at another URL, and a leg that a `<Dial>` started a
    /// [`DialScreen`]. A request to a fallback URL is told by what failed if that was an action, and
    /// then has `ErrorUrl` in [`extra`](Self::extra).
    #[must_use]
    pub fn detect(params: &Params) -> Option<EventKind> {
        detect::detect(params)
    }

    /// Finds out the kind and reads it; `None` if it looks like no kind that is known.
    ///
    /// # Errors
    /// Those of [`Webhook::from_params`].
    #[must_use]
    pub fn from_params(params: &Params) -> Option<Result<Self, ParamError>> {
        Self::detect(params).map(|kind| Self::read(kind, params))
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
