//! Messages that come in and are answered, and what the API tells of them.

use bytes::Bytes;
use http::StatusCode;
use twilio_hooks::{
    MessageStatus, Params,
    client::{CreateMessage, DownloadOptions, ListMedia, MessageDirection},
    testing::{CallbackFate, FakeTwilio, MessageFate, texting::Texter},
};

use crate::support::{Answer, Asked, BASE, THEM, US, app, fake, nothing, told, twiml};

fn echo(asked: &Asked) -> Answer {
    match &*asked.path {
        "/sms" if asked.get("Body") == "quiet" => twiml(""),
        "/sms" => twiml(&format!(
            r#"<Message statusCallback="/sms/status"><Body>You wrote {}</Body></Message>"#,
            asked.get("Body")
        )),
        _ => nothing(),
    }
}

fn texter(fake: &FakeTwilio) -> Texter {
    fake.connect(BASE, app(fake, echo));
    let texter = fake.texter(app(fake, echo), "https://hooks.example.com/sms");
    texter.from(THEM).to(US)
}

#[tokio::test]
async fn a_message_and_its_reply_are_listed() {
    let fake = fake().await;
    let mut texter = texter(&fake);
    texter
        .texts("Hello")
        .await
        .unwrap()
        .receives("You wrote Hello")
        .unwrap();
    let [question, reply] = &fake.messages()[..] else {
        panic!("{:?}", fake.messages());
    };
    assert_eq!(
        told(texter.transcript(), "/sms", "MessageSid"),
        [question.sid.as_str()]
    );
    assert_eq!(question.direction, Some(MessageDirection::Inbound));
    assert_eq!(question.status, Some(MessageStatus::Received));
    assert_eq!(question.date_sent, Some(fake.now()));
    assert_eq!(reply.direction, Some(MessageDirection::OutboundReply));
    assert_eq!(reply.status, Some(MessageStatus::Queued));
    assert_eq!(reply.from.as_ref().unwrap().as_str(), US);
    assert_eq!(reply.to.as_ref().unwrap().as_str(), THEM);

    let callbacks = fake.settle().await;
    let told = callbacks.iter().map(|delivery| {
        assert_eq!(delivery.status, Some(StatusCode::NO_CONTENT));
        let params = Params::from_form(delivery.request.body());
        assert_eq!(params.get("MessageSid"), Some(reply.sid.as_str()));
        params.get("MessageStatus").unwrap().to_owned()
    });
    assert_eq!(told.collect::<Vec<_>>(), ["sent", "delivered"]);
    assert_eq!(fake.messages()[1].status, Some(MessageStatus::Delivered));
}

#[tokio::test]
async fn callbacks_of_a_reply_go_by_the_plan() {
    let fake = fake().await;
    fake.script_callbacks([CallbackFate::Lost]);
    texter(&fake).texts("Hello").await.unwrap();
    assert_eq!(fake.settle().await.len(), 1);
}

#[tokio::test]
async fn a_reply_may_not_arrive() {
    let fake = fake().await;
    fake.set_message_fate(THEM, MessageFate::Undelivered(30003));
    let mut texter = texter(&fake);
    texter
        .texts("Hello")
        .await
        .unwrap()
        .receives_nothing()
        .unwrap();
    fake.settle().await;
    let reply = &fake.messages()[1];
    assert_eq!(reply.status, Some(MessageStatus::Undelivered));
    assert_eq!(reply.error_code, Some(30003));
    fake.set_message_fate(THEM, MessageFate::Delivered);
    fake.opt_out(THEM);
    texter
        .texts("STOP")
        .await
        .unwrap()
        .receives_nothing()
        .unwrap();
    fake.settle().await;
    assert_eq!(fake.messages()[3].error_code, Some(21610));
}

#[tokio::test]
async fn messages_sent_by_the_api_are_received_too() {
    let fake = fake().await;
    let twilio = fake.client();
    let hello = CreateMessage::new(THEM)
        .from(US)
        .body("Your order is ready");
    twilio.messages().create(hello).await.unwrap();
    let other = CreateMessage::new("+12025550144")
        .from(US)
        .body("For another");
    twilio.messages().create(other).await.unwrap();
    let mut texter = texter(&fake);
    texter.receives("order is ready").unwrap();
    texter.receives_nothing().unwrap();
    texter
        .texts("quiet")
        .await
        .unwrap()
        .receives_nothing()
        .unwrap();
}

#[tokio::test]
async fn a_picture_is_kept_by_the_api() {
    let fake = fake().await;
    let mut texter = texter(&fake);
    let picture = Bytes::from_static(b"\x89PNG and so on");
    let files = [("image/png", picture.clone())];
    texter.texts_with_files("Look", &files).await.unwrap();
    let transcript = texter.transcript();
    assert_eq!(told(transcript, "/sms", "NumMedia"), ["1"]);
    assert_eq!(told(transcript, "/sms", "MediaContentType0"), ["image/png"]);
    let url = told(transcript, "/sms", "MediaUrl0")[0];

    let twilio = fake.client();
    let file = twilio.download_url(url, DownloadOptions::new()).await;
    let file = file.unwrap();
    assert_eq!(file.content_type(), Some("image/png"));
    assert_eq!(file.bytes(100).await.unwrap(), picture);
    let seen = fake.storage_requests().pop().unwrap();
    assert!(!seen.headers.contains_key("authorization"), "a redirect");
    let asked = fake.requests().pop().unwrap();
    assert!(asked.headers.contains_key("authorization"), "basic auth");

    let message = &fake.messages()[0];
    assert!(message.sid.as_str().starts_with("MM"));
    assert_eq!(message.num_media, Some(1));
    let media = twilio.messages().media(&message.sid).list(ListMedia::new());
    assert_eq!(media.all().await.unwrap().len(), 1);

    let mut elsewhere = Texter::new(app(&fake, echo), "https://hooks.example.com/sms");
    let failure = elsewhere.texts_with_files("Look", &files).await;
    assert!(failure.unwrap_err().message.contains("FakeTwilio"));
}
