//! Sets our webhooks at Twilio, and puts back what was there.

use serde_json::{Value, json};
use twilio_hooks::{
    ApplicationSid, MessagingServiceSid, PhoneNumberSid, TrunkSid,
    client::{
        Client, ClientError, UpdateIncomingPhoneNumber, UpdateMessagingService, WebhookMethod,
    },
    store::Line,
};

use super::{Reason, Setup, Webhook, WebhookState, state::without_secrets};
use crate::{
    accounts::{AccountError, Accounts, ManageError, Refused, taken::Taken},
    api::Caller,
    people::audit,
};

const ANOTHERS: &str = "somebody else's webhooks are set there and would get nothing any more: look at \
                        them, and repeat this with `take_over`";

/// A webhook that was somebody else's before it was ours.
#[derive(Debug, Clone)]
pub struct PutBack {
    taken: Taken,
    /// Whether it is ours now; if somebody has changed it since, it stays as it is.
    pub is_still_ours: bool,
}

impl PutBack {
    /// Which one, as [`Webhook::as_str`] writes it.
    #[must_use]
    pub fn webhook(&self) -> &str {
        &self.taken.webhook
    }

    /// The SID of the number or messaging service.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.taken.resource
    }

    /// The URL that was there, to be shown: without secrets.
    #[must_use]
    pub fn shown(&self) -> Option<String> {
        let mut previous = self.taken.previous.iter();
        let (_, url) =
            previous.find(|(name, _)| name.ends_with("Url") || *name == "StatusCallback")?;
        let url = url.as_str().filter(|url| !url.is_empty());
        url.map(without_secrets)
    }
}

