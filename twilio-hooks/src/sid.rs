//! SID newtypes: Twilio's identifiers, one type per kind of thing.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! sids {
    ($( $(#[$meta:meta])* $Name:ident($($prefix:literal),+); )+) => {$(
        $(#[$meta])*
        ///
        /// Any text is accepted, because an identifier of a new shape must not lose a webhook;
        /// [`is_well_formed`](Self::is_well_formed) tells whether it looks as documented.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Name(Box<str>);

        impl $Name {
            /// The two letters such an identifier starts with; most kinds have one pair.
            pub const PREFIXES: &'static [&'static str] = &[$($prefix),+];

            /// Takes an identifier as Twilio wrote it.
            pub fn new(sid: impl Into<Box<str>>) -> Self {
                Self(sid.into())
            }

            /// The identifier as Twilio wrote it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether this is a known prefix and 32 hexadecimal digits.
            #[must_use]
            pub fn is_well_formed(&self) -> bool {
                is_well_formed(&self.0, Self::PREFIXES)
            }
        }

        impl From<&str> for $Name {
            fn from(sid: &str) -> Self {
                Self(sid.into())
            }
        }

        impl From<String> for $Name {
            fn from(sid: String) -> Self {
                Self(sid.into())
            }
        }

        impl AsRef<str> for $Name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl crate::webhook::field::Value for $Name {
            fn from_value(value: &[u8]) -> Option<Self> {
                std::str::from_utf8(value).ok().map(Self::from)
            }

            fn shown(&self) -> Option<&dyn fmt::Debug> {
                Some(self)
            }
        }

        impl Serialize for $Name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $Name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::new(<Cow<'de, str>>::deserialize(deserializer)?))
            }
        }
    )+};
}

