//! [`Setup`]: what Twilio says of a line, and what it means.

use serde_json::{Map, Value};
use twilio_hooks::{
    ApplicationSid, MessagingServiceSid,
    client::{
        Application, Client, ClientError, IncomingPhoneNumber, ListIncomingPhoneNumbers,
        MessagingService, WebhookMethod,
    },
};

use super::{Reason, Services, Webhook, WebhookState};

/// What Twilio says of a line.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Setup {
    /// The number, if the line is one and the account has it.
    pub number: Option<IncomingPhoneNumber>,
    /// The messaging service: the line itself, or the one that the number is in.
    pub service: Option<MessagingService>,
    /// The numbers in that service.
    pub service_numbers: Vec<String>,
    /// The applications that the number refers to.
    pub applications: Vec<Application>,
}

/// A change at Twilio that sets one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) webhook: Webhook,
    /// The SID of the number or messaging service.
    pub(super) resource: String,
    /// Twilio's parameters with their values; those first that say where it goes.
    pub(super) params: Vec<(&'static str, String)>,
}

type Actual<'a> = (Option<&'a str>, Option<&'a WebhookMethod>);

impl Setup {
    /// Asks Twilio about a line.
    ///
    /// # Errors
    /// If Twilio can't be asked.
    pub async fn read(client: &Client, address: &str) -> Result<Self, ClientError> {
        let sid = MessagingServiceSid::from(address);
        let services = match sid.is_well_formed() {
            true => Services::one(client, &sid).await?,
            false => Services::all(client).await?,
        };
        Self::read_with(client, address, &services).await
    }

    /// Asks Twilio about a line of an account whose messaging services are known already.
    ///
    /// # Errors
    /// If Twilio can't be asked.
    pub async fn read_with(
        client: &Client,
        address: &str,
        services: &Services,
    ) -> Result<Self, ClientError> {
        if MessagingServiceSid::from(address).is_well_formed() {
            return Ok(services.setup_of(address));
        }
        let which = ListIncomingPhoneNumbers::new().phone_number(address);
        let numbers = client.incoming_phone_numbers().list(which).all().await?;
        let number = numbers.into_iter().find(|number| {
            let number = number.phone_number.as_ref();
            number.is_some_and(|number| number.as_str() == address)
        });
        match number {
            Some(number) => Self::of_number(client, number, services).await,
            None => Ok(Self::default()),
        }
    }

    /// The same for a number that Twilio has described already.
    ///
    /// # Errors
    /// If Twilio can't be asked.
    pub async fn of_number(
        client: &Client,
        number: IncomingPhoneNumber,
        services: &Services,
    ) -> Result<Self, ClientError> {
        let address = number.phone_number.as_ref();
        let mut setup = services.setup_of(address.map_or("", |address| address.as_str()));
        for sid in [&number.sms_application_sid, &number.voice_application_sid] {
            if let Some(sid) = sid.as_ref().filter(|sid| !sid.as_str().is_empty())
                && setup.application(sid).is_none()
            {
                match client.applications().fetch(sid).await {
                    Ok(application) => setup.applications.push(application),
                    Err(error) if error.is_not_found() => {}
                    Err(error) => return Err(error),
                }
            }
        }
        setup.number = Some(number);
        Ok(setup)
    }

    fn application(&self, sid: &ApplicationSid) -> Option<&Application> {
        self.applications.iter().find(|it| it.sid == *sid)
    }

    /// How each webhook is set that the line can have. `url` says what it should be, or that it does
    /// not matter.
    #[must_use]
    pub fn states(&self, url: impl Fn(Webhook) -> Option<String>) -> Vec<WebhookState> {
        Webhook::ALL
            .into_iter()
            .filter(|webhook| self.can_have(*webhook))
            .filter_map(|webhook| Some(self.state(webhook, url(webhook)?)))
            .collect()
    }

    fn can_have(&self, webhook: Webhook) -> bool {
        let Some(number) = &self.number else {
            return self.service.is_none() || webhook.is_of_messages();
        };
        let capabilities = number.capabilities.as_ref();
        let can = match webhook.is_of_messages() {
            true => capabilities.and_then(|it| it.sms),
            false => capabilities.and_then(|it| it.voice),
        };
        can.unwrap_or(true)
    }

    fn state(&self, webhook: Webhook, expected: String) -> WebhookState {
        let ((actual, method), overridden) = self.actual(webhook);
        let reason = match (self.is_missing(), judge(&expected, actual, method)) {
            (true, _) => Reason::NotInAccount,
            (_, Reason::Ok) => Reason::Ok,
            (_, reason) => overridden.unwrap_or(reason),
        };
        let method = method.filter(|_| actual.is_some());
        WebhookState {
            webhook,
            actual: actual.map(str::to_owned),
            actual_method: method.map(|method| method.as_str().to_owned()),
            expected,
            reason,
        }
    }

