//! [`IncomingMessage`]: somebody wrote to one of our numbers.

use super::{Media, Place, macros::webhook};
use crate::{
    AccountSid, Address, MessageSid, MessageStatus, MessagingServiceSid, string_enum::string_enum,
};

webhook! {
    /// Somebody wrote to one of our numbers: an SMS, MMS, WhatsApp, RCS or Messenger message.
    ///
    /// Twilio wants a reply in TwiML; see
    /// [its description of the request](https://www.twilio.com/docs/messaging/guides/webhook-request).
    /// The fallback URL of a number gets the same parameters, with
    /// [`error_code`](Self::error_code) and [`error_url`](Self::error_url) telling why.
    ///
    /// Refused without `AccountSid` and one of the message's three identifiers.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     Params,
    ///     webhook::{IncomingMessage, Webhook},
    /// };
    ///
    /// let params = Params::from_form(
    ///     b"AccountSid=AC00000000000000000000000000000001\
    ///       &MessageSid=MM00000000000000000000000000000001\
    ///       &From=%2B12025550143&To=%2B12025550102&Body=Look%21&NumMedia=1\
    ///       &MediaUrl0=https%3A%2F%2Fapi.twilio.com%2Fcat&MediaContentType0=image%2Fjpeg",
    /// );
    /// let message = IncomingMessage::from_params(&params)?;
    /// assert_eq!(message.body, "Look!");
    /// assert_eq!(message.from.e164(), Some("+12025550143"));
    /// assert_eq!(message.media[0].content_type.as_deref(), Some("image/jpeg"));
    /// # Ok::<_, twilio_hooks::ParamError>(())
    /// ```
    pub struct IncomingMessage: "message-incoming" {
        /// The message, `MM…` if it carries media. Where Twilio leaves `MessageSid` out, one of its
        /// twins is taken.
        message_sid: MessageSid = required "MessageSid" or sms_message_sid or sms_sid,
        /// The account or subaccount that owns the receiving number.
        account_sid: AccountSid = required "AccountSid",
        /// Who wrote. Nearly always there; empty if Twilio leaves it out.
        from: Address = "From",
        /// The number or channel address of ours that was written to. Nearly always there; empty if
        /// Twilio leaves it out, and then it is nobody's line.
        to: Address = "To",
        /// The text, exactly as typed. Empty for media, places and reactions without a text.
        body: String = "Body",
        /// How many files Twilio says came along. It can disagree with `media`, which lists those
        /// that did.
        num_media: Option<u32> = "NumMedia",
        /// How many SMS segments the text took; 1 on other channels, absent on some interactive
        /// WhatsApp messages.
        num_segments: Option<u32> = "NumSegments",
        /// The messaging service that the receiving number is in, if it is in one.
        messaging_service_sid: Option<MessagingServiceSid> = "MessagingServiceSid",
        /// The opt-out keyword that a messaging service with [advanced opt-out][docs] recognised in
        /// the text, which need not be the word itself. Twilio has answered already, so do not
        /// confirm a second time. Absent on all other messages.
        ///
        /// [docs]: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
        opt_out_type: Option<OptOutType> = "OptOutType",
        /// Where the message stands, practically always `received`.
        sms_status: Option<MessageStatus> = "SmsStatus",
        /// Older twin of `message_sid`.
        sms_sid: Option<MessageSid> = "SmsSid",
        /// Oldest twin of `message_sid`.
        sms_message_sid: Option<MessageSid> = "SmsMessageSid",
        /// What a message of WhatsApp or RCS is; absent on SMS and MMS.
        message_type: Option<MessageType> = "MessageType",
        /// The name the sender chose on WhatsApp, in any script; absent on other channels. It proves
        /// nothing.
        profile_name: Option<String> = "ProfileName",
        /// The sender's WhatsApp id, usually the phone number without `+`; absent on other channels
        /// and if the number is hidden. It is text, not a number.
        wa_id: Option<String> = "WaId",
        /// The sender's user id that is particular to our business, on newer WhatsApp traffic.
        /// `from` has this form if the sender hides the number.
        external_user_id: Option<Address> = "ExternalUserId",
        /// Whether the message was forwarded; on WhatsApp only.
        forwarded: Option<bool> = "Forwarded",
        /// Whether the message was forwarded many times; on WhatsApp only.
        frequently_forwarded: Option<bool> = "FrequentlyForwarded",
        /// The label of the button or list entry that was tapped; absent if none was.
        button_text: Option<String> = "ButtonText",
        /// Our own id of the button or list entry that was tapped; absent if none was.
        button_payload: Option<String> = "ButtonPayload",
        /// What kind of button was tapped; on RCS and on buttons of content templates.
        button_type: Option<ButtonType> = "ButtonType",
        /// A rich answer, such as a completed WhatsApp flow, as JSON text; absent on plain ones.
        interactive_data: Option<String> = "InteractiveData",
        /// The answer to a WhatsApp flow as JSON text in WhatsApp's own form; absent on others.
        flow_data: Option<String> = "FlowData",
        /// The channel's own view of the message, as JSON text; on WhatsApp and RCS.
        channel_metadata: Option<String> = "ChannelMetadata",
        /// The message that is quoted, or whose button was tapped; on WhatsApp replies.
        original_replied_message_sid: Option<MessageSid> = "OriginalRepliedMessageSid",
        /// Who had sent that message; on WhatsApp replies.
        original_replied_message_sender: Option<Address> = "OriginalRepliedMessageSender",
        /// The latitude of a shared place in degrees; absent if none is shared.
        latitude: Option<f64> = "Latitude",
        /// The longitude of a shared place in degrees; absent if none is shared.
        longitude: Option<f64> = "Longitude",
        /// The postal address of a shared place, if the sender's phone knows one.
        address: Option<String> = "Address",
        /// The name of a shared place, if it has one.
        label: Option<String> = "Label",
        /// The text of the advertisement the sender came from. This and the other `referral_` fields
        /// are on the first message after a click to WhatsApp, and absent otherwise.
        referral_body: Option<String> = "ReferralBody",
        /// The headline of that advertisement.
        referral_headline: Option<String> = "ReferralHeadline",
        /// Meta's id of that advertisement. It is text, not a number.
        referral_source_id: Option<String> = "ReferralSourceId",
        /// What the sender came from.
        referral_source_type: Option<ReferralSourceType> = "ReferralSourceType",
        /// A link to that advertisement.
        referral_source_url: Option<String> = "ReferralSourceUrl",
        /// How many files the advertisement has; plain SMS carry it too, as 0.
        referral_num_media: Option<u32> = "ReferralNumMedia",
        /// Meta's id of the advertisement's file; Twilio does not know it.
        referral_media_id: Option<String> = "ReferralMediaId",
        /// The media type of the advertisement's file.
        referral_media_content_type: Option<String> = "ReferralMediaContentType",
        /// Where the advertisement's file is.
        referral_media_url: Option<String> = "ReferralMediaUrl",
        /// Meta's id of the click, to credit the advertisement with.
        referral_ctwa_clid: Option<String> = "ReferralCtwaClid",
        /// What installed [add-ons](https://www.twilio.com/docs/add-ons) found out about the sender,
        /// as JSON text; absent without add-ons.
        add_ons: Option<String> = "AddOns",
        /// The version of Twilio's REST API behind the message, `2010-04-01`.
        api_version: Option<String> = "ApiVersion",
        /// Why the primary URL gave no usable answer, an
        /// [error code](https://www.twilio.com/docs/api/errors); on requests to the fallback URL only.
        error_code: Option<u32> = "ErrorCode",
        /// The primary URL that gave no usable answer; on requests to the fallback URL only.
        error_url: Option<String> = "ErrorUrl",
    }
    families {
        /// The files that came along, in Twilio's order; empty for most messages.
        media: Vec<Media> = "Media",
        /// Where the number of `from` is registered; empty on channels other than SMS and MMS.
        from_place: Place = "From",
        /// Where the number of `to` is registered; empty on channels other than SMS and MMS.
        to_place: Place = "To",
    }
}

