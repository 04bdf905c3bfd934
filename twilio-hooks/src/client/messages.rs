//! Messages: sending, reading, taking back.

use jiff::Timestamp;

use super::{
    Client, ClientError, MessageMedia, Pages,
    hosts::Product,
    macros::{params, resource},
    request::ApiRequest,
    retry::Repeat,
};
use crate::{
    AccountSid, Address, ApplicationSid, ContentSid, MessageSid, MessageStatus,
    MessagingServiceSid, string_enum::string_enum,
};

string_enum! {
    /// Who sent a message, and why.
    pub enum MessageDirection {
        /// Somebody wrote to us.
        Inbound => "inbound",
        /// Sent by the REST API.
        OutboundApi => "outbound-api",
        /// Sent by `<Message>` or `<Sms>` during a call.
        OutboundCall => "outbound-call",
        /// Sent as the reply to an incoming message.
        OutboundReply => "outbound-reply",
    }
}

string_enum! {
    /// Whether Twilio keeps the text of a message.
    pub enum ContentRetention {
        /// Keep it.
        Retain => "retain",
        /// Forget it.
        Discard => "discard",
    }
}

string_enum! {
    /// Whether Twilio keeps the number of a message's recipient.
    pub enum AddressRetention {
        /// Keep it.
        Retain => "retain",
        /// Keep a part of it.
        Obfuscate => "obfuscate",
    }
}

string_enum! {
    /// Whether a message is checked for fraud by pumping.
    pub enum RiskCheck {
        /// Check it, which is the default.
        Enable => "enable",
        /// Let it through.
        Disable => "disable",
    }
}

string_enum! {
    /// How a message is scheduled.
    pub enum ScheduleType {
        /// At a fixed time.
        Fixed => "fixed",
    }
}

string_enum! {
    /// What a message is charged as.
    pub enum TrafficType {
        /// Free of charge.
        Free => "free",
    }
}

params! {
    /// [A message to send](https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource).
    ///
    /// It needs a sender ([`from`](Self::from) or
    /// [`messaging_service_sid`](Self::messaging_service_sid)) and content
    /// ([`body`](Self::body), [`media_url`](Self::media_url) or [`content_sid`](Self::content_sid)).
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::client::CreateMessage;
    ///
    /// let reminder = CreateMessage::new("+12025550143")
    ///     .messaging_service_sid("MG00000000000000000000000000000001")
    ///     .body("See you tomorrow at ten")
    ///     .scheduled_at("2026-11-05T09:00:00Z".parse()?);
    /// assert!(!format!("{reminder:?}").contains("tomorrow"));
    /// # Ok::<_, jiff::Error>(())
    /// ```
    pub struct CreateMessage new(to: Address) {
        /// The recipient: a phone number, or an address of a channel such as `whatsapp:+12025550143`.
        to: Address = "To",
        /// The sender: a number or short code of the account, an alphanumeric sender, or an address
        /// of a channel.
        from: Address = "From",
        /// The sender that is used if the first one can't reach the recipient.
        fallback_from: Address = "FallbackFrom",
        /// The messaging service that chooses the sender.
        messaging_service_sid: MessagingServiceSid = "MessagingServiceSid",
        /// The text, up to 1600 characters.
        body: String = "Body",
        /// A public URL of a picture or another file, up to ten of them.
        media_url: [String] = "MediaUrl",
        /// A content template.
        content_sid: ContentSid = "ContentSid",
        /// The values of the template's placeholders, as a JSON object.
        content_variables: String = "ContentVariables",
        /// The URL that is told of each status; it replaces the one of the messaging service.
        status_callback: String = "StatusCallback",
        /// The TwiML application that is told of each status.
        application_sid: ApplicationSid = "ApplicationSid",
        /// The highest price in US dollars, a decimal fraction such as `0.05`.
        max_price: String = "MaxPrice",
        /// Whether the application will report that the recipient acted on the message.
        provide_feedback: bool = "ProvideFeedback",
        /// How many times this was tried before, this one included; informative.
        attempt: u32 = "Attempt",
        /// For how many seconds the message may wait to be sent: 1 to 36000.
        validity_period: u32 = "ValidityPeriod",
        /// Reserved by Twilio.
        force_delivery: bool = "ForceDelivery",
        /// Whether Twilio keeps the text.
        content_retention: ContentRetention = "ContentRetention",
        /// Whether Twilio keeps the recipient's number.
        address_retention: AddressRetention = "AddressRetention",
        /// Whether characters that cost segments are replaced by similar ones.
        smart_encoded: bool = "SmartEncoded",
        /// A rich action of a channel, such as a place on the map.
        persistent_action: [String] = "PersistentAction",
        /// What it is charged as.
        traffic_type: TrafficType = "TrafficType",
        /// Whether links are shortened; only with a messaging service.
        shorten_urls: bool = "ShortenUrls",
        /// Whether it is sent later; see [`scheduled_at`](Self::scheduled_at).
        schedule_type: ScheduleType = "ScheduleType",
        /// When it is sent, with a [`schedule_type`](Self::schedule_type).
        send_at: Timestamp = "SendAt",
        /// Whether it goes as one MMS even without media.
        send_as_mms: bool = "SendAsMms",
        /// Whether it is checked for fraud by pumping.
        risk_check: RiskCheck = "RiskCheck",
    }
}

impl CreateMessage {
    /// Sends it later: [between 5 minutes and 35 days][schedule] from now, and only with a messaging
    /// service.
    ///
    /// [schedule]: https://www.twilio.com/docs/messaging/features/message-scheduling
    #[must_use]
    pub fn scheduled_at(self, time: Timestamp) -> Self {
        self.schedule_type(ScheduleType::Fixed).send_at(time)
    }
}

