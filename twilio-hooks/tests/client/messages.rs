use twilio_hooks::{
    MessageStatus,
    client::{CreateMessage, ListMedia, Media, MessageDirection},
    testing::MessageFate,
};

use crate::{THEM, US, fake, hello};

#[tokio::test]
async fn a_sent_message_is_typed_and_can_be_read_again() {
    let fake = fake().await;
    let twilio = fake.client();
    let sent = twilio.messages().create(hello()).await.unwrap();

    assert!(sent.sid.is_well_formed());
    assert_eq!(sent.account_sid, Some(fake.account_sid()));
    assert_eq!(sent.status, Some(MessageStatus::Queued));
    assert_eq!(sent.direction, Some(MessageDirection::OutboundApi));
    assert_eq!(sent.from.as_ref().unwrap().as_str(), US);
    assert_eq!(sent.to.as_ref().unwrap().e164(), Some(THEM));
    assert_eq!(sent.body.as_deref(), Some("Hello"));
    assert_eq!((sent.num_segments, sent.num_media), (Some(1), Some(0)));
    assert_eq!(sent.date_created, Some(fake.now()));
    assert_eq!(sent.error_code, None);
    let left: Vec<_> = sent.extra.keys().map(String::as_str).collect();
    assert_eq!(left, ["api_version", "subresource_uris", "uri"]);
    assert_eq!(twilio.messages().fetch(&sent.sid).await.unwrap(), sent);

    fake.settle().await;
    let delivered = twilio.messages().fetch(&sent.sid).await.unwrap();
    assert_eq!(delivered.status, Some(MessageStatus::Delivered));
    assert_eq!(delivered.price.as_deref(), Some("-0.00790"));
    assert!(delivered.date_sent > sent.date_created);
}

#[tokio::test]
async fn parameters_arrive_under_twilios_names() {
    let fake = fake().await;
    let message = hello()
        .body("50 % & more\n\u{1f389}")
        .media_url("https://example.com/a.png?b=c&d")
        .media_url("https://example.com/b.png")
        .smart_encoded(true)
        .validity_period(60);
    fake.client().messages().create(message).await.unwrap();

    let form = &fake.requests()[0].form;
    assert_eq!(form.get("Body"), Some("50 % & more\n\u{1f389}"));
    let media: Vec<_> = form.get_all("MediaUrl").collect();
    assert_eq!(
        media,
        [
            "https://example.com/a.png?b=c&d",
            "https://example.com/b.png"
        ]
    );
    assert_eq!(form.get("SmartEncoded"), Some("true"));
    assert_eq!(form.get("ValidityPeriod"), Some("60"));
    let headers = &fake.requests()[0].headers;
    let agent = concat!("twilio-hooks/", env!("CARGO_PKG_VERSION"));
    assert_eq!(headers["user-agent"], agent);
}

#[tokio::test]
async fn a_scheduled_message_can_be_cancelled_only_in_time() {
    let fake = fake().await;
    let service = fake.add_messaging_service("Reminders");
    let number = fake.phone_numbers()[0].sid.clone();
    let twilio = fake.client();
    twilio
        .messaging_services()
        .add_phone_number(&service, &number)
        .await
        .unwrap();
    let later = fake.now() + std::time::Duration::from_secs(3600);
    let reminder = || {
        CreateMessage::new(THEM)
            .messaging_service_sid(service.clone())
            .body("Soon")
            .scheduled_at(later)
    };
    let first = twilio.messages().create(reminder()).await.unwrap();
    let second = twilio.messages().create(reminder()).await.unwrap();
    assert_eq!(first.status, Some(MessageStatus::Scheduled));
    assert_eq!(first.from, None);

    let cancelled = twilio.messages().cancel(&first.sid).await.unwrap();
    assert_eq!(cancelled.status, Some(MessageStatus::Canceled));
    fake.settle().await;
    let status = async |sid| twilio.messages().fetch(sid).await.unwrap().status;
    assert_eq!(status(&first.sid).await, Some(MessageStatus::Canceled));
    assert_eq!(status(&second.sid).await, Some(MessageStatus::Delivered));
    let error = twilio.messages().cancel(&second.sid).await.unwrap_err();
    assert_eq!(error.code(), Some(30409));
    let sent = twilio.messages().fetch(&second.sid).await.unwrap();
    assert_eq!(sent.from.unwrap().as_str(), US);
}