string_enum! {
    /// An opt-out keyword, as [advanced opt-out][docs] sorts it.
    ///
    /// [docs]: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
    pub enum OptOutType {
        /// The sender wants no more messages.
        Stop => "STOP",
        /// The sender wants messages again.
        Start => "START",
        /// The sender asks who we are.
        Help => "HELP",
    }
}

string_enum! {
    /// What a message of WhatsApp or RCS is.
    pub enum MessageType {
        /// Text.
        Text => "text",
        /// A picture.
        Image => "image",
        /// A sound, also a voice note.
        Audio => "audio",
        /// A film.
        Video => "video",
        /// Any other file.
        Document => "document",
        /// A sticker.
        Sticker => "sticker",
        /// A place, in the fields `latitude` and `longitude`.
        Location => "location",
        /// Contact cards.
        Contacts => "contacts",
        /// A tapped button.
        Button => "button",
        /// An answer to a list, a flow or the like.
        Interactive => "interactive",
        /// An emoji put on an earlier message.
        Reaction => "reaction",
        /// Goods from a catalogue.
        Order => "order",
        /// A notice by the channel itself.
        System => "system",
        /// Something Twilio can't hand on.
        Unsupported => "unsupported",
    }
}

string_enum! {
    /// What kind of button was tapped.
    pub enum ButtonType {
        /// One that answers.
        Reply => "REPLY",
        /// One that does something, such as opening a page.
        Action => "ACTION",
    }
}

string_enum! {
    /// What a sender came from by a click to WhatsApp.
    pub enum ReferralSourceType {
        /// An advertisement.
        Ad => "ad",
        /// A post.
        Post => "post",
    }
}