params! {
    /// Which messages to list; the newest come first.
    pub struct ListMessages new() {
        /// Only those to this address.
        to: Address = "To",
        /// Only those from this address.
        from: Address = "From",
        /// Only those sent on the day of this time, in UTC.
        date_sent: Timestamp = "DateSent",
        /// Only those sent at this time or before.
        date_sent_before: Timestamp = "DateSent<",
        /// Only those sent at this time or after.
        date_sent_after: Timestamp = "DateSent>",
        /// How many come in one request, up to 1000; 50 if not set.
        page_size: u32 = "PageSize",
    }
}

params! {
    /// A change of a message; [`Messages::cancel`] and [`Messages::redact`] are the two there are.
    pub struct UpdateMessage new() {
        /// An empty text removes the text of the message at Twilio; others are refused.
        body: String = "Body",
        /// `canceled` withdraws a scheduled message.
        status: MessageStatus = "Status",
    }
}

resource! {
    /// A [message](https://www.twilio.com/docs/messaging/api/message-resource).
    pub struct Message {
        [
            /// The message.
            sid: MessageSid
        ]
        /// The account it belongs to.
        account_sid: AccountSid,
        /// The messaging service that sent it, if one did.
        messaging_service_sid: MessagingServiceSid,
        /// Who sent it, and why.
        direction: MessageDirection,
        /// Where it stands.
        status: MessageStatus,
        /// The sender; absent as long as a messaging service has not chosen one.
        from: Address,
        /// The recipient.
        to: Address,
        /// The text; empty after [redaction](Messages::redact).
        body: String,
        /// How many segments it was cut into; 0 before a messaging service sends it.
        num_segments: u32,
        /// How many files came with it.
        num_media: u32,
        /// Why it was not delivered: [a code](https://www.twilio.com/docs/api/errors).
        error_code: u32,
        /// The code in words.
        error_message: String,
        /// What it cost, a decimal fraction and mostly negative; known some time after sending.
        price: String,
        /// The currency of the price, such as `USD`.
        price_unit: String,
        /// When it was made.
        date_created: Timestamp,
        /// When it was sent, or received.
        date_sent: Timestamp,
        /// When it was changed last.
        date_updated: Timestamp,
    }
    debug: sid, account_sid, messaging_service_sid, direction, status, error_code, num_media;
}

/// The messages of an account: [`Client::messages`].
#[derive(Debug, Clone, Copy)]
pub struct Messages<'a> {
    client: &'a Client,
}

impl<'a> Messages<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Sends a message.
    ///
    /// It is never sent twice: if nobody knows whether Twilio took it, the error says so.
    ///
    /// # Errors
    /// See [`ClientError`]. Frequent codes are 21211 (no valid number), 21610 (the recipient opted
    /// out) and 21608 (a trial account).
    pub async fn create(&self, message: CreateMessage) -> Result<Message, ClientError> {
        let path = self.client.account_path(&["Messages"])? + ".json";
        self.client
            .request(ApiRequest::post(
                Product::Api,
                path,
                message.pairs,
                Repeat::Once,
            ))
            .await
    }

    /// Reads one message.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn fetch(&self, sid: &MessageSid) -> Result<Message, ClientError> {
        let path = self.path(sid)?;
        self.client
            .request(ApiRequest::get(Product::Api, path))
            .await
    }

    /// Lists messages.
    pub fn list(&self, which: ListMessages) -> Pages<Message> {
        let path = self
            .client
            .account_path(&["Messages"])
            .map(|path| path + ".json");
        Pages::new(
            self.client.clone(),
            Product::Api,
            "messages",
            path,
            which.pairs,
        )
    }

    /// Withdraws a scheduled message before it is sent.
    ///
    /// # Errors
    /// See [`ClientError`]; also if it is too late.
    pub async fn cancel(&self, sid: &MessageSid) -> Result<Message, ClientError> {
        let change = UpdateMessage::new().status(MessageStatus::Canceled);
        self.change(sid, change, Repeat::Once).await
    }

    /// Removes the text of a message at Twilio; all else stays.
    ///
    /// # Errors
    /// See [`ClientError`]; also if the message is still on its way.
    pub async fn redact(&self, sid: &MessageSid) -> Result<Message, ClientError> {
        self.change(sid, UpdateMessage::new().body(""), Repeat::Idempotent)
            .await
    }

    /// Changes a message.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn update(
        &self,
        sid: &MessageSid,
        change: UpdateMessage,
    ) -> Result<Message, ClientError> {
        self.change(sid, change, Repeat::Once).await
    }

    /// Deletes a message at Twilio, with its media.
    ///
    /// # Errors
    /// See [`ClientError`]; also if the message is still on its way.
    pub async fn delete(&self, sid: &MessageSid) -> Result<(), ClientError> {
        let path = self.path(sid)?;
        self.client.delete(Product::Api, path).await
    }

    /// The files of a message.
    #[must_use]
    pub fn media<'b>(&self, sid: &'b MessageSid) -> MessageMedia<'b>
    where
        'a: 'b,
    {
        MessageMedia::new(self.client, sid)
    }

    async fn change(
        &self,
        sid: &MessageSid,
        change: UpdateMessage,
        repeat: Repeat,
    ) -> Result<Message, ClientError> {
        let path = self.path(sid)?;
        self.client
            .request(ApiRequest::post(Product::Api, path, change.pairs, repeat))
            .await
    }

    fn path(&self, sid: &MessageSid) -> Result<String, ClientError> {
        Ok(self.client.account_path(&["Messages", sid.as_str()])? + ".json")
    }
}
