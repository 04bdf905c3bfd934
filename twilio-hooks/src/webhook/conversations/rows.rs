//! What all events of Conversations have in common.

use crate::string_enum::string_enum;

/// Defines one payload about a conversation: the given fields, and those that Conversations draws
/// from for every event.
macro_rules! conversation_webhook {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident: $kind:literal { $($own:tt)* }
    ) => {
        $crate::webhook::macros::webhook! {
            $(#[$meta])*
            pub struct $Name: $kind {
                /// The account or subaccount the conversation belongs to.
                account_sid: $crate::AccountSid = required "AccountSid",
                $($own)*
                /// Where the action came from. Nearly always there.
                source: Option<$crate::webhook::conversations::Source> = "Source",
                /// The user who acted; on actions of an SDK.
                client_identity: Option<String> = "ClientIdentity",
                /// How often this request was tried before, from 0; absent on pre-actions.
                retry_count: Option<u32> = "RetryCount",
                /// The conversation; on all events except those of users, and except the pre-action
                /// `onConversationAdd`, when there is none yet.
                conversation_sid: Option<$crate::ConversationSid> = "ConversationSid",
                /// The service the conversation or user is in. Nearly always there.
                chat_service_sid: Option<$crate::ChatServiceSid> = "ChatServiceSid",
                /// The messaging service behind the conversation; on events of messages and of
                /// conversations, if one is set up.
                messaging_service_sid: Option<$crate::MessagingServiceSid> = "MessagingServiceSid",
                /// The message in the conversation, not the one on a channel; on events of messages
                /// and their delivery, except the pre-action `onMessageAdd`, when there is none yet.
                message_sid: Option<$crate::ConversationMessageSid> = "MessageSid",
                /// The participant who wrote, or who is meant; on events of messages, their delivery
                /// and participants, except the pre-action `onParticipantAdd`. Absent if the author
                /// takes no part in the conversation.
                participant_sid: Option<$crate::ConversationParticipantSid> = "ParticipantSid",
                /// The message's place in the conversation, from 0; on events of messages, except the
                /// pre-action `onMessageAdd`.
                index: Option<u32> = "Index",
                /// The text; on events of messages, absent if there are only files.
                body: Option<String> = "Body",
                /// Who wrote, an identity or an address; on events of messages.
                author: Option<String> = "Author",
                /// JSON of one's own about the message, conversation, participant or user that the
                /// event is of, `{}` if none was set; absent on states and delivery.
                attributes: Option<$crate::webhook::values::JsonText> = "Attributes",
                /// The files that came along, as a JSON list; on events of messages with files, and
                /// on the pre-action `onConversationAdd`. Ask [`media_files`](Self::media_files).
                media: Option<$crate::webhook::values::JsonText> = "Media",
                /// When it was made; absent on pre-actions that make it, and on changes of state.
                date_created: Option<::jiff::Timestamp> = "DateCreated",
                /// When it was last changed; on changes, removals and delivery.
                date_updated: Option<::jiff::Timestamp> = "DateUpdated",
                /// When it was removed; on post-actions of removal.
                date_removed: Option<::jiff::Timestamp> = "DateRemoved",
                /// The display name; on events of conversations and users, if one is set.
                friendly_name: Option<String> = "FriendlyName",
                /// The conversation's name of one's own; on its events, if one is set.
                unique_name: Option<String> = "UniqueName",
                /// Where the conversation stands; on its events, except changes of state.
                state: Option<$crate::webhook::conversations::ConversationState> = "State",
                /// The message that makes Twilio open a conversation; on the pre-action
                /// `onConversationAdd`.
                message_body: Option<String> = "MessageBody",
                /// The chat user; on events of users, and of participants who are one.
                identity: Option<String> = "Identity",
                /// What the participant or user may do; on their events.
                role_sid: Option<$crate::RoleSid> = "RoleSid",
                /// The user; on events of users.
                user_sid: Option<$crate::ConversationUserSid> = "UserSid",
                /// How far the participant has read, an `index`; on `onParticipantUpdated`, absent if
                /// nothing was read.
                last_read_message_index: Option<u32> = "LastReadMessageIndex",
                /// The participant's own address on a channel. This and the other
                /// `messaging_binding_` fields are on events of participants who take part by a
                /// channel, and on conversations that an incoming message opens.
                messaging_binding_address: Option<$crate::Address> = "MessagingBinding.Address",
                /// The address of ours that the participant writes to.
                messaging_binding_proxy_address: Option<$crate::Address> = "MessagingBinding.ProxyAddress",
                /// The address of ours that stands for the participant; in group MMS only.
                messaging_binding_projected_address: Option<$crate::Address> =
                    "MessagingBinding.ProjectedAddress",
                /// Who wrote the message that opens the conversation; in group MMS only.
                messaging_binding_author_address: Option<$crate::Address> = "MessagingBinding.AuthorAddress",
                /// The channel; on events of participants.
                messaging_binding_type: Option<$crate::webhook::conversations::MessagingBindingType> =
                    "MessagingBinding.Type",
                /// When the state changed; on `onConversationStateUpdated`, as all `state_` fields.
                state_updated: Option<::jiff::Timestamp> = "StateUpdated",
                /// The state before.
                state_from: Option<$crate::webhook::conversations::ConversationState> = "StateFrom",
                /// The state now.
                state_to: Option<$crate::webhook::conversations::ConversationState> = "StateTo",
                /// Why the state changed; on `onConversationStateUpdated`.
                reason: Option<$crate::webhook::conversations::StateReason> = "Reason",
                /// The receipt; on `onDeliveryUpdated`, as the next three.
                delivery_receipt_sid: Option<$crate::DeliveryReceiptSid> = "DeliveryReceiptSid",
                /// The message as its channel knows it.
                channel_message_sid: Option<$crate::ChannelMessageSid> = "ChannelMessageSid",
                /// How far the message got.
                status: Option<$crate::webhook::conversations::ReceiptStatus> = "Status",
                /// Why it failed, an [error code](https://www.twilio.com/docs/api/errors); 0 or absent
                /// if it did not.
                error_code: Option<u32> = "ErrorCode",
                /// Whether the user is connected; on `onUserUpdated`, if the service tracks it.
                is_online: Option<bool> = "isOnline",
                /// Whether the user can get push notifications; on `onUserUpdated`, if the service
                /// tracks it.
                is_notifiable: Option<bool> = "isNotifiable",
            }
            families {}
        }

        impl $Name {
            /// The files that came along; none if there is no `media`.
            ///
            /// # Errors
            /// If `media` is not the list of files that is documented.
            pub fn media_files(
                &self,
            ) -> Result<
                Vec<$crate::webhook::conversations::MediaFile>,
                $crate::webhook::values::JsonTextError,
            > {
                self.media.as_ref().map_or(Ok(Vec::new()), |media| media.parse())
            }
        }
    };
}
pub(super) use conversation_webhook;