    fn is_missing(&self) -> bool {
        self.number.is_none() && self.service.is_none()
    }

    /// The service, if messages for the number go where it says.
    fn deciding_service(&self) -> Option<&MessagingService> {
        let by_number = |it: &&MessagingService| it.use_inbound_webhook_on_number == Some(true);
        self.service.as_ref().filter(|service| !by_number(service))
    }

    /// What counts for a webhook, and what overrides the number's own setting, if something does.
    fn actual(&self, webhook: Webhook) -> (Actual<'_>, Option<Reason>) {
        let Some(number) = &self.number else {
            return match (&self.service, self.deciding_service()) {
                (_, Some(service)) => (of_service(service, webhook), None),
                (Some(_), None) => ((None, None), Some(Reason::OverriddenByNumber)),
                (None, None) => ((None, None), None),
            };
        };
        let trunk = number.trunk_sid.as_ref();
        if !webhook.is_of_messages() && trunk.is_some_and(|sid| !sid.as_str().is_empty()) {
            return ((None, None), Some(Reason::OverriddenByTrunk));
        }
        if let Some(service) = self.deciding_service().filter(|_| webhook.is_of_messages()) {
            let reason = Reason::OverriddenByMessagingService;
            return (of_service(service, webhook), Some(reason));
        }
        let application = match webhook.is_of_messages() {
            true => &number.sms_application_sid,
            false => &number.voice_application_sid,
        };
        if let Some(sid) = application.as_ref().filter(|sid| !sid.as_str().is_empty()) {
            let actual = self
                .application(sid)
                .map_or((None, None), |it| match webhook {
                    Webhook::Message => pair(&it.sms_url, &it.sms_method),
                    Webhook::Call => pair(&it.voice_url, &it.voice_method),
                    Webhook::CallStatus => pair(&it.status_callback, &it.status_callback_method),
                    Webhook::MessageFallback => pair(&it.sms_fallback_url, &it.sms_fallback_method),
                    Webhook::CallFallback => {
                        pair(&it.voice_fallback_url, &it.voice_fallback_method)
                    }
                });
            return (actual, Some(Reason::OverriddenByApplication));
        }
        let actual = match webhook {
            Webhook::Message => pair(&number.sms_url, &number.sms_method),
            Webhook::Call => pair(&number.voice_url, &number.voice_method),
            Webhook::CallStatus => pair(&number.status_callback, &number.status_callback_method),
            Webhook::MessageFallback => pair(&number.sms_fallback_url, &number.sms_fallback_method),
            Webhook::CallFallback => {
                pair(&number.voice_fallback_url, &number.voice_fallback_method)
            }
        };
        (actual, None)
    }

    /// What has to be changed so that every webhook is ours.
    pub(super) fn changes(&self, url: impl Fn(Webhook) -> Option<String>) -> Vec<Change> {
        let wrong = self.states(url).into_iter();
        wrong
            .filter(|state| state.reason != Reason::Ok)
            .filter_map(|state| self.change(&state))
            .collect()
    }

    fn change(&self, state: &WebhookState) -> Option<Change> {
        let url = state.expected.clone();
        let post = || "POST".to_owned();
        let webhook = state.webhook;
        let by_service = webhook.is_of_messages() && self.deciding_service().is_some();
        let (resource, params) = match &self.number {
            Some(number) if !by_service => {
                (number.sid.to_string(), of_number(webhook, url, post()))
            }
            _ => {
                let params = match webhook.is_fallback() {
                    true => vec![("FallbackUrl", url), ("FallbackMethod", post())],
                    false => vec![
                        ("InboundRequestUrl", url),
                        ("InboundMethod", post()),
                        ("UseInboundWebhookOnNumber", "false".to_owned()),
                    ],
                };
                (self.service.as_ref()?.sid.to_string(), params)
            }
        };
        let current = self.current(&resource);
        let differs = |(name, value): &(&str, String)| current(name).as_deref() != Some(value);
        Some(Change {
            webhook: state.webhook,
            params: params.into_iter().filter(differs).collect(),
            resource,
        })
    }

