use twilio_hooks::client::{
    AccountStatus, AccountType, CreateApplication, CreateMessagingService, ListApplications,
    ListIncomingPhoneNumbers, UpdateApplication, UpdateIncomingPhoneNumber, UpdateMessagingService,
    WebhookMethod,
};

use crate::{US, fake};

const BASE: &str = "https://hooks.example.com/api/webhooks/twilio";

#[tokio::test]
async fn the_account_is_read_without_its_token() {
    let fake = fake().await;
    let account = fake.client().account().await.unwrap();
    assert_eq!(account.sid, fake.account_sid());
    assert_eq!(account.status, Some(AccountStatus::Active));
    assert_eq!(account.account_type, Some(AccountType::Full));
    assert!(!account.extra.contains_key("auth_token"));
}

#[tokio::test]
async fn webhooks_of_a_number_are_set_and_the_rest_stays() {
    let fake = fake().await;
    fake.add_number("+12025550101");
    let twilio = fake.client();
    let list = ListIncomingPhoneNumbers::new().phone_number(US);
    let found = twilio
        .incoming_phone_numbers()
        .list(list)
        .all()
        .await
        .unwrap();
    let [number] = &found[..] else {
        panic!("{} numbers", found.len());
    };
    assert_eq!(number.capabilities.as_ref().unwrap().sms, Some(true));
    assert_eq!(number.sms_url.as_deref(), Some(""));

    let webhooks = UpdateIncomingPhoneNumber::new()
        .sms_url(format!("{BASE}/sms/incoming"))
        .voice_url(format!("{BASE}/voice/incoming"))
        .voice_method(WebhookMethod::Get)
        .voice_caller_id_lookup(true);
    let updated = twilio
        .incoming_phone_numbers()
        .update(&number.sid, webhooks)
        .await
        .unwrap();
    assert_eq!(
        updated.sms_url.as_deref(),
        Some(&*format!("{BASE}/sms/incoming"))
    );
    assert_eq!(updated.voice_method, Some(WebhookMethod::Get));
    assert_eq!(updated.voice_caller_id_lookup, Some(true));
    assert_eq!(updated.sms_method, Some(WebhookMethod::Post));
    let fetched = twilio
        .incoming_phone_numbers()
        .fetch(&number.sid)
        .await
        .unwrap();
    assert_eq!(fetched, updated);

    let removed = UpdateIncomingPhoneNumber::new().sms_url("");
    let removed = twilio
        .incoming_phone_numbers()
        .update(&number.sid, removed)
        .await
        .unwrap();
    assert_eq!(removed.sms_url.as_deref(), Some(""));
    let bad = UpdateIncomingPhoneNumber::new().sms_url("hooks.example.com");
    let error = twilio
        .incoming_phone_numbers()
        .update(&number.sid, bad)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some(21502));
}

#[tokio::test]
async fn a_messaging_service_is_made_set_up_and_deleted() {
    let fake = fake().await;
    let twilio = fake.client();
    let services = twilio.messaging_services();
    let new = CreateMessagingService::new("Front desk").validity_period(600);
    let service = services.create(new).await.unwrap();
    assert_eq!(service.friendly_name.as_deref(), Some("Front desk"));
    assert_eq!(service.validity_period, Some(600));
    assert!(service.date_created.is_some());

    let webhooks = UpdateMessagingService::new()
        .inbound_request_url(format!("{BASE}/sms/incoming"))
        .status_callback(format!("{BASE}/sms/status"))
        .use_inbound_webhook_on_number(false);
    let updated = services.update(&service.sid, webhooks).await.unwrap();
    assert_eq!(
        updated.status_callback.as_deref(),
        Some(&*format!("{BASE}/sms/status"))
    );
    assert_eq!(services.fetch(&service.sid).await.unwrap(), updated);

    let number = fake.phone_numbers()[0].sid.clone();
    let added = services
        .add_phone_number(&service.sid, &number)
        .await
        .unwrap();
    assert_eq!(added.phone_number.unwrap().as_str(), US);
    let again = services
        .add_phone_number(&service.sid, &number)
        .await
        .unwrap_err();
    assert_eq!(again.code(), Some(21710));
    services.delete(&service.sid).await.unwrap();
    assert!(
        services
            .fetch(&service.sid)
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn an_application_is_made_set_up_and_deleted() {
    let fake = fake().await;
    let twilio = fake.client();
    let applications = twilio.applications();
    let new = CreateApplication::new()
        .friendly_name("Desk")
        .voice_url(format!("{BASE}/voice"));
    let made = applications.create(new).await.unwrap();
    let change = UpdateApplication::new().sms_url(format!("{BASE}/sms"));
    let updated = applications.update(&made.sid, change).await.unwrap();
    assert_eq!(updated.voice_url, made.voice_url);
    assert_eq!(updated.sms_url.as_deref(), Some(&*format!("{BASE}/sms")));
    assert_eq!(applications.fetch(&made.sid).await.unwrap(), updated);
    let named = ListApplications::new().friendly_name("Desk");
    assert_eq!(applications.list(named).all().await.unwrap(), [updated]);
    applications.delete(&made.sid).await.unwrap();
    assert!(
        applications
            .fetch(&made.sid)
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn a_subaccount_has_resources_of_its_own() {
    let fake = fake().await;
    let sub = "AC0000000000000000000000000000005b";
    fake.add_subaccount(sub);
    let twilio = fake.client();
    let of_sub = twilio.for_account(sub);
    assert_eq!(of_sub.account().await.unwrap().sid.as_str(), sub);
    let sent = of_sub.messages().create(crate::hello()).await.unwrap();
    assert_eq!(sent.account_sid.as_ref().unwrap().as_str(), sub);
    assert!(
        twilio
            .messages()
            .fetch(&sent.sid)
            .await
            .unwrap_err()
            .is_not_found()
    );
}
