//! TwiML applications: sets of webhooks that numbers, clients and calls refer to.

use jiff::Timestamp;

use super::{
    Client, ClientError, Pages, WebhookMethod,
    hosts::Product,
    macros::{params, resource},
    request::ApiRequest,
    retry::Repeat,
};
use crate::{AccountSid, ApplicationSid};

macro_rules! application_params {
    ($(#[$meta:meta])* $Name:ident) => {
        params! {
            $(#[$meta])*
            pub struct $Name new() {
                /// The version of the API that webhooks are made for.
                api_version: String = "ApiVersion",
                /// The name of the application.
                friendly_name: String = "FriendlyName",
                /// The URL for incoming calls.
                voice_url: String = "VoiceUrl",
                /// The method for [`voice_url`](Self::voice_url).
                voice_method: WebhookMethod = "VoiceMethod",
                /// The URL for calls if the first one fails.
                voice_fallback_url: String = "VoiceFallbackUrl",
                /// The method for [`voice_fallback_url`](Self::voice_fallback_url).
                voice_fallback_method: WebhookMethod = "VoiceFallbackMethod",
                /// The URL that is told of the end of calls.
                status_callback: String = "StatusCallback",
                /// The method for [`status_callback`](Self::status_callback).
                status_callback_method: WebhookMethod = "StatusCallbackMethod",
                /// Whether the name of callers is looked up, for a price.
                voice_caller_id_lookup: bool = "VoiceCallerIdLookup",
                /// The URL for incoming messages.
                sms_url: String = "SmsUrl",
                /// The method for [`sms_url`](Self::sms_url).
                sms_method: WebhookMethod = "SmsMethod",
                /// The URL for messages if the first one fails.
                sms_fallback_url: String = "SmsFallbackUrl",
                /// The method for [`sms_fallback_url`](Self::sms_fallback_url).
                sms_fallback_method: WebhookMethod = "SmsFallbackMethod",
                /// The URL that is told of the status of sent messages; the older name.
                sms_status_callback: String = "SmsStatusCallback",
                /// The URL that is told of the status of sent messages.
                message_status_callback: String = "MessageStatusCallback",
                /// Whether other accounts may call it by `<Dial><Application>`.
                public_application_connect_enabled: bool = "PublicApplicationConnectEnabled",
            }
        }
    };
}

application_params! {
    /// A [TwiML application to make](https://www.twilio.com/docs/usage/api/applications#create-an-application-resource).
    CreateApplication
}

application_params! {
    /// A change of a TwiML application.
    UpdateApplication
}

params! {
    /// Which TwiML applications to list.
    pub struct ListApplications new() {
        /// Only those with this name.
        friendly_name: String = "FriendlyName",
        /// How many come in one request, up to 1000; 50 if not set.
        page_size: u32 = "PageSize",
    }
}

resource! {
    /// A [TwiML application](https://www.twilio.com/docs/usage/api/applications).
    pub struct Application {
        [
            /// The application.
            sid: ApplicationSid
        ]
        /// The account it belongs to.
        account_sid: AccountSid,
        /// The name of the application.
        friendly_name: String,
        /// The URL for incoming calls.
        voice_url: String,
        /// The method for `voice_url`.
        voice_method: WebhookMethod,
        /// The URL for calls if the first one fails.
        voice_fallback_url: String,
        /// The method for `voice_fallback_url`.
        voice_fallback_method: WebhookMethod,
        /// The URL that is told of the end of calls.
        status_callback: String,
        /// The method for `status_callback`.
        status_callback_method: WebhookMethod,
        /// Whether the name of callers is looked up, for a price.
        voice_caller_id_lookup: bool,
        /// The URL for incoming messages.
        sms_url: String,
        /// The method for `sms_url`.
        sms_method: WebhookMethod,
        /// The URL for messages if the first one fails.
        sms_fallback_url: String,
        /// The method for `sms_fallback_url`.
        sms_fallback_method: WebhookMethod,
        /// The URL that is told of the status of sent messages; the older name.
        sms_status_callback: String,
        /// The URL that is told of the status of sent messages.
        message_status_callback: String,
        /// Whether other accounts may call it by `<Dial><Application>`.
        public_application_connect_enabled: bool,
        /// When it was made.
        date_created: Timestamp,
        /// When it was changed last.
        date_updated: Timestamp,
    }
    debug: sid, account_sid;
}

/// The TwiML applications of an account: [`Client::applications`].
#[derive(Debug, Clone, Copy)]
pub struct Applications<'a> {
    client: &'a Client,
}

impl<'a> Applications<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Makes a TwiML application.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn create(&self, application: CreateApplication) -> Result<Application, ClientError> {
        let path = self.client.account_path(&["Applications"])? + ".json";
        self.client
            .request(ApiRequest::post(
                Product::Api,
                path,
                application.pairs,
                Repeat::Once,
            ))
            .await
    }

    /// Reads one TwiML application.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn fetch(&self, sid: &ApplicationSid) -> Result<Application, ClientError> {
        let path = self.path(sid)?;
        self.client
            .request(ApiRequest::get(Product::Api, path))
            .await
    }

    /// Lists TwiML applications.
    pub fn list(&self, which: ListApplications) -> Pages<Application> {
        let path = self
            .client
            .account_path(&["Applications"])
            .map(|path| path + ".json");
        Pages::new(
            self.client.clone(),
            Product::Api,
            "applications",
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
        sid: &ApplicationSid,
        change: UpdateApplication,
    ) -> Result<Application, ClientError> {
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

    /// Deletes a TwiML application. Numbers that refer to it are then without webhooks.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn delete(&self, sid: &ApplicationSid) -> Result<(), ClientError> {
        let path = self.path(sid)?;
        self.client.delete(Product::Api, path).await
    }

    fn path(&self, sid: &ApplicationSid) -> Result<String, ClientError> {
        Ok(self.client.account_path(&["Applications", sid.as_str()])? + ".json")
    }
}
