//! Messaging services: pools of senders with webhooks of their own.

use jiff::Timestamp;

use super::{
    Client, ClientError, Pages, WebhookMethod,
    hosts::Product,
    macros::{params, resource},
    request::ApiRequest,
    retry::Repeat,
};
use crate::{AccountSid, Address, MessagingServiceSid, PhoneNumberSid, string_enum::string_enum};

string_enum! {
    /// Reserved by Twilio.
    pub enum ScanMessageContent {
        /// As the account has it.
        Inherit => "inherit",
        /// On.
        Enable => "enable",
        /// Off.
        Disable => "disable",
    }
}

macro_rules! service_params {
    ($(#[$meta:meta])* $Name:ident new($($required:ident: $Required:ty)?)) => {
        params! {
            $(#[$meta])*
            pub struct $Name new($($required: $Required)?) {
                /// The name of the service.
                friendly_name: String = "FriendlyName",
                /// The URL for incoming messages.
                inbound_request_url: String = "InboundRequestUrl",
                /// The method for [`inbound_request_url`](Self::inbound_request_url).
                inbound_method: WebhookMethod = "InboundMethod",
                /// The URL for messages if the first one fails.
                fallback_url: String = "FallbackUrl",
                /// The method for [`fallback_url`](Self::fallback_url).
                fallback_method: WebhookMethod = "FallbackMethod",
                /// The URL that is told of the status of sent messages.
                status_callback: String = "StatusCallback",
                /// Whether a recipient always sees the same sender.
                sticky_sender: bool = "StickySender",
                /// Whether pictures become links where there is no MMS.
                mms_converter: bool = "MmsConverter",
                /// Whether characters that cost segments are replaced by similar ones.
                smart_encoding: bool = "SmartEncoding",
                /// Reserved by Twilio.
                scan_message_content: ScanMessageContent = "ScanMessageContent",
                /// Whether a long number is taken where a short code fails.
                fallback_to_long_code: bool = "FallbackToLongCode",
                /// Whether senders are chosen by the recipient's area code.
                area_code_geomatch: bool = "AreaCodeGeomatch",
                /// For how many seconds a message may wait to be sent: 1 to 36000.
                validity_period: u32 = "ValidityPeriod",
                /// Reserved by Twilio.
                synchronous_validation: bool = "SynchronousValidation",
                /// What the service is for: `notifications`, `marketing`, `verification`,
                /// `discussion`, `poll`, `undeclared`.
                usecase: String = "Usecase",
                /// Whether messages go to the URL of the number instead of the service's.
                use_inbound_webhook_on_number: bool = "UseInboundWebhookOnNumber",
            }
        }
    };
}

service_params! {
    /// A [messaging service to make](https://www.twilio.com/docs/messaging/api/service-resource#create-a-service-resource).
    CreateMessagingService new(friendly_name: String)
}

service_params! {
    /// A change of a messaging service: above all its webhooks.
    UpdateMessagingService new()
}

params! {
    /// How messaging services are listed.
    pub struct ListMessagingServices new() {
        /// How many come in one request, up to 1000; 50 if not set.
        page_size: u32 = "PageSize",
    }
}

params! {
    /// How the numbers of a messaging service are listed.
    pub struct ListServicePhoneNumbers new() {
        /// How many come in one request, up to 1000; 50 if not set.
        page_size: u32 = "PageSize",
    }
}

params! {
    /// The number that a messaging service gets.
    pub(crate) struct AddServicePhoneNumber new(phone_number_sid: PhoneNumberSid) {
        /// The number.
        phone_number_sid: PhoneNumberSid = "PhoneNumberSid",
    }
}

resource! {
    /// A [messaging service](https://www.twilio.com/docs/messaging/api/service-resource).
    pub struct MessagingService {
        [
            /// The service.
            sid: MessagingServiceSid
        ]
        /// The account it belongs to.
        account_sid: AccountSid,
        /// Its name.
        friendly_name: String,
        /// The URL for incoming messages.
        inbound_request_url: String,
        /// The method for `inbound_request_url`.
        inbound_method: WebhookMethod,
        /// The URL for messages if the first one fails.
        fallback_url: String,
        /// The method for `fallback_url`.
        fallback_method: WebhookMethod,
        /// The URL that is told of the status of sent messages.
        status_callback: String,
        /// Whether messages go to the URL of the number instead of `inbound_request_url`.
        use_inbound_webhook_on_number: bool,
        /// Whether a recipient always sees the same sender.
        sticky_sender: bool,
        /// Whether pictures become links where there is no MMS.
        mms_converter: bool,
        /// Whether characters that cost segments are replaced by similar ones.
        smart_encoding: bool,
        /// Reserved by Twilio.
        scan_message_content: ScanMessageContent,
        /// Whether a long number is taken where a short code fails.
        fallback_to_long_code: bool,
        /// Whether senders are chosen by the recipient's area code.
        area_code_geomatch: bool,
        /// Reserved by Twilio.
        synchronous_validation: bool,
        /// For how many seconds a message may wait to be sent.
        validity_period: u32,
        /// What the service is for.
        usecase: String,
        /// Whether it is registered for A2P 10DLC in the United States.
        us_app_to_person_registered: bool,
        /// When it was made.
        date_created: Timestamp,
        /// When it was changed last.
        date_updated: Timestamp,
    }
    debug: sid, account_sid, use_inbound_webhook_on_number;
}

resource! {
    /// A [number in a messaging service](https://www.twilio.com/docs/messaging/api/phonenumber-resource).
    pub struct ServicePhoneNumber {
        [
            /// The number's identifier.
            sid: PhoneNumberSid
        ]
        /// The account it belongs to.
        account_sid: AccountSid,
        /// The service it is in.
        service_sid: MessagingServiceSid,
        /// The number in E.164.
        phone_number: Address,
        /// The country it belongs to, in two letters.
        country_code: String,
        /// What it can do: `SMS`, `MMS`, `Voice`.
        capabilities: Vec<String>,
        /// When it was put there.
        date_created: Timestamp,
        /// When it was changed last.
        date_updated: Timestamp,
    }
    debug: sid, account_sid, service_sid, country_code, capabilities;
}

/// The messaging services of an account: [`Client::messaging_services`].
///
/// These belong to the account of the credentials, whatever [`Client::for_account`] says.
#[derive(Debug, Clone, Copy)]
pub struct MessagingServices<'a> {
    client: &'a Client,
}

impl<'a> MessagingServices<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Makes a messaging service.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn create(
        &self,
        service: CreateMessagingService,
    ) -> Result<MessagingService, ClientError> {
        let path = Client::service_path(&[])?;
        self.client
            .request(ApiRequest::post(
                Product::Messaging,
                path,
                service.pairs,
                Repeat::Once,
            ))
            .await
    }

    /// Reads one messaging service.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn fetch(&self, sid: &MessagingServiceSid) -> Result<MessagingService, ClientError> {
        let path = Client::service_path(&[sid.as_str()])?;
        self.client
            .request(ApiRequest::get(Product::Messaging, path))
            .await
    }

    /// Lists messaging services.
    pub fn list(&self, how: ListMessagingServices) -> Pages<MessagingService> {
        let path = Client::service_path(&[]);
        Pages::new(
            self.client.clone(),
            Product::Messaging,
            "services",
            path,
            how.pairs,
        )
    }

    /// Sets the webhooks, and what else there is to change. What is not set stays as it is; an
    /// empty URL removes it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn update(
        &self,
        sid: &MessagingServiceSid,
        change: UpdateMessagingService,
    ) -> Result<MessagingService, ClientError> {
        let path = Client::service_path(&[sid.as_str()])?;
        let request = ApiRequest::post(Product::Messaging, path, change.pairs, Repeat::Idempotent);
        self.client.request(request).await
    }

    /// Deletes a messaging service; its numbers stay with the account.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn delete(&self, sid: &MessagingServiceSid) -> Result<(), ClientError> {
        let path = Client::service_path(&[sid.as_str()])?;
        self.client.delete(Product::Messaging, path).await
    }

    /// Lists the numbers of a messaging service.
    pub fn phone_numbers(
        &self,
        sid: &MessagingServiceSid,
        how: ListServicePhoneNumbers,
    ) -> Pages<ServicePhoneNumber> {
        let path = Client::service_path(&[sid.as_str(), "PhoneNumbers"]);
        Pages::new(
            self.client.clone(),
            Product::Messaging,
            "phone_numbers",
            path,
            how.pairs,
        )
    }

    /// Puts a number of the account into a messaging service.
    ///
    /// # Errors
    /// See [`ClientError`]; 21710 if it is there already.
    pub async fn add_phone_number(
        &self,
        sid: &MessagingServiceSid,
        number: &PhoneNumberSid,
    ) -> Result<ServicePhoneNumber, ClientError> {
        let path = Client::service_path(&[sid.as_str(), "PhoneNumbers"])?;
        let number = AddServicePhoneNumber::new(number.clone());
        self.client
            .request(ApiRequest::post(
                Product::Messaging,
                path,
                number.pairs,
                Repeat::Once,
            ))
            .await
    }
}
