use twilio_hooks::{
    MessageSid,
    client::{Client, ClientErrorKind, ConfigError, Credentials, ListMessages},
};

use crate::{fake, hello};

#[tokio::test]
async fn wrong_credentials_are_refused_and_not_tried_again() {
    let fake = fake().await;
    for credentials in [
        Credentials::auth_token(fake.account_sid(), "wrong"),
        Credentials::api_key(fake.account_sid(), fake.api_key().0, "wrong"),
        Credentials::auth_token(fake.account_sid(), ""),
    ] {
        let twilio = Client::builder(credentials)
            .with_base_url(fake.base_url())
            .build()
            .unwrap();
        let error = twilio.messages().create(hello()).await.unwrap_err();
        assert_eq!(
            (error.status().unwrap().as_u16(), error.code()),
            (401, Some(20003))
        );
        assert_eq!(error.attempts(), 1);
    }
    assert!(fake.messages().is_empty());
}

#[tokio::test]
async fn an_api_key_is_as_good_as_the_auth_token() {
    let fake = fake().await;
    let (key, secret) = fake.api_key();
    let credentials = Credentials::api_key(fake.account_sid(), key, secret);
    let twilio = Client::builder(credentials)
        .with_base_url(fake.base_url())
        .build()
        .unwrap();
    assert_eq!(twilio.account().await.unwrap().sid, fake.account_sid());
}

#[tokio::test]
async fn nothing_shows_a_secret_or_a_person() {
    let fake = fake().await;
    let twilio = fake.client();
    let message = hello().status_callback("https://hooks.example.com/status");
    let sent = twilio.messages().create(message).await.unwrap();
    let error = twilio
        .messages()
        .create(hello().to("+1202555nobody"))
        .await
        .unwrap_err();
    let shown = format!(
        "{fake:?} {twilio:?} {:?} {sent:?} {error:?} {error} {:?} {:?} {:?}",
        fake.settle().await,
        fake.client_builder(),
        hello(),
        fake.requests(),
    );
    for hidden in [
        fake.auth_token(),
        fake.api_key().1,
        "2025550",
        "1202555nobody",
        "Hello",
        "Basic ",
    ] {
        assert!(!shown.contains(hidden), "{hidden}: {shown}");
    }
}

#[tokio::test]
async fn a_sid_that_is_none_sends_nothing() {
    let fake = fake().await;
    let twilio = fake.client();
    for odd in [
        "",
        "../../../v1/Services",
        "SM1/Media",
        "SM1?x=y",
        "SM1.json",
    ] {
        let error = twilio
            .messages()
            .fetch(&MessageSid::from(odd))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), &ClientErrorKind::InvalidRequest, "{odd}");
        assert!(!error.outcome_is_unknown());
    }
    let wrong_account = twilio.for_account("AC1/../AC2");
    assert!(wrong_account.messages().create(hello()).await.is_err());
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_base_url_is_a_host_that_may_see_the_credentials() {
    let build = |url: &str| {
        Client::builder(Credentials::auth_token("AC1", "secret"))
            .with_base_url(url)
            .build()
    };
    assert!(build("https://twilio.example.com").is_ok());
    assert_eq!(
        build("http://twilio.example.com").unwrap_err(),
        ConfigError::InsecureBaseUrl
    );
    assert_eq!(build("twilio").unwrap_err(), ConfigError::InvalidBaseUrl);
    let region = |region: &str| {
        Client::builder(Credentials::auth_token("AC1", "secret"))
            .with_region(region)
            .build()
    };
    assert!(format!("{:?}", region("ie1").unwrap()).contains("ie1"));
    assert_eq!(
        region("ie1.example.com/").unwrap_err(),
        ConfigError::InvalidRegion
    );
}

#[tokio::test]
async fn no_crypto_provider_is_installed_for_the_whole_process() {
    let _client = Client::new(Credentials::auth_token("AC1", "secret"));
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}

#[tokio::test]
async fn clones_on_many_tasks_share_one_client() {
    let fake = fake().await;
    let twilio = fake.client();
    let sending: Vec<_> = (0..40)
        .map(|number: u32| {
            let twilio = twilio.clone();
            tokio::spawn(async move {
                let message = hello().body(number.to_string());
                twilio.messages().create(message).await.unwrap();
                let list = ListMessages::new().page_size(10);
                twilio
                    .messages()
                    .list(list)
                    .next()
                    .await
                    .unwrap()
                    .unwrap()
                    .sid
            })
        })
        .collect();
    for task in sending {
        assert!(task.await.unwrap().is_well_formed());
    }
    let mut bodies: Vec<u32> = Vec::new();
    for message in fake.messages() {
        bodies.push(message.body.unwrap().parse().unwrap());
    }
    bodies.sort_unstable();
    assert!(bodies.into_iter().eq(0..40));
}
