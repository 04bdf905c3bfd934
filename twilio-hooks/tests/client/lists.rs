use std::{pin::pin, time::Duration};

use futures_util::StreamExt;
use twilio_hooks::{
    CallStatus,
    client::{
        ClientErrorKind, CreateCall, ListCalls, ListMessages, ListMessagingServices,
        ListServicePhoneNumbers,
    },
    testing::{FakeTwilio, Fault},
};

use crate::{THEM, US, fake, hello};

/// Sends messages with these texts.
async fn send(fake: &FakeTwilio, texts: impl IntoIterator<Item = String>) {
    let twilio = fake.client();
    for text in texts {
        twilio.messages().create(hello().body(text)).await.unwrap();
    }
}

#[tokio::test]
async fn a_list_goes_over_all_its_pages() {
    let fake = fake().await;
    send(&fake, (0..7).map(|number| number.to_string())).await;
    let before = fake.requests().len();
    let list = fake
        .client()
        .messages()
        .list(ListMessages::new().page_size(3).to(THEM));
    let bodies: Vec<_> = list
        .map(|message| message.unwrap().body.unwrap())
        .collect()
        .await;
    assert_eq!(bodies, ["6", "5", "4", "3", "2", "1", "0"]);
    let requests = fake.requests().split_off(before);
    assert_eq!(requests.len(), 3);
    assert!(
        requests
            .iter()
            .all(|request| request.query.get("To") == Some(THEM))
    );
    assert!(requests[2].query.get("PageToken").is_some());
}

#[tokio::test]
async fn a_page_is_fetched_only_when_it_is_wanted() {
    let fake = fake().await;
    send(&fake, (0..6).map(|number| number.to_string())).await;
    let before = fake.requests().len();
    let twilio = fake.client();
    let mut list = twilio.messages().list(ListMessages::new().page_size(2));
    assert_eq!(fake.requests().len(), before);
    list.next().await.unwrap().unwrap();
    list.next().await.unwrap().unwrap();
    assert_eq!(fake.requests().len(), before + 1);
    // One that comes meanwhile shifts nothing.
    send(&fake, ["new".to_owned()]).await;
    let rest = list.all().await.unwrap();
    let bodies: Vec<_> = rest
        .iter()
        .map(|message| message.body.as_deref().unwrap())
        .collect();
    assert_eq!(bodies, ["3", "2", "1", "0"]);
}

#[tokio::test]
async fn an_empty_list_has_no_items() {
    let fake = fake().await;
    let twilio = fake.client();
    assert!(twilio.calls().list(ListCalls::new()).next().await.is_none());
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn a_list_ends_after_an_error() {
    let fake = fake().await;
    fake.fail_next(Fault::Status(http::StatusCode::FORBIDDEN));
    let mut list = pin!(fake.client().messages().list(ListMessages::new()));
    let error = StreamExt::next(&mut list).await.unwrap().unwrap_err();
    assert_eq!(error.status().unwrap(), 403);
    assert!(StreamExt::next(&mut list).await.is_none());

    fake.fail_next(Fault::Garbage);
    let error = fake
        .client()
        .messages()
        .list(ListMessages::new())
        .all()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), &ClientErrorKind::Decode);
}

#[tokio::test]
async fn filters_are_twilios() {
    let fake = fake().await;
    send(&fake, ["early".to_owned()]).await;
    fake.settle().await;
    fake.advance(Duration::from_secs(3600)).await;
    let noon = fake.now();
    send(&fake, ["late".to_owned()]).await;
    fake.settle().await;
    let twilio = fake.client();
    let bodies = |list: ListMessages| {
        let twilio = &twilio;
        async move {
            let messages = twilio.messages().list(list).all().await.unwrap();
            messages
                .into_iter()
                .filter_map(|message| message.body)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(
        bodies(ListMessages::new().date_sent_after(noon)).await,
        ["late"]
    );
    assert_eq!(
        bodies(ListMessages::new().date_sent_before(noon)).await,
        ["early"]
    );
    assert_eq!(
        bodies(ListMessages::new().date_sent(noon)).await,
        ["late", "early"]
    );
    assert!(bodies(ListMessages::new().from(THEM)).await.is_empty());

    let url = "https://hooks.example.com/voice";
    twilio
        .calls()
        .create(CreateCall::new(THEM, US).url(url))
        .await
        .unwrap();
    let of_status = |status| twilio.calls().list(ListCalls::new().status(status)).all();
    assert_eq!(of_status(CallStatus::Queued).await.unwrap().len(), 1);
    assert_eq!(of_status(CallStatus::Completed).await.unwrap().len(), 0);
}

#[tokio::test]
async fn lists_of_the_newer_api_go_over_pages_too() {
    let fake = fake().await;
    let services: Vec<_> = (0..5)
        .map(|n| fake.add_messaging_service(&n.to_string()))
        .collect();
    let twilio = fake.client();
    let how = ListMessagingServices::new().page_size(2);
    let listed = twilio.messaging_services().list(how).all().await.unwrap();
    let names: Vec<_> = listed
        .iter()
        .filter_map(|service| service.friendly_name.as_deref())
        .collect();
    assert_eq!(names, ["4", "3", "2", "1", "0"]);

    for number in ["+12025550101", "+12025550102", "+12025550103"] {
        let number = fake.add_number(number);
        twilio
            .messaging_services()
            .add_phone_number(&services[0], &number)
            .await
            .unwrap();
    }
    let how = ListServicePhoneNumbers::new().page_size(1);
    let numbers = twilio.messaging_services().phone_numbers(&services[0], how);
    assert_eq!(numbers.all().await.unwrap().len(), 3);
}