    /// Reads what a parameter of the number or service is now; empty if it is not set.
    pub(super) fn current(&self, resource: &str) -> impl Fn(&str) -> Option<String> + use<> {
        let number = self
            .number
            .as_ref()
            .filter(|it| it.sid.as_str() == resource);
        let service = self
            .service
            .as_ref()
            .filter(|it| it.sid.as_str() == resource);
        let values = match (number, service) {
            (Some(number), _) => number_params(number),
            (None, Some(service)) => service_params(service),
            (None, None) => Map::new(),
        };
        move |name| values.get(name)?.as_str().map(str::to_owned)
    }
}

/// The parameters that set a webhook of a number.
fn of_number(webhook: Webhook, url: String, post: String) -> Vec<(&'static str, String)> {
    let mut params = match webhook {
        Webhook::Message => vec![("SmsUrl", url), ("SmsMethod", post)],
        Webhook::Call => vec![("VoiceUrl", url), ("VoiceMethod", post)],
        Webhook::CallStatus => vec![("StatusCallback", url), ("StatusCallbackMethod", post)],
        Webhook::MessageFallback => vec![("SmsFallbackUrl", url), ("SmsFallbackMethod", post)],
        Webhook::CallFallback => vec![("VoiceFallbackUrl", url), ("VoiceFallbackMethod", post)],
    };
    match webhook {
        Webhook::Message => params.push(("SmsApplicationSid", String::new())),
        Webhook::Call => {
            params.push(("VoiceApplicationSid", String::new()));
            params.push(("TrunkSid", String::new()));
        }
        Webhook::CallStatus | Webhook::MessageFallback | Webhook::CallFallback => {}
    }
    params
}

/// Whether what is set is ours. Retries and the like behind a `#` are no part of what is signed.
fn judge(expected: &str, actual: Option<&str>, method: Option<&WebhookMethod>) -> Reason {
    let url = actual.map(|url| url.split('#').next().unwrap_or_default());
    match url {
        None => Reason::NotSet,
        Some(url) if url != expected => Reason::UrlMismatch,
        Some(_) if method.is_some_and(|method| *method != WebhookMethod::Post) => {
            Reason::WrongHttpMethod
        }
        Some(_) => Reason::Ok,
    }
}

fn of_service(service: &MessagingService, webhook: Webhook) -> Actual<'_> {
    match webhook.is_fallback() {
        true => pair(&service.fallback_url, &service.fallback_method),
        false => pair(&service.inbound_request_url, &service.inbound_method),
    }
}

fn pair<'a>(url: &'a Option<String>, method: &'a Option<WebhookMethod>) -> Actual<'a> {
    let url = url.as_deref().filter(|url| !url.trim().is_empty());
    (url, method.as_ref())
}

fn number_params(it: &IncomingPhoneNumber) -> Map<String, Value> {
    let method = |method: &Option<WebhookMethod>| method.as_ref().map(|it| it.as_str().to_owned());
    let application = |sid: &Option<ApplicationSid>| sid.as_ref().map(ToString::to_string);
    values([
        ("SmsUrl", it.sms_url.clone()),
        ("SmsMethod", method(&it.sms_method)),
        ("SmsApplicationSid", application(&it.sms_application_sid)),
        ("VoiceUrl", it.voice_url.clone()),
        ("VoiceMethod", method(&it.voice_method)),
        (
            "VoiceApplicationSid",
            application(&it.voice_application_sid),
        ),
        ("TrunkSid", it.trunk_sid.as_ref().map(ToString::to_string)),
        ("StatusCallback", it.status_callback.clone()),
        ("StatusCallbackMethod", method(&it.status_callback_method)),
        ("SmsFallbackUrl", it.sms_fallback_url.clone()),
        ("SmsFallbackMethod", method(&it.sms_fallback_method)),
        ("VoiceFallbackUrl", it.voice_fallback_url.clone()),
        ("VoiceFallbackMethod", method(&it.voice_fallback_method)),
    ])
}

fn service_params(it: &MessagingService) -> Map<String, Value> {
    let method = |method: &Option<WebhookMethod>| method.as_ref().map(|it| it.as_str().to_owned());
    let by_number = it.use_inbound_webhook_on_number.unwrap_or(false);
    values([
        ("InboundRequestUrl", it.inbound_request_url.clone()),
        ("InboundMethod", method(&it.inbound_method)),
        ("UseInboundWebhookOnNumber", Some(by_number.to_string())),
        ("FallbackUrl", it.fallback_url.clone()),
        ("FallbackMethod", method(&it.fallback_method)),
    ])
}

fn values<const N: usize>(values: [(&str, Option<String>); N]) -> Map<String, Value> {
    let values = values.into_iter();
    values
        .map(|(name, value)| (name.to_owned(), value.unwrap_or_default().into()))
        .collect()
}