impl Accounts {
    /// How the webhooks of a line are set. That Twilio can't be asked is a state as well.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn webhooks(&self, line: &Line) -> Result<Vec<WebhookState>, ManageError> {
        let client = self.client_of(line).await?;
        Ok(match Setup::read(&client, &line.address).await {
            Ok(setup) => setup.states(|webhook| self.expected(webhook)),
            Err(error) => self.unknown(Reason::of_failure(&error)),
        })
    }

    /// All webhooks of a line of which nothing is known, for this reason.
    fn unknown(&self, reason: Reason) -> Vec<WebhookState> {
        Webhook::ALL
            .into_iter()
            .filter_map(|webhook| {
                Some(WebhookState {
                    webhook,
                    expected: self.expected(webhook)?,
                    actual: None,
                    actual_method: None,
                    reason,
                })
            })
            .collect()
    }

    /// Sets our webhooks for a line, and gives how they are then. What was there is remembered; if it
    /// is somebody else's, only `take_over` replaces it.
    ///
    /// # Errors
    /// If it is somebody else's, Twilio does not do it, or the database fails. Nothing that was done
    /// before is undone.
    pub async fn fix_webhooks(
        &self,
        caller: &Caller,
        line: &Line,
        take_over: bool,
    ) -> Result<Vec<WebhookState>, ManageError> {
        let client = self.client_of(line).await?;
        let setup = read(&client, line).await?;
        let states = setup.states(|webhook| self.expected(webhook));
        if states
            .iter()
            .any(|state| state.reason == Reason::NotInAccount)
        {
            return Err(ManageError::Conflict(
                "the account does not have the number any more",
            ));
        }
        if !take_over && states.iter().any(|state| state.reason.is_anothers()) {
            return Err(ManageError::Conflict(ANOTHERS));
        }
        for change in setup.changes(|webhook| self.expected(webhook)) {
            let current = setup.current(&change.resource);
            let previous = change.params.iter().map(|(name, _)| {
                let value = current(name).unwrap_or_default();
                ((*name).to_owned(), value.into())
            });
            let taken = Taken {
                resource: change.resource.clone(),
                webhook: change.webhook.as_str().to_owned(),
                previous: previous.collect(),
            };
            // First of all: what is not remembered can't be put back.
            self.remember(caller, &line.account_sid, taken).await?;
            let params = change.params.iter();
            let params = params.map(|(name, value)| (*name, value.as_str()));
            let set = update(&client, &change.resource, params).await;
            set.map_err(Refused::Twilio)?;
        }
        self.log(
            caller,
            line,
            "line.webhooks_set",
            json!({"take_over": take_over}),
        )
        .await?;
        self.webhooks(line).await
    }

    /// Puts back what was set at Twilio before our webhooks were, and gives how they are then. What
    /// somebody has changed since stays, and so does a messaging service that serves other lines.
    ///
    /// # Errors
    /// If Twilio does not do it, or the database fails.
    pub async fn release_webhooks(
        &self,
        caller: &Caller,
        line: &Line,
    ) -> Result<Vec<WebhookState>, ManageError> {
        let client = self.client_of(line).await?;
        for step in self.to_release(line).await? {
            let taken = &step.taken;
            if step.is_still_ours {
                let params = taken.previous.iter();
                let params =
                    params.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
                let set = update(&client, &taken.resource, params).await;
                set.map_err(Refused::Twilio)?;
            }
            self.forget_taken(line.company_id, taken).await?;
        }
        self.log(caller, line, "line.webhooks_released", json!({}))
            .await?;
        self.webhooks(line).await
    }

    /// What [`release_webhooks`](Self::release_webhooks) would put back.
    ///
    /// # Errors
    /// If Twilio can't be asked, or the database fails.
    pub async fn to_release(&self, line: &Line) -> Result<Vec<PutBack>, ManageError> {
        let client = self.client_of(line).await?;
        let setup = read(&client, line).await?;
        let number = setup.number.as_ref().map(|it| it.sid.to_string());
        let service = setup.service.as_ref().map(|it| it.sid.to_string());
        let service = match service {
            Some(_) if self.serves_others(line, &setup).await? => None,
            service => service,
        };
        let mut steps = Vec::new();
        for resource in number.into_iter().chain(service) {
            let current = setup.current(&resource);
            for taken in self.recall(line.company_id, &resource).await? {
                steps.push(PutBack {
                    is_still_ours: self.is_still_ours(&taken, &current),
                    taken,
                });
            }
        }
        Ok(steps)
    }

    /// Whether nobody has set another URL since we have set ours.
    fn is_still_ours(&self, taken: &Taken, current: &impl Fn(&str) -> Option<String>) -> bool {
        let is_service = MessagingServiceSid::from(&*taken.resource).is_well_formed();
        let url = |webhook| match webhook {
            Webhook::MessageFallback if is_service => "FallbackUrl",
            _ if is_service => "InboundRequestUrl",
            Webhook::Message => "SmsUrl",
            Webhook::Call => "VoiceUrl",
            Webhook::CallStatus => "StatusCallback",
            Webhook::MessageFallback => "SmsFallbackUrl",
            Webhook::CallFallback => "VoiceFallbackUrl",
        };
        let webhook = Webhook::ALL
            .into_iter()
            .find(|webhook| webhook.as_str() == taken.webhook);
        webhook.is_some_and(|webhook| {
            let now = current(url(webhook)).unwrap_or_default();
            let now = now.split('#').next().unwrap_or_default();
            match self.expected(webhook) {
                Some(expected) => now == expected,
                // A fallback that is configured no more: its path is still ours.
                None => now.ends_with(&format!("/api/webhooks/twilio/{}", webhook.path())),
            }
        })
    }

    /// Whether another line gets its messages by the service of this one.
    async fn serves_others(&self, line: &Line, setup: &Setup) -> Result<bool, ManageError> {
        let service = setup.service.as_ref().map(|it| it.sid.as_str());
        let lines = self.addresses_in_use(&line.account_sid).await?;
        Ok(lines.iter().any(|address| {
            *address != line.address
                && (setup.service_numbers.contains(address) || Some(&**address) == service)
        }))
    }

    async fn client_of(&self, line: &Line) -> Result<Client, ManageError> {
        self.client(&line.account_sid)
            .await
            .map_err(|error| match error {
                AccountError::Unknown => {
                    ManageError::Conflict("the Twilio account of the line is not set up here")
                }
                AccountError::Store(error) => error.into(),
            })
    }

    /// What a webhook should be; nothing, if it is a fallback and none is configured.
    pub(in crate::accounts) fn expected(&self, webhook: Webhook) -> Option<String> {
        let server = match webhook.is_fallback() {
            true => self.inner.fallback_url.as_ref()?,
            false => &self.inner.public_url,
        };
        Some(format!("{server}/api/webhooks/twilio/{}", webhook.path()))
    }

    async fn log(
        &self,
        caller: &Caller,
        line: &Line,
        action: &str,
        details: Value,
    ) -> Result<(), ManageError> {
        let mut tx = self.inner.database.db.begin().await?;
        let object = Some(("line", line.id.into()));
        audit(&mut tx, caller, action, object, details).await?;
        Ok(tx.commit().await?)
    }
}

