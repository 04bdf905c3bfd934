//! Telling the kinds about calls apart by their parameters.

use crate::{Params, webhook::EventKind};

/// Lists the parameters that must be there (`+`) and those that must not (`-`) for each kind, and
/// returns the first that fits.
macro_rules! signs {
    ($params:ident: $( $first:ident $(+ $also:ident)* $(- $without:ident)* => $Kind:ident, )+) => {
        $(
            if has($params, stringify!($first))
                $( && has($params, stringify!($also)) )*
                $( && !has($params, stringify!($without)) )*
            {
                return Some(EventKind::$Kind);
            }
        )+
    };
}

/// Which kind about a call this is; `None` if it is about something else.
///
/// Special kinds come before general ones. Names that other products or one's own parameters may
/// well have count only beside others.
pub(in crate::webhook) fn detect(params: &Params) -> Option<EventKind> {
    signs! { params:
        TranscriptionEvent => RealtimeTranscription,
        StreamEvent => StreamStatus,
        SiprecEvent => SiprecStatus,
        ConferenceSid + StatusCallbackEvent => ConferenceStatus,
        ConferenceSid + RecordingStatus => ConferenceRecordingStatus,
        ConferenceSid + EventName => ConferenceRecordEnd,
        RecordingStatus => RecordingStatus,
        AddOns - CallSid - MessageSid - SmsSid => AddOnRecordingResult,
    }
    if !has(params, "CallSid") {
        return None;
    }
    signs! { params:
        TranscriptionStatus => TranscriptionStatus,
        DialCallStatus => DialAction,
        QueueResult => EnqueueAction,
        QueuePosition => EnqueueWait,
        DequeingCallSid => QueueScreen,
        ReferTransferTarget => DialRefer,
        ReferSipResponseCode => ReferAction,
        SessionStatus => ConversationRelayAction,
        VirtualAgentEvent => VirtualAgentStatus,
        VirtualAgentStatus => VirtualAgentAction,
        VirtualAgentProviderData - CallStatus => VirtualAgentStatus,
        PaymentSid - CallStatus => PayStatus,
        For - CallStatus => PayStatus,
        Result + CallStatus => PayAction,
        VerificationStatus => CallerIdValidation,
        UnstableSpeechResult => GatherPartialResult,
        StableSpeechResult => GatherPartialResult,
    }
    // Reports have most of what questions have.
    signs! { params:
        CallbackSource + ParentCallSid => DialCallStatus,
        CallbackSource => CallStatus,
        CallDuration + ParentCallSid => DialCallStatus,
        CallDuration => CallStatus,
        AnsweredBy - From => AsyncAmdStatus,
        Content - From => UserDefinedMessage,
    }
    signs! { params:
        // Before those with `Digits`, which it has too.
        RecordingUrl => RecordAction,
        SpeechResult => GatherAction,
        Digits => GatherAction,
        SmsSid => SmsAction,
        ErrorUrl => CallFallback,
        ConferenceSid => ConferenceWait,
        StreamSid => ConnectStreamAction,
    }
    // The plain question what to do in a call: only the way the call goes tells more.
    Some(match params.get("Direction") {
        Some("outbound-api") => EventKind::OutboundCallAnswer,
        Some("outbound-dial") => EventKind::DialScreen,
        _ => EventKind::IncomingCall,
    })
}

fn has(params: &Params, name: &str) -> bool {
    params.get_bytes(name).is_some()
}
