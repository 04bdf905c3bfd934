//! [`PostAction`]: something has changed in a conversation.

use super::rows::conversation_webhook;
use crate::string_enum::string_enum;

conversation_webhook! {
    /// Something has changed in a conversation.
    ///
    /// Twilio expects no answer but a status. See
    /// [its description](https://www.twilio.com/docs/conversations/conversations-webhooks).
    /// [`PostActionType`] says which fields come with which event.
    ///
    /// Refused without `AccountSid` and `EventType`.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     Params,
    ///     webhook::{
    ///         Webhook,
    ///         conversations::{PostAction, PostActionType},
    ///     },
    /// };
    ///
    /// let params = Params::from_form(
    ///     b"EventType=onMessageAdded&AccountSid=AC00000000000000000000000000000001\
    ///       &MessageSid=IM00000000000000000000000000000001&Index=7&Body=Hello\
    ///       &Attributes=%7B%22urgent%22%3Atrue%7D&DateCreated=2026-01-01T12%3A00%3A00.123Z",
    /// );
    /// let action = PostAction::from_params(&params)?;
    /// assert_eq!(action.event_type, PostActionType::MessageAdded);
    /// assert_eq!(action.index, Some(7));
    /// assert_eq!(action.attributes.unwrap().as_str(), r#"{"urgent":true}"#);
    /// # Ok::<_, twilio_hooks::ParamError>(())
    /// ```
    pub struct PostAction: "conversations-post-action" {
        /// What happened.
        event_type: PostActionType = required "EventType",
    }
}

impl PostAction {
    /// The error code of a delivery, if there was an error: 0 is none.
    #[must_use]
    pub fn error(&self) -> Option<u32> {
        self.error_code.filter(|&code| code != 0)
    }
}

string_enum! {
    /// What happened in a conversation, with the fields that tell of it.
    ///
    /// `account_sid`, `source`, `client_identity` and `retry_count` come with all of them.
    pub enum PostActionType {
        /// A message was added.
        ///
        /// Fields: `conversation_sid`, `chat_service_sid`, `message_sid`,
        /// `messaging_service_sid`, `index`, `date_created`, `body`, `author`, `participant_sid`,
        /// `attributes`, `media`.
        MessageAdded => "onMessageAdded",
        /// A message was removed.
        ///
        /// Fields: `conversation_sid`, `chat_service_sid`, `message_sid`,
        /// `messaging_service_sid`, `index`, `date_created`, `body`, `author`, `participant_sid`,
        /// `attributes`, `media`, `date_updated`, `date_removed`.
        MessageRemoved => "onMessageRemoved",
        /// A message was changed.
        ///
        /// Fields: `conversation_sid`, `chat_service_sid`, `message_sid`,
        /// `messaging_service_sid`, `index`, `date_created`, `body`, `author`, `participant_sid`,
        /// `attributes`, `media`, `date_updated`.
        MessageUpdated => "onMessageUpdated",
        /// A conversation was opened.
        ///
        /// Fields: `conversation_sid`, `date_created`, `date_updated`, `friendly_name`,
        /// `unique_name`, `attributes`, `chat_service_sid`, `messaging_service_sid`, `state`,
        /// `messaging_binding_proxy_address`, `messaging_binding_address`,
        /// `messaging_binding_projected_address`, `messaging_binding_author_address`.
        ConversationAdded => "onConversationAdded",
        /// A conversation was removed.
        ///
        /// Fields: `conversation_sid`, `date_created`, `date_updated`, `friendly_name`,
        /// `unique_name`, `attributes`, `chat_service_sid`, `messaging_service_sid`, `state`,
        /// `date_removed`.
        ConversationRemoved => "onConversationRemoved",
        /// A conversation was changed.
        ///
        /// Fields: `conversation_sid`, `date_created`, `date_updated`, `friendly_name`,
        /// `unique_name`, `attributes`, `chat_service_sid`, `messaging_service_sid`, `state`.
        ConversationUpdated => "onConversationUpdated",
        /// A participant was added.
        ///
        /// Fields: `conversation_sid`, `participant_sid`, `date_created`, `identity`, `role_sid`,
        /// `attributes`, `messaging_binding_proxy_address`, `messaging_binding_address`,
        /// `messaging_binding_projected_address`, `messaging_binding_type`.
        ParticipantAdded => "onParticipantAdded",
        /// A participant was removed.
        ///
        /// Fields: `conversation_sid`, `participant_sid`, `date_created`, `identity`, `role_sid`,
        /// `attributes`, `messaging_binding_proxy_address`, `messaging_binding_address`,
        /// `messaging_binding_projected_address`, `messaging_binding_type`, `date_updated`,
        /// `date_removed`.
        ParticipantRemoved => "onParticipantRemoved",
        /// A participant was changed.
        ///
        /// Fields: `conversation_sid`, `participant_sid`, `date_created`, `identity`, `role_sid`,
        /// `attributes`, `messaging_binding_proxy_address`, `messaging_binding_address`,
        /// `messaging_binding_projected_address`, `messaging_binding_type`, `date_updated`,
        /// `last_read_message_index`.
        ParticipantUpdated => "onParticipantUpdated",
        /// A conversation changed its state.
        ///
        /// Fields: `chat_service_sid`, `state_updated`, `state_from`, `state_to`,
        /// `conversation_sid`, `reason`, `messaging_service_sid`.
        ConversationStateUpdated => "onConversationStateUpdated",
        /// A message got further on its channel.
        ///
        /// Fields: `conversation_sid`, `chat_service_sid`, `message_sid`, `delivery_receipt_sid`,
        /// `channel_message_sid`, `participant_sid`, `status`, `error_code`, `date_created`,
        /// `date_updated`.
        DeliveryUpdated => "onDeliveryUpdated",
        /// A user was made.
        ///
        /// Fields: `chat_service_sid`, `user_sid`, `date_created`, `identity`, `role_sid`,
        /// `attributes`, `friendly_name`.
        UserAdded => "onUserAdded",
        /// A user was changed.
        ///
        /// Fields: `chat_service_sid`, `user_sid`, `date_created`, `date_updated`, `identity`,
        /// `role_sid`, `attributes`, `friendly_name`, `is_online`, `is_notifiable`.
        UserUpdated => "onUserUpdated",
    }
}
