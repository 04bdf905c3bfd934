//! [`MessageStatusUpdate`]: a message that was sent has got further.

use super::{Place, macros::webhook};
use crate::{
    AccountSid, Address, ChannelInstallSid, MessageSid, MessageStatus, MessagingServiceSid,
    string_enum::string_enum,
};

webhook! {
    /// A message that was sent has got further: handed over, delivered, read, failed, …
    ///
    /// Reports overtake each other and none is repeated reliably; keep the one that
    /// [supersedes](MessageStatus::supersedes) the others. The first status of a message is never
    /// reported. See
    /// [Twilio's description](https://www.twilio.com/docs/messaging/guides/track-outbound-message-status).
    ///
    /// Refused without `MessageStatus`, and a `MessageSid` or `SmsSid`.
    pub struct MessageStatusUpdate: "message-status" {
        /// The message. Where Twilio leaves `MessageSid` out, `SmsSid` is taken.
        message_sid: MessageSid = required "MessageSid" or sms_sid,
        /// The account or subaccount that sent the message. Absent on the briefest of reports: then
        /// it is the account whose key signed.
        account_sid: Option<AccountSid> = "AccountSid",
        /// Where the message stood when the report was made.
        message_status: MessageStatus = required "MessageStatus",
        /// The sender in fact: with a messaging service, this is how one learns the number. Absent
        /// as long as none is chosen.
        from: Option<Address> = "From",
        /// The recipient. Absent on the briefest of reports.
        to: Option<Address> = "To",
        /// The messaging service that sent it; absent if none did.
        messaging_service_sid: Option<MessagingServiceSid> = "MessagingServiceSid",
        /// Why it failed, an [error code](https://www.twilio.com/docs/api/errors); on failed and
        /// undelivered messages. Ask [`error`](Self::error), which also knows 0.
        error_code: Option<u32> = "ErrorCode",
        /// A text about `error_code`; rare.
        error_message: Option<String> = "ErrorMessage",
        /// When the carrier says it was done: ten digits `YYMMDDhhmm` of no stated time zone, passed
        /// on unchecked. Only on delivered and undelivered SMS and MMS.
        raw_dlr_done_date: Option<String> = "RawDlrDoneDate",
        /// The installed channel that sent it; on WhatsApp, RCS and Messenger.
        channel_install_sid: Option<ChannelInstallSid> = "ChannelInstallSid",
        /// The channel; on WhatsApp, RCS and Messenger.
        channel_prefix: Option<ChannelPrefix> = "ChannelPrefix",
        /// The channel's own words about a failure; absent on success and on SMS.
        channel_status_message: Option<String> = "ChannelStatusMessage",
        /// The recipient as the channel knows it, often with the last digits masked by `X`; on
        /// WhatsApp.
        channel_to_address: Option<String> = "ChannelToAddress",
        /// The channel's event, which repeats `message_status`; on channels with receipts.
        event_type: Option<MessageEventType> = "EventType",
        /// Whether the message was made from a template; on WhatsApp.
        structured_message: Option<bool> = "StructuredMessage",
        /// The text; only on some reports of messaging services.
        body: Option<String> = "Body",
        /// How many SMS segments it took; rare.
        num_segments: Option<u32> = "NumSegments",
        /// What it cost; rare, and text as Twilio wrote it.
        price: Option<String> = "Price",
        /// The recipient's user id that is particular to our business, on newer WhatsApp traffic.
        external_user_id: Option<Address> = "ExternalUserId",
        /// Older twin of `message_sid`.
        sms_sid: Option<MessageSid> = "SmsSid",
        /// Older twin of `message_status`. It can lag behind; do not rely on it.
        sms_status: Option<MessageStatus> = "SmsStatus",
        /// The version of Twilio's REST API behind the message, `2010-04-01`.
        api_version: Option<String> = "ApiVersion",
    }
    families {
        /// Where the number of `to` is registered; rare, and then city and country alone.
        to_place: Place = "To",
    }
}

impl MessageStatusUpdate {
    /// The error code, if there was an error: 0 is none.
    #[must_use]
    pub fn error(&self) -> Option<u32> {
        self.error_code.filter(|&code| code != 0)
    }
}

string_enum! {
    /// A channel beside SMS and MMS.
    pub enum ChannelPrefix {
        /// WhatsApp.
        WhatsApp => "whatsapp",
        /// Rich Communication Services.
        Rcs => "rcs",
        /// Facebook Messenger.
        Messenger => "messenger",
    }
}

string_enum! {
    /// What a channel reports about a message. [`MessageStatus`] says the same and more.
    pub enum MessageEventType {
        /// Handed to the channel.
        Sent => "SENT",
        /// On the recipient's device.
        Delivered => "DELIVERED",
        /// Opened by the recipient.
        Read => "READ",
        /// The channel could not deliver it.
        Undelivered => "UNDELIVERED",
        /// Never handed to the channel.
        Failed => "FAILED",
    }
}