#[tokio::test]
async fn a_redacted_message_has_no_text_and_a_deleted_one_is_gone() {
    let fake = fake().await;
    let twilio = fake.client();
    let sid = twilio.messages().create(hello()).await.unwrap().sid;
    let redacted = twilio.messages().redact(&sid).await.unwrap();
    assert_eq!(redacted.body.as_deref(), Some(""));
    twilio.messages().delete(&sid).await.unwrap();
    assert!(
        twilio
            .messages()
            .fetch(&sid)
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert!(
        twilio
            .messages()
            .delete(&sid)
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert!(fake.messages().is_empty());
}

#[tokio::test]
async fn media_of_a_message_are_listed_read_and_deleted() {
    let fake = fake().await;
    let twilio = fake.client();
    let message = twilio
        .messages()
        .create(hello().media_url("https://example.com/a.jpg"))
        .await;
    let message = message.unwrap().sid;
    let added = fake.add_media(&message, "image/png", "a picture");
    let media = twilio
        .messages()
        .media(&message)
        .list(ListMedia::new())
        .all()
        .await
        .unwrap();
    let sids: Vec<_> = media.iter().map(|media| &media.sid).collect();
    assert_eq!(sids.len(), 2);
    assert_eq!(sids[0], &added);

    let fetched: Media = twilio
        .messages()
        .media(&message)
        .fetch(&added)
        .await
        .unwrap();
    assert_eq!(fetched.content_type.as_deref(), Some("image/png"));
    assert_eq!(fetched.parent_sid.as_ref(), Some(&message));
    twilio
        .messages()
        .media(&message)
        .delete(&added)
        .await
        .unwrap();
    let error = twilio
        .messages()
        .media(&message)
        .fetch(&added)
        .await
        .unwrap_err();
    assert!(error.is_not_found());
}

#[tokio::test]
async fn what_twilio_refuses_is_refused_with_its_code() {
    let fake = fake().await;
    fake.opt_out("+12025550199");
    let twilio = fake.client();
    let message = CreateMessage::new;
    for (bad, code) in [
        (message("").from(US).body("x"), 21604),
        (message("nobody").from(US).body("x"), 21211),
        (message(THEM).body("x"), 21603),
        (message(THEM).from("+12025550188").body("x"), 21606),
        (message(THEM).from(US), 21602),
        (message(THEM).from(US).body("x".repeat(1601)), 21617),
        (message("+12025550199").from(US).body("x"), 21610),
        (
            message("whatsapp:+12025550199")
                .from("whatsapp:+12025550100")
                .body("x"),
            21610,
        ),
        (
            message(THEM)
                .messaging_service_sid(fake.add_messaging_service("empty"))
                .body("x"),
            21703,
        ),
    ] {
        let error = twilio.messages().create(bad).await.unwrap_err();
        assert_eq!(error.code(), Some(code), "{error}");
        assert_eq!(error.status().unwrap(), 400);
        assert_eq!(error.attempts(), 1);
        assert!(!error.outcome_is_unknown());
        let page = format!("https://www.twilio.com/docs/errors/{code}");
        assert_eq!(error.more_info(), Some(&*page));
    }
    fake.opt_in("+12025550199");
    let again = message("+12025550199").from(US).body("x");
    assert!(twilio.messages().create(again).await.is_ok());
    fake.make_trial(["+12025550177"]);
    let error = twilio.messages().create(hello()).await.unwrap_err();
    assert_eq!(error.code(), Some(21608));
    assert!(error.message().unwrap().contains(THEM));
    assert!(!format!("{error} {error:?}").contains(THEM));
    assert_eq!(fake.messages().len(), 1);
}

#[tokio::test]
async fn a_message_has_the_fate_that_was_set() {
    let fake = fake().await;
    let twilio = fake.client();
    for (to, fate, status, code) in [
        ("+12025550111", MessageFate::Sent, MessageStatus::Sent, None),
        ("+12025550112", MessageFate::Read, MessageStatus::Read, None),
        (
            "+12025550113",
            MessageFate::Undelivered(30005),
            MessageStatus::Undelivered,
            Some(30005),
        ),
        (
            "+12025550114",
            MessageFate::Failed(30007),
            MessageStatus::Failed,
            Some(30007),
        ),
    ] {
        fake.set_message_fate(to, fate);
        let sid = twilio.messages().create(hello().to(to)).await.unwrap().sid;
        fake.settle().await;
        let message = twilio.messages().fetch(&sid).await.unwrap();
        assert_eq!((message.status, message.error_code), (Some(status), code));
    }
}