/// What Twilio says of a line; nothing, if it is not there any more.
async fn read(client: &Client, line: &Line) -> Result<Setup, Refused> {
    match Setup::read(client, &line.address).await {
        Err(error) if error.is_not_found() => Ok(Setup::default()),
        read => read.map_err(Refused::Twilio),
    }
}

/// Changes a number or a messaging service.
async fn update<'a>(
    client: &Client,
    resource: &str,
    params: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), ClientError> {
    let params = params.filter(|(name, value)| !(name.ends_with("Method") && value.is_empty()));
    let service = MessagingServiceSid::from(resource);
    if service.is_well_formed() {
        let change = params.fold(UpdateMessagingService::new(), service_param);
        let services = client.messaging_services();
        return services.update(&service, change).await.map(drop);
    }
    let change = params.fold(UpdateIncomingPhoneNumber::new(), number_param);
    let number = PhoneNumberSid::from(resource);
    let numbers = client.incoming_phone_numbers();
    numbers.update(&number, change).await.map(drop)
}

fn service_param(
    change: UpdateMessagingService,
    (name, value): (&str, &str),
) -> UpdateMessagingService {
    match name {
        "InboundRequestUrl" => change.inbound_request_url(value),
        "InboundMethod" => change.inbound_method(WebhookMethod::from(value)),
        "UseInboundWebhookOnNumber" => change.use_inbound_webhook_on_number(value == "true"),
        "FallbackUrl" => change.fallback_url(value),
        "FallbackMethod" => change.fallback_method(WebhookMethod::from(value)),
        _ => change,
    }
}

fn number_param(
    change: UpdateIncomingPhoneNumber,
    (name, value): (&str, &str),
) -> UpdateIncomingPhoneNumber {
    let method = || WebhookMethod::from(value);
    match name {
        "SmsUrl" => change.sms_url(value),
        "SmsMethod" => change.sms_method(method()),
        "SmsApplicationSid" => change.sms_application_sid(ApplicationSid::from(value)),
        "VoiceUrl" => change.voice_url(value),
        "VoiceMethod" => change.voice_method(method()),
        "VoiceApplicationSid" => change.voice_application_sid(ApplicationSid::from(value)),
        "TrunkSid" => change.trunk_sid(TrunkSid::from(value)),
        "StatusCallback" => change.status_callback(value),
        "StatusCallbackMethod" => change.status_callback_method(method()),
        "SmsFallbackUrl" => change.sms_fallback_url(value),
        "SmsFallbackMethod" => change.sms_fallback_method(method()),
        "VoiceFallbackUrl" => change.voice_fallback_url(value),
        "VoiceFallbackMethod" => change.voice_fallback_method(method()),
        _ => change,
    }
}
