//! [`LinkClick`]: a shortened link was opened.

use jiff::Timestamp;

use crate::{
    AccountSid, Address, MessageSid, MessagingServiceSid, json::json_object,
    string_enum::string_enum,
};

json_object! {
    /// The recipient of a message has opened a shortened link in it.
    ///
    /// Only with click tracking. Previews of messaging apps open links too, so a click is no proof of
    /// a reader. See
    /// [Twilio's description](https://www.twilio.com/docs/messaging/features/link-shortening). Its
    /// exact form rests on few sources: expect members without a field.
    ///
    /// Refused without `sms_sid`.
    pub struct LinkClick: "link-click" {
        /// The message that had the link.
        sms_sid: MessageSid = required "sms_sid",
        /// The account or subaccount that sent the message.
        account_sid: Option<AccountSid> = "account_sid",
        /// What happened, always a click.
        event_type: Option<LinkEventType> = "event_type",
        /// The messaging service that sent the message.
        messaging_service_sid: Option<MessagingServiceSid> = "messaging_service_sid",
        /// The sender of the message.
        from: Option<Address> = "from",
        /// The recipient of the message.
        to: Option<Address> = "to",
        /// The long link. It can hold what identifies a person.
        link: Option<String> = "link",
        /// When it was opened.
        click_time: Option<Timestamp> = "click_time",
        /// The browser, in its own words; absent if it did not say.
        user_agent: Option<String> = "user_agent",
    }
}

string_enum! {
    /// What happened to a shortened link.
    pub enum LinkEventType {
        /// It was opened.
        Click => "click",
    }
}
