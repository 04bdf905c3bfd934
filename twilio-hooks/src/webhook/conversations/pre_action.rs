//! [`PreAction`]: a client is about to change something in a conversation.

use super::rows::conversation_webhook;
use crate::string_enum::string_enum;

conversation_webhook! {
    /// A client is about to change something; our answer decides.
    ///
    /// Answer with a [`PreActionReply`](super::PreActionReply) within five seconds. Afterwards, the
    /// change is made as it is. See
    /// [Twilio's description](https://www.twilio.com/docs/conversations/conversations-webhooks).
    /// [`PreActionType`] says which fields come with which event.
    ///
    /// Refused without `AccountSid` and `EventType`.
    pub struct PreAction: "conversations-pre-action" {
        /// What is about to happen.
        event_type: PreActionType = required "EventType",
    }
}

string_enum! {
    /// What is about to happen in a conversation, with the fields that tell of it.
    ///
    /// `account_sid`, `source` and `client_identity` come with all of them.
    pub enum PreActionType {
        /// A message is about to be added.
        ///
        /// Fields: `conversation_sid`, `body`, `author`, `participant_sid`, `attributes`,
        /// `media`.
        MessageAdd => "onMessageAdd",
        /// A message is about to be removed.
        ///
        /// Fields: `conversation_sid`, `chat_service_sid`, `message_sid`,
        /// `messaging_service_sid`, `index`, `date_created`, `body`, `author`, `participant_sid`,
        /// `attributes`, `media`, `date_updated`.
        MessageRemove => "onMessageRemove",
        /// A message is about to be changed.
        ///
        /// Fields: `conversation_sid`, `chat_service_sid`, `message_sid`,
        /// `messaging_service_sid`, `index`, `date_created`, `body`, `author`, `participant_sid`,
        /// `attributes`, `media`, `date_updated`.
        MessageUpdate => "onMessageUpdate",
        /// A conversation is about to be opened.
        ///
        /// Fields: `friendly_name`, `unique_name`, `attributes`, `chat_service_sid`,
        /// `messaging_service_sid`, `message_body`, `media`, `state`,
        /// `messaging_binding_author_address`, `messaging_binding_proxy_address`,
        /// `messaging_binding_address`, `messaging_binding_projected_address`.
        ConversationAdd => "onConversationAdd",
        /// A conversation is about to be removed.
        ///
        /// Fields: `conversation_sid`, `date_created`, `date_updated`, `friendly_name`,
        /// `unique_name`, `attributes`, `chat_service_sid`, `messaging_service_sid`, `state`.
        ConversationRemove => "onConversationRemove",
        /// A conversation is about to be changed.
        ///
        /// Fields: `conversation_sid`, `date_created`, `date_updated`, `friendly_name`,
        /// `unique_name`, `attributes`, `chat_service_sid`, `messaging_service_sid`, `state`.
        ConversationUpdate => "onConversationUpdate",
        /// A participant is about to be added.
        ///
        /// Fields: `conversation_sid`, `identity`, `role_sid`, `attributes`,
        /// `messaging_binding_proxy_address`, `messaging_binding_address`,
        /// `messaging_binding_projected_address`, `messaging_binding_type`.
        ParticipantAdd => "onParticipantAdd",
        /// A participant is about to be removed.
        ///
        /// Fields: `conversation_sid`, `participant_sid`, `date_created`, `identity`, `role_sid`,
        /// `attributes`, `messaging_binding_proxy_address`, `messaging_binding_address`,
        /// `messaging_binding_projected_address`, `messaging_binding_type`, `date_updated`.
        ParticipantRemove => "onParticipantRemove",
        /// A participant is about to be changed.
        ///
        /// Fields: `conversation_sid`, `participant_sid`, `date_created`, `identity`, `role_sid`,
        /// `attributes`, `messaging_binding_proxy_address`, `messaging_binding_address`,
        /// `messaging_binding_projected_address`, `messaging_binding_type`, `date_updated`.
        ParticipantUpdate => "onParticipantUpdate",
        /// A user is about to be changed.
        ///
        /// Fields: `chat_service_sid`, `user_sid`, `date_updated`, `identity`, `role_sid`,
        /// `attributes`, `friendly_name`.
        UserUpdate => "onUserUpdate",
    }
}
