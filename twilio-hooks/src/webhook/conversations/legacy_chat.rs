//! [`LegacyChatEvent`]: something happens in the retired Programmable Chat.

use jiff::Timestamp;

use super::Source;
use crate::{
    AccountSid, ChatMediaSid, ChatServiceSid, ConversationMessageSid, ConversationSid,
    string_enum::string_enum,
    webhook::{macros::webhook, values::JsonText},
};

webhook! {
    /// Something is about to happen, or has happened, in the retired Programmable Chat.
    ///
    /// Twilio has shut this product down in favour of Conversations; the type is for requests that
    /// were kept. What is known of it is little and unconfirmed. See
    /// [Twilio's description](https://www.twilio.com/docs/chat/webhook-events).
    ///
    /// Refused without `AccountSid` and `EventType`.
    pub struct LegacyChatEvent: "chat-legacy" {
        /// The account or subaccount the service belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// What happens. Names without `ed` are asked before the fact.
        event_type: LegacyChatEventType = required "EventType",
        /// Where the action came from. Nearly always there.
        source: Option<Source> = "Source",
        /// The user who acted; on actions of an SDK.
        client_identity: Option<String> = "ClientIdentity",
        /// How often this request was tried before, from 0; absent on requests before the fact.
        retry_count: Option<u32> = "RetryCount",
        /// The service. Nearly always there.
        instance_sid: Option<ChatServiceSid> = "InstanceSid",
        /// The channel; absent on events of users.
        channel_sid: Option<ConversationSid> = "ChannelSid",
        /// The message; on events of messages that exist already.
        message_sid: Option<ConversationMessageSid> = "MessageSid",
        /// The message's place in its channel, from 0; on events of messages that exist already.
        index: Option<u32> = "Index",
        /// The text; on events of messages.
        body: Option<String> = "Body",
        /// The identity of who wrote; on events of messages.
        from: Option<String> = "From",
        /// The channel written to; on events of messages.
        to: Option<String> = "To",
        /// JSON of one's own about the message, channel, member or user.
        attributes: Option<JsonText> = "Attributes",
        /// When it was made; absent before the fact.
        date_created: Option<Timestamp> = "DateCreated",
        /// How large the file is, in bytes; on messages that are one, as the next three.
        media_size: Option<u64> = "Media.Size",
        /// The file's media type.
        media_content_type: Option<String> = "Media.ContentType",
        /// The file.
        media_sid: Option<ChatMediaSid> = "Media.Sid",
        /// The file's name, if it has one.
        media_filename: Option<String> = "Media.Filename",
    }
    families {}
}

string_enum! {
    /// What happens in the retired Programmable Chat.
    pub enum LegacyChatEventType {
        /// A message is about to be sent.
        MessageSend => "onMessageSend",
        /// A message was sent.
        MessageSent => "onMessageSent",
        /// A message was removed.
        MessageRemoved => "onMessageRemoved",
        /// A message was changed.
        MessageUpdated => "onMessageUpdated",
        /// A channel is about to be made.
        ChannelAdd => "onChannelAdd",
        /// A channel was made.
        ChannelAdded => "onChannelAdded",
        /// A channel was removed.
        ChannelDestroyed => "onChannelDestroyed",
        /// A channel was changed.
        ChannelUpdated => "onChannelUpdated",
        /// A member is about to join.
        MemberAdd => "onMemberAdd",
        /// A member joined.
        MemberAdded => "onMemberAdded",
        /// A member left.
        MemberRemoved => "onMemberRemoved",
        /// A file was sent.
        MediaMessageSent => "onMediaMessageSent",
        /// A user was made.
        UserAdded => "onUserAdded",
        /// A user was changed.
        UserUpdated => "onUserUpdated",
    }
}