sids! {
    /// An [account or subaccount](https://www.twilio.com/docs/iam/api/account), `AC…`.
    AccountSid("AC");
    /// A [TwiML application](https://www.twilio.com/docs/usage/api/applications), `AP…`.
    ApplicationSid("AP");
    /// A [leg of a call](https://www.twilio.com/docs/voice/api/call-resource), `CA…`.
    CallSid("CA");
    /// An [installed messaging channel](https://www.twilio.com/docs/messaging/channels), `XE…`.
    ChannelInstallSid("XE");
    /// A [message](https://www.twilio.com/docs/messaging/api/message-resource): `SM…`, or `MM…`
    /// with media.
    MessageSid("SM", "MM");
    /// A [messaging service](https://www.twilio.com/docs/messaging/services), `MG…`.
    MessagingServiceSid("MG");
    /// A [recording](https://www.twilio.com/docs/voice/api/recording), `RE…`.
    RecordingSid("RE");
    /// A [SIP domain](https://www.twilio.com/docs/voice/sip/api/sip-domain-resource), `SD…`.
    SipDomainSid("SD");
    /// An [elastic SIP trunk](https://www.twilio.com/docs/sip-trunking), `TK…`.
    TrunkSid("TK");

    // Voice

    /// A [conference](https://www.twilio.com/docs/voice/api/conference-resource), `CF…`.
    ConferenceSid("CF");
    /// A session of [`ConversationRelay`](https://www.twilio.com/docs/voice/twiml/connect/conversationrelay),
    /// `VX…`.
    ConversationRelaySid("VX");
    /// A [caller id](https://www.twilio.com/docs/voice/api/outgoing-caller-ids) that may be shown
    /// though it is no number of Twilio's, `PN…`.
    OutgoingCallerIdSid("PN");
    /// A [payment by phone](https://www.twilio.com/docs/voice/api/payment-resource), `PK…`.
    PaymentSid("PK");
    /// A [queue of callers](https://www.twilio.com/docs/voice/api/queue-resource), `QU…`.
    QueueSid("QU");
    /// A session of [real-time
    /// transcription](https://www.twilio.com/docs/voice/api/realtime-transcription-resource), `GT…`.
    RealtimeTranscriptionSid("GT");
    /// A session of [`<Siprec>`](https://www.twilio.com/docs/voice/twiml/siprec), `SR…`.
    SiprecSid("SR");
    /// A [media stream](https://www.twilio.com/docs/voice/twiml/stream), `MZ…`.
    StreamSid("MZ");
    /// The [text of a recording](https://www.twilio.com/docs/voice/api/recording-transcription),
    /// `TR…`.
    TranscriptionSid("TR");
    /// A [message of the Voice SDK](https://www.twilio.com/docs/voice/api/userdefinedmessage-resource),
    /// `KX…`.
    UserDefinedMessageSid("KX");

    // Other products

    /// An [activity](https://www.twilio.com/docs/taskrouter/api/activity) of TaskRouter workers, `WA…`.
    ActivitySid("WA");
    /// An [alert](https://www.twilio.com/docs/usage/monitor-alert) of the debugger, `NO…`.
    AlertSid("NO");
    /// A [regulatory bundle](https://www.twilio.com/docs/phone-numbers/regulatory/api/bundles), or a
    /// customer profile or trust product of Trust Hub, `BU…`.
    BundleSid("BU");
    /// A message as the channel behind a conversation knows it: `SM…`, `MM…` or `WA…`.
    ChannelMessageSid("SM", "MM", "WA");
    /// A [file of a conversation](https://www.twilio.com/docs/conversations/media-support-conversations),
    /// `ME…`.
    ChatMediaSid("ME");
    /// A [service](https://www.twilio.com/docs/conversations/api/service-resource) of Conversations or
    /// Chat, `IS…`.
    ChatServiceSid("IS");
    /// A [composition hook](https://www.twilio.com/docs/video/api/composition-hooks) of Video, `HK…`.
    CompositionHookSid("HK");
    /// A [composition](https://www.twilio.com/docs/video/api/compositions-resource) of Video, `CJ…`.
    CompositionSid("CJ");
    /// A [Connect app](https://www.twilio.com/docs/iam/connect), `CN…`.
    ConnectAppSid("CN");
    /// A [message of a conversation](https://www.twilio.com/docs/conversations/api/conversation-message-resource),
    /// `IM…`. It is not the `SM…` of the message that went over a channel.
    ConversationMessageSid("IM");
    /// A [participant](https://www.twilio.com/docs/conversations/api/conversation-participant-resource)
    /// of a conversation, `MB…`.
    ConversationParticipantSid("MB");
    /// A [conversation](https://www.twilio.com/docs/conversations/api/conversation-resource), or a
    /// channel of the retired Chat, `CH…`.
    ConversationSid("CH");
    /// A [user](https://www.twilio.com/docs/conversations/api/user-resource) of Conversations, `US…`.
    ConversationUserSid("US");
    /// A [delivery receipt](https://www.twilio.com/docs/conversations/api/receipt-resource) of a
    /// conversation's message, `DY…`.
    DeliveryReceiptSid("DY");
    /// An [event](https://www.twilio.com/docs/taskrouter/api/event) in TaskRouter's log, `EV…`.
    EventSid("EV");
    /// A [fax](https://www.twilio.com/docs/fax/api), `FX…`.
    FaxSid("FX");
    /// An order to [host a number](https://www.twilio.com/docs/phone-numbers/hosted-numbers), `HR…`.
    HostedNumberOrderSid("HR");
    /// An [IP command](https://www.twilio.com/docs/iot/supersim/api/ipcommand-resource) of Super SIM,
    /// `HG…`.
    IpCommandSid("HG");
    /// An operating unit of an organisation, `OU…`.
    OperatingUnitSid("OU");
    /// An [interaction](https://www.twilio.com/docs/proxy/api/interaction) of Proxy, `KI…`.
    ProxyInteractionSid("KI");
    /// A [participant](https://www.twilio.com/docs/proxy/api/participant) of a Proxy session, `KP…`.
    ProxyParticipantSid("KP");
    /// What one side of a Proxy interaction is: a message `SM…` or `MM…`, or a call `CA…`.
    ProxyResourceSid("SM", "MM", "CA");
    /// A [service](https://www.twilio.com/docs/proxy/api/service) of Proxy, `KS…`.
    ProxyServiceSid("KS");
    /// A [session](https://www.twilio.com/docs/proxy/api/session) of Proxy, `KC…`.
    ProxySessionSid("KC");
    /// A [reservation](https://www.twilio.com/docs/taskrouter/api/reservations): a task offered to a
    /// worker, `WR…`.
    ReservationSid("WR");
    /// A [role](https://www.twilio.com/docs/conversations/api/role-resource) in a conversation, `RL…`.
    RoleSid("RL");
    /// A [participant](https://www.twilio.com/docs/video/api/participants) of a video room, `PA…`.
    RoomParticipantSid("PA");
    /// A [video room](https://www.twilio.com/docs/video/api/rooms-resource), `RM…`.
    RoomSid("RM");
    /// A letter of authorisation for hosted numbers, `PX…`.
    SigningDocumentSid("PX");
    /// A [Super SIM](https://www.twilio.com/docs/iot/supersim/api/sim-resource), `HS…`.
    SimSid("HS");
    /// An [SMS command](https://www.twilio.com/docs/iot/supersim/api/smscommand-resource) of Super SIM,
    /// `HC…`.
    SmsCommandSid("HC");
    /// A [document](https://www.twilio.com/docs/sync/api/document-resource) of Sync, `ET…`.
    SyncDocumentSid("ET");
    /// A [list](https://www.twilio.com/docs/sync/api/list-resource) of Sync, `ES…`.
    SyncListSid("ES");
    /// A [map](https://www.twilio.com/docs/sync/api/map-resource) of Sync, `MP…`.
    SyncMapSid("MP");
    /// A [service](https://www.twilio.com/docs/sync/api/service) of Sync, `IS…`.
    SyncServiceSid("IS");
    /// A [message in a stream](https://www.twilio.com/docs/sync/api/stream-message-resource) of Sync,
    /// `TZ…`.
    SyncStreamMessageSid("TZ");
    /// A [stream](https://www.twilio.com/docs/sync/api/stream-resource) of Sync, `TO…`.
    SyncStreamSid("TO");
    /// A [task channel](https://www.twilio.com/docs/taskrouter/api/task-channel) of TaskRouter, `TC…`.
    TaskChannelSid("TC");
    /// A [task queue](https://www.twilio.com/docs/taskrouter/api/task-queue) of TaskRouter, `WQ…`.
    TaskQueueSid("WQ");
    /// Anything in a workspace of TaskRouter; its letters say what.
    TaskRouterResourceSid("WT", "WR", "WK", "WA", "WW", "WS", "WQ", "TC");
    /// A [task](https://www.twilio.com/docs/taskrouter/api/task) of TaskRouter, `WT…`.
    TaskSid("WT");
    /// A [recording of a track](https://www.twilio.com/docs/video/api/recordings-resource) in a video
    /// room, `RT…`.
    TrackRecordingSid("RT");
    /// A [track](https://www.twilio.com/docs/video/api/track-subscriptions) in a video room, `MT…`.
    TrackSid("MT");
    /// A [usage trigger](https://www.twilio.com/docs/usage/api/usage-trigger), `UT…`.
    UsageTriggerSid("UT");
    /// A [worker](https://www.twilio.com/docs/taskrouter/api/worker) of TaskRouter, `WK…`.
    WorkerSid("WK");
    /// A [workflow](https://www.twilio.com/docs/taskrouter/api/workflow) of TaskRouter, `WW…`.
    WorkflowSid("WW");
    /// A [workspace](https://www.twilio.com/docs/taskrouter/api/workspace) of TaskRouter, `WS…`.
    WorkspaceSid("WS");

    // JSON webhooks

    /// A [challenge](https://www.twilio.com/docs/verify/api/challenge) of Verify, `YC…`.
    ChallengeSid("YC");
    /// A [factor](https://www.twilio.com/docs/verify/api/factor) of Verify, `YF…`.
    FactorSid("YF");
    /// An [instance of Flex](https://www.twilio.com/docs/flex/developer), `GO…`.
    FlexInstanceSid("GO");
    /// A [service](https://www.twilio.com/docs/conversational-intelligence) of Conversational
    /// Intelligence, `GA…`.
    IntelligenceServiceSid("GA");
    /// A [channel](https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interaction-channels)
    /// of an interaction of Flex, `UO…`.
    InteractionChannelSid("UO");
    /// A [participant](https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interaction-channel-participants)
    /// of an interaction of Flex, `UT…`.
    InteractionParticipantSid("UT");
    /// An [interaction](https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions)
    /// of Flex, `KD…`.
    InteractionSid("KD");
    /// An order to [port numbers in](https://www.twilio.com/docs/phone-numbers/port-in), `KW…`.
    PortInRequestSid("KW");
    /// A [profile](https://www.twilio.com/docs/flex) connected to an interaction of Flex, `YI…`.
    ProfileConnectSid("YI");
    /// A [transcript](https://www.twilio.com/docs/conversational-intelligence) of Conversational
    /// Intelligence, `GT…`.
    TranscriptSid("GT");
    /// A [service](https://www.twilio.com/docs/verify/api/service) of Verify, `VA…`.
    VerifyServiceSid("VA");

    // REST

    /// An [address](https://www.twilio.com/docs/usage/api/address) of a customer, `AD…`.
    AddressSid("AD");
    /// A [trunk of one's own carrier](https://www.twilio.com/docs/voice/bring-your-own-carrier-byoc), `BY…`.
    ByocTrunkSid("BY");
    /// A [content template](https://www.twilio.com/docs/content), `HX…`.
    ContentSid("HX");
    /// A group of calls, `GP…`.
    GroupSid("GP");
    /// An identity document for a number, `RI…`.
    IdentitySid("RI");
    /// A [file of a message](https://www.twilio.com/docs/messaging/api/media-resource), `ME…`.
    MediaSid("ME");
    /// A [number of the account](https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource),
    /// `PN…`.
    PhoneNumberSid("PN");
}

fn is_well_formed(sid: &str, prefixes: &[&str]) -> bool {
    sid.len() == 34
        && prefixes.iter().any(|prefix| sid.starts_with(prefix))
        && sid.as_bytes()[2..].iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_is_told_but_not_demanded() {
        assert!(MessageSid::from("SM00000000000000000000000000000001").is_well_formed());
        assert!(MessageSid::from("MM00000000000000000000000000000001").is_well_formed());
        for odd in [
            "",
            "SM1",
            "CA00000000000000000000000000000001",
            "SMé0000000000000000000000000000000",
        ] {
            let sid = MessageSid::from(odd);
            assert!(!sid.is_well_formed());
            assert_eq!(sid.as_str(), odd);
        }
    }
}
