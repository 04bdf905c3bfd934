//! [`Interaction`]: a message or call between two participants of a session.

use jiff::Timestamp;

use crate::{
    AccountSid, ProxyInteractionSid, ProxyParticipantSid, ProxyResourceSid, ProxyServiceSid,
    ProxySessionSid,
    string_enum::string_enum,
    twiml::{Reply, ReplyBody, SealedReply},
    webhook::{macros::webhook, values::JsonText},
};

webhook! {
    /// A message or call between two participants of a session: about to pass, at the intercept
    /// URL, or further on, at the callback URL.
    ///
    /// Twilio documents little of it; see
    /// [its description](https://www.twilio.com/docs/proxy/api/service). The names are in camel case,
    /// and the account is in `interactionAccountSid`.
    ///
    /// Refused without `interactionSid` and `interactionAccountSid`.
    pub struct Interaction: "proxy-callback" {
        /// The interaction.
        interaction_sid: ProxyInteractionSid = required "interactionSid",
        /// The account or subaccount the service belongs to.
        interaction_account_sid: AccountSid = required "interactionAccountSid",
        /// The session. Nearly always there.
        interaction_session_sid: Option<ProxySessionSid> = "interactionSessionSid",
        /// The service. Nearly always there.
        interaction_service_sid: Option<ProxyServiceSid> = "interactionServiceSid",
        /// What it is. Nearly always there.
        interaction_type: Option<InteractionType> = "interactionType",
        /// A JSON object: `body` with a message's text, or `duration` of a call in seconds. Absent
        /// if there is neither.
        interaction_data: Option<JsonText> = "interactionData",
        /// How many files came along; with messages.
        interaction_num_media: Option<u32> = "interactionNumMedia",
        /// When it began. Nearly always there.
        interaction_date_created: Option<Timestamp> = "interactionDateCreated",
        /// When it got as far as this. Nearly always there.
        interaction_date_updated: Option<Timestamp> = "interactionDateUpdated",
        /// Who wrote or called. This and the other `inbound_` fields are absent if it came from
        /// REST.
        inbound_participant_sid: Option<ProxyParticipantSid> = "inboundParticipantSid",
        /// The message or call that came in.
        inbound_resource_sid: Option<ProxyResourceSid> = "inboundResourceSid",
        /// Where that stands: a `MessageStatus` or `CallStatus`, by its type.
        inbound_resource_status: Option<String> = "inboundResourceStatus",
        /// What that is.
        inbound_resource_type: Option<ProxyResourceType> = "inboundResourceType",
        /// Its REST address.
        inbound_resource_url: Option<String> = "inboundResourceUrl",
        /// Whom it is for. This and the other `outbound_` fields are absent as long as nothing went
        /// out.
        outbound_participant_sid: Option<ProxyParticipantSid> = "outboundParticipantSid",
        /// The message or call that went out.
        outbound_resource_sid: Option<ProxyResourceSid> = "outboundResourceSid",
        /// Where that stands: a `MessageStatus` or `CallStatus`, by its type.
        outbound_resource_status: Option<String> = "outboundResourceStatus",
        /// What that is.
        outbound_resource_type: Option<ProxyResourceType> = "outboundResourceType",
        /// Its REST address.
        outbound_resource_url: Option<String> = "outboundResourceUrl",
    }
    families {}
}

string_enum! {
    /// What an interaction is.
    pub enum InteractionType {
        /// A message.
        Message => "message",
        /// A call.
        Voice => "voice",
        /// Twilio does not know yet.
        Undetermined => "unknown",
    }
}

string_enum! {
    /// What one side of an interaction is. Twilio writes it with a capital or without.
    pub enum ProxyResourceType {
        /// A message.
        Message => "Message" | "message",
        /// A call.
        Call => "Call" | "call",
    }
}

/// The answer to an interaction at the intercept URL.
///
/// # Examples
/// ```
/// use twilio_hooks::{twiml::Reply, webhook::proxy::InterceptReply};
///
/// assert_eq!(InterceptReply::Pass.into_reply().status(), 204);
/// assert_eq!(InterceptReply::Stop.into_reply().status(), 403);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterceptReply {
    /// Let it pass.
    Pass,
    /// Stop it: status 403.
    Stop,
}

impl SealedReply for InterceptReply {}

impl Reply for InterceptReply {
    fn into_reply(self) -> ReplyBody {
        match self {
            Self::Pass => ReplyBody::Empty,
            Self::Stop => ReplyBody::Forbidden,
        }
    }
}