string_enum! {
    /// Where an action came from.
    pub enum Source {
        /// A client, by an SDK.
        Sdk => "SDK",
        /// REST.
        Api => "API",
        /// An SMS or MMS.
        Sms => "SMS",
        /// WhatsApp.
        WhatsApp => "WHATSAPP",
        /// Facebook Messenger.
        Messenger => "MESSENGER",
    }
}

string_enum! {
    /// Where a conversation stands.
    ///
    /// [Twilio's description](https://www.twilio.com/docs/conversations/states-timers).
    pub enum ConversationState {
        /// It is being made, with its first participants.
        Initializing => "initializing",
        /// People write.
        Active => "active",
        /// Nobody has written for a while.
        Inactive => "inactive",
        /// It is over; a new message opens another.
        Closed => "closed",
    }
}

string_enum! {
    /// Why the state of a conversation changed.
    pub enum StateReason {
        /// By REST or an SDK.
        Api => "API",
        /// A timer ran out.
        Timer => "TIMER",
        /// Something happened in the conversation.
        Event => "EVENT",
    }
}

string_enum! {
    /// The channel a participant takes part by. Twilio writes it in capitals or in small letters.
    pub enum MessagingBindingType {
        /// SMS or MMS.
        Sms => "SMS" | "sms",
        /// An SDK.
        Chat => "CHAT" | "chat",
        /// WhatsApp.
        WhatsApp => "WHATSAPP" | "whatsapp",
        /// Facebook Messenger.
        Messenger => "MESSENGER" | "messenger",
        /// Rich Communication Services.
        Rcs => "RCS" | "rcs",
    }
}

string_enum! {
    /// How far a conversation's message got to one participant.
    pub enum ReceiptStatus {
        /// Handed to the channel.
        Sent => "sent",
        /// On the participant's device.
        Delivered => "delivered",
        /// Opened.
        Read => "read",
        /// The channel could not deliver it.
        Undelivered => "undelivered",
        /// Never handed to the channel.
        Failed => "failed",
    }
}
