//! The numbers of an account, and the webhooks they are set to.

use jiff::Timestamp;

use super::{
    Client, ClientError, Pages, WebhookMethod,
    hosts::Product,
    macros::{FromObject, JsonField, params, resource},
    request::ApiRequest,
    retry::Repeat,
};
use crate::{
    AccountSid, Address, AddressSid, ApplicationSid, BundleSid, IdentitySid, PhoneNumberSid,
    TrunkSid, string_enum::string_enum,
};

string_enum! {
    /// What address a country wants for a number.
    pub enum AddressRequirements {
        /// None.
        None => "none",
        /// Any.
        Any => "any",
        /// One in that country.
        Local => "local",
        /// One in another country.
        Foreign => "foreign",
    }
}

string_enum! {
    /// What a number takes calls as.
    pub enum VoiceReceiveMode {
        /// Calls.
        Voice => "voice",
        /// Fax.
        Fax => "fax",
    }
}

string_enum! {
    /// Whether emergency calls may be made from a number.
    pub enum EmergencyStatus {
        /// They may.
        Active => "Active",
        /// They may not.
        Inactive => "Inactive",
    }
}

string_enum! {
    /// How far the registration of an emergency address is.
    pub enum EmergencyAddressStatus {
        /// Registered.
        Registered => "registered",
        /// Not registered.
        Unregistered => "unregistered",
        /// Being registered.
        PendingRegistration => "pending-registration",
        /// It could not be registered.
        RegistrationFailure => "registration-failure",
        /// Being removed.
        PendingUnregistration => "pending-unregistration",
        /// It could not be removed.
        UnregistrationFailure => "unregistration-failure",
    }
}

resource! {
    /// What a number can do.
    pub struct Capabilities {
        /// Calls.
        voice: bool,
        /// Text messages.
        sms: bool,
        /// Messages with media.
        mms: bool,
        /// Fax.
        fax: bool,
    }
    debug: voice, sms, mms, fax;
}

impl JsonField for Capabilities {
    fn from_json(value: &serde_json::Value) -> Option<Self> {
        Self::from_object(value.as_object()?.clone()).ok()
    }
}

params! {
    /// Which numbers to list.
    pub struct ListIncomingPhoneNumbers new() {
        /// Only this number; or a part of one, with `*` for any digit.
        phone_number: Address = "PhoneNumber",
        /// Only those with this name.
        friendly_name: String = "FriendlyName",
        /// Whether new kinds of numbers are listed; all, if not set.
        beta: bool = "Beta",
        /// Only `twilio` or `hosted` ones.
        origin: String = "Origin",
        /// How many come in one request, up to 1000; 50 if not set.
        page_size: u32 = "PageSize",
    }
}

params! {
    /// A change of a number: above all the webhooks it is set to.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::client::{UpdateIncomingPhoneNumber, WebhookMethod};
    ///
    /// let base = "https://hooks.example.com/api/webhooks/twilio";
    /// let webhooks = UpdateIncomingPhoneNumber::new()
    ///     .sms_url(format!("{base}/sms/incoming"))
    ///     .sms_method(WebhookMethod::Post)
    ///     .voice_url(format!("{base}/voice/incoming"))
    ///     .voice_method(WebhookMethod::Post)
    ///     .status_callback(format!("{base}/voice/status"));
    /// # let _ = webhooks;
    /// ```
    pub struct UpdateIncomingPhoneNumber new() {
        /// The account that gets the number; between accounts of the same owner.
        account_sid: AccountSid = "AccountSid",
        /// The version of the API that webhooks are made for.
        api_version: String = "ApiVersion",
        /// The name of the number.
        friendly_name: String = "FriendlyName",
        /// The TwiML application that has the URLs for messages.
        sms_application_sid: ApplicationSid = "SmsApplicationSid",
        /// The method for [`sms_fallback_url`](Self::sms_fallback_url).
        sms_fallback_method: WebhookMethod = "SmsFallbackMethod",
        /// The URL for messages if the first one fails.
        sms_fallback_url: String = "SmsFallbackUrl",
        /// The method for [`sms_url`](Self::sms_url).
        sms_method: WebhookMethod = "SmsMethod",
        /// The URL for incoming messages.
        sms_url: String = "SmsUrl",
        /// The URL that is told of the end of incoming calls.
        status_callback: String = "StatusCallback",
        /// The method for [`status_callback`](Self::status_callback).
        status_callback_method: WebhookMethod = "StatusCallbackMethod",
        /// The TwiML application that has the URLs for calls.
        voice_application_sid: ApplicationSid = "VoiceApplicationSid",
        /// Whether the name of callers is looked up, for a price.
        voice_caller_id_lookup: bool = "VoiceCallerIdLookup",
        /// The method for [`voice_fallback_url`](Self::voice_fallback_url).
        voice_fallback_method: WebhookMethod = "VoiceFallbackMethod",
        /// The URL for calls if the first one fails.
        voice_fallback_url: String = "VoiceFallbackUrl",
        /// The method for [`voice_url`](Self::voice_url).
        voice_method: WebhookMethod = "VoiceMethod",
        /// The URL for incoming calls.
        voice_url: String = "VoiceUrl",
        /// Whether emergency calls may be made from it.
        emergency_status: EmergencyStatus = "EmergencyStatus",
        /// The address for emergency calls.
        emergency_address_sid: AddressSid = "EmergencyAddressSid",
        /// The SIP trunk that takes its calls; the URLs for calls are then without meaning.
        trunk_sid: TrunkSid = "TrunkSid",
        /// What it takes calls as.
        voice_receive_mode: VoiceReceiveMode = "VoiceReceiveMode",
        /// The identity that a country wants for it.
        identity_sid: IdentitySid = "IdentitySid",
        /// The address that a country wants for it.
        address_sid: AddressSid = "AddressSid",
        /// The bundle of documents that a country wants for it.
        bundle_sid: BundleSid = "BundleSid",
    }
}

