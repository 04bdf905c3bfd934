//! The details of some events of Event Streams.

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    AccountSid, Address, MessageSid, MessageStatus, MessagingServiceSid, json::json_object,
    webhook::OptOutType,
};

json_object! {
    /// A message that was sent has got further, by Event Streams.
    ///
    /// [Twilio's description](https://www.twilio.com/docs/events/event-types/messaging/outbound-message),
    /// whose newer versions have more fields. It overtakes others as webhooks do: keep the status that
    /// [supersedes](MessageStatus::supersedes) the others.
    ///
    /// Not read without `messageSid`.
    pub struct MessageStatusEvent {
        /// The message.
        message_sid: MessageSid = required "messageSid",
        /// The account or subaccount that sent the message.
        account_sid: Option<AccountSid> = "accountSid",
        /// Where the message stands. Twilio writes it in capitals here.
        message_status: Option<MessageStatus> = upper "messageStatus",
        /// When it happened.
        timestamp: Option<Timestamp> = "timestamp",
        /// The event's type once more.
        event_name: Option<String> = shown "eventName",
        /// The version of Twilio's REST API behind the message.
        api_version: Option<String> = shown "apiVersion",
        /// The sender.
        from: Option<Address> = "from",
        /// The recipient.
        to: Option<Address> = "to",
        /// The messaging service that sent it; absent if none did.
        messaging_service_sid: Option<MessagingServiceSid> = "messagingServiceSid",
        /// Why it failed, an [`ErrorCode`](crate::ErrorCode); on failed and undelivered messages.
        error_code: Option<u32> = "errorCode",
        /// The text; only where the account shares it.
        body: Option<String> = "body",
        /// Where webhooks about the message go.
        status_callback_url: Option<String> = "statusCallBackUrl",
        /// Your tags of the message, by name.
        tags: Value = "tags",
        /// The mobile network of the number, within `mcc`. It is text: leading zeros count.
        mnc: Option<String> = shown "mnc",
        /// The mobile country of the number. It is text: leading zeros count.
        mcc: Option<String> = shown "mcc",
        /// When the carrier says it was done: ten digits `YYMMDDhhmm` of no stated time zone, passed on
        /// unchecked.
        raw_dlr_done_date: Option<String> = shown "rawDlrDoneDate",
        /// How many SMS segments it took.
        number_of_segments: Option<u32> = "numberOfSegments",
        /// When the status was set.
        date_updated: Option<Timestamp> = "dateUpdated",
    }
}

impl MessageStatusEvent {
    /// The error code, if there was an error: 0 is none.
    #[must_use]
    pub fn error(&self) -> Option<u32> {
        self.error_code.filter(|&code| code != 0)
    }
}

json_object! {
    /// A message came in, by Event Streams. It can't be answered with TwiML here.
    ///
    /// [Twilio's description](https://www.twilio.com/docs/events/event-types/messaging/inbound-message),
    /// whose newer versions have more fields.
    ///
    /// Not read without `messageSid`.
    pub struct InboundMessageEvent {
        /// The message.
        message_sid: MessageSid = required "messageSid",
        /// The account or subaccount that got the message.
        account_sid: Option<AccountSid> = "accountSid",
        /// When it happened.
        timestamp: Option<Timestamp> = "timestamp",
        /// The event's type once more.
        event_name: Option<String> = shown "eventName",
        /// The sender.
        from: Option<Address> = "from",
        /// The number it was sent to.
        to: Option<Address> = "to",
        /// The text.
        body: Option<String> = "body",
        /// How many media it has. They are not listed here.
        num_media: Option<u32> = "numMedia",
        /// How many SMS segments it took.
        num_segments: Option<u32> = "numSegments",
        /// The messaging service that got it; absent if none did.
        messaging_service_sid: Option<MessagingServiceSid> = "messagingServiceSid",
        /// What advanced opt-out made of it; absent on ordinary messages.
        opt_out_type: Option<OptOutType> = "optOutType",
        /// Everybody it was sent to, on messages to a group.
        recipients: Vec<Address> = "recipients",
        /// The click that led to it, on WhatsApp messages after an advertisement.
        referral_ctwa_clid: Option<String> = "referralCtwaClid",
        /// The mobile network of the sender, within `mcc`. It is text: leading zeros count.
        mnc: Option<String> = shown "mnc",
        /// The mobile country of the sender. It is text: leading zeros count.
        mcc: Option<String> = shown "mcc",
        /// The city of the sender's number.
        from_city: Option<String> = "fromCity",
        /// The state or province of the sender's number.
        from_state: Option<String> = "fromState",
        /// The postal code of the sender's number. It is text: leading zeros count.
        from_zip: Option<String> = "fromZip",
        /// The country of the sender's number, two letters.
        from_country: Option<String> = shown "fromCountry",
        /// The city of our number.
        to_city: Option<String> = "toCity",
        /// The state or province of our number.
        to_state: Option<String> = "toState",
        /// The postal code of our number. It is text: leading zeros count.
        to_zip: Option<String> = "toZip",
        /// The country of our number, two letters.
        to_country: Option<String> = shown "toCountry",
    }
}

json_object! {
    /// A sink is being validated.
    ///
    /// Report `test_id` back to Twilio to end it. See
    /// [Twilio's description](https://www.twilio.com/docs/events/webhook-quickstart).
    ///
    /// Not read without `test_id`.
    pub struct SinkTestEvent {
        /// The test.
        test_id: String = required shown "test_id",
    }
}