resource! {
    /// A [number of an account](https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource).
    pub struct IncomingPhoneNumber {
        [
            /// The number's identifier.
            sid: PhoneNumberSid
        ]
        /// The account it belongs to.
        account_sid: AccountSid,
        /// The number in E.164.
        phone_number: Address,
        /// Its name.
        friendly_name: String,
        /// What it can do.
        capabilities: Capabilities,
        /// The URL for incoming messages.
        sms_url: String,
        /// The method for `sms_url`.
        sms_method: WebhookMethod,
        /// The URL for messages if the first one fails.
        sms_fallback_url: String,
        /// The method for `sms_fallback_url`.
        sms_fallback_method: WebhookMethod,
        /// The TwiML application that has the URLs for messages instead.
        sms_application_sid: ApplicationSid,
        /// The URL for incoming calls.
        voice_url: String,
        /// The method for `voice_url`.
        voice_method: WebhookMethod,
        /// The URL for calls if the first one fails.
        voice_fallback_url: String,
        /// The method for `voice_fallback_url`.
        voice_fallback_method: WebhookMethod,
        /// The TwiML application that has the URLs for calls instead.
        voice_application_sid: ApplicationSid,
        /// Whether the name of callers is looked up.
        voice_caller_id_lookup: bool,
        /// What it takes calls as.
        voice_receive_mode: VoiceReceiveMode,
        /// The URL that is told of the end of incoming calls.
        status_callback: String,
        /// The method for `status_callback`.
        status_callback_method: WebhookMethod,
        /// The SIP trunk that takes its calls instead.
        trunk_sid: TrunkSid,
        /// Whether it is of a kind that is new at Twilio.
        beta: bool,
        /// `twilio` or `hosted`.
        origin: String,
        /// Whether it can be used: `in-use`.
        status: String,
        /// Its kind: `local`, `mobile`, `toll-free`.
        number_type as "type": String,
        /// What address its country wants.
        address_requirements: AddressRequirements,
        /// That address.
        address_sid: AddressSid,
        /// The identity that its country wants.
        identity_sid: IdentitySid,
        /// The bundle of documents that its country wants.
        bundle_sid: BundleSid,
        /// Whether emergency calls may be made from it.
        emergency_status: EmergencyStatus,
        /// The address for emergency calls.
        emergency_address_sid: AddressSid,
        /// How far the registration of that address is.
        emergency_address_status: EmergencyAddressStatus,
        /// When it was bought.
        date_created: Timestamp,
        /// When it was changed last.
        date_updated: Timestamp,
    }
    debug: sid, account_sid, capabilities, status, number_type;
}

/// The numbers of an account: [`Client::incoming_phone_numbers`].
#[derive(Debug, Clone, Copy)]
pub struct IncomingPhoneNumbers<'a> {
    client: &'a Client,
}

impl<'a> IncomingPhoneNumbers<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Reads one number.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn fetch(&self, sid: &PhoneNumberSid) -> Result<IncomingPhoneNumber, ClientError> {
        let path = self.path(sid)?;
        self.client
            .request(ApiRequest::get(Product::Api, path))
            .await
    }

    /// Lists numbers.
    pub fn list(&self, which: ListIncomingPhoneNumbers) -> Pages<IncomingPhoneNumber> {
        let path = self
            .client
            .account_path(&["IncomingPhoneNumbers"])
            .map(|path| path + ".json");
        Pages::new(
            self.client.clone(),
            Product::Api,
            "incoming_phone_numbers",
            path,
            which.pairs,
        )
    }

    /// Sets the webhooks, and what else there is to change. What is not set stays as it is; an
    /// empty URL removes it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn update(
        &self,
        sid: &PhoneNumberSid,
        change: UpdateIncomingPhoneNumber,
    ) -> Result<IncomingPhoneNumber, ClientError> {
        let path = self.path(sid)?;
        self.client
            .request(ApiRequest::post(
                Product::Api,
                path,
                change.pairs,
                Repeat::Idempotent,
            ))
            .await
    }

    fn path(&self, sid: &PhoneNumberSid) -> Result<String, ClientError> {
        let segments = ["IncomingPhoneNumbers", sid.as_str()];
        Ok(self.client.account_path(&segments)? + ".json")
    }
}
