//! Texts and their replies.

use twilio_hooks::{ErrorCode, webhook::EventKind};

use crate::support::{Answer, Asked, answer, kinds, nothing, texter, told, twiml};

fn shop(asked: &Asked) -> Answer {
    match (&*asked.path, asked.get("Body")) {
        ("/sms", "menu") => twiml(
            r#"<Message statusCallback="/sent"><Body>Our menu</Body><Media>/menu.pdf</Media></Message>"#,
        ),
        ("/sms", "") => twiml(&format!(
            "<Message>{}</Message>",
            asked.get("MediaContentType0")
        )),
        ("/sms", "hello") => twiml("<Message>Hello!</Message><Redirect>/more</Redirect>"),
        ("/more", body) => twiml(&format!("<Message>You wrote {body}.</Message>")),
        ("/sms", _) => twiml(""),
        _ => nothing(),
    }
}

#[tokio::test]
async fn replies_come_in_order_and_through_redirects() {
    let mut texter = texter(shop);
    texter.texts("hello").await.unwrap();
    texter
        .receives("Hello!")
        .unwrap()
        .receives("You wrote hello")
        .unwrap();
    texter.receives_nothing().unwrap();
    texter
        .texts("bye")
        .await
        .unwrap()
        .receives_nothing()
        .unwrap();
    let failure = texter.receives("anything").unwrap_err();
    assert!(
        failure
            .to_string()
            .contains("the texter writes \u{201c}bye\u{201d}"),
        "{failure}"
    );
    assert_eq!(
        kinds(texter.transcript()),
        [
            ("/sms", EventKind::IncomingMessage),
            ("/more", EventKind::IncomingMessage),
            ("/sms", EventKind::IncomingMessage),
        ]
    );
}

#[tokio::test]
async fn deliveries_are_reported() {
    let mut friend = texter(shop);
    friend
        .texts("menu")
        .await
        .unwrap()
        .receives("Our menu")
        .unwrap();
    assert_eq!(
        told(friend.transcript(), "/sent", "MessageStatus"),
        ["sent", "delivered"]
    );
    assert_eq!(
        told(friend.transcript(), "/sent", "To"),
        ["+12025550143"; 2]
    );
    assert!(told(friend.transcript(), "/sent", "MessageSid")[0].starts_with("MM"));
    assert_eq!(kinds(friend.transcript())[1].1, EventKind::MessageStatus);

    let mut stranger = texter(shop).unreachable(30003);
    stranger
        .texts("menu")
        .await
        .unwrap()
        .receives_nothing()
        .unwrap();
    assert_eq!(
        told(stranger.transcript(), "/sent", "MessageStatus"),
        ["sent", "undelivered"]
    );
    assert_eq!(
        told(stranger.transcript(), "/sent", "ErrorCode"),
        ["(absent)", "30003"]
    );
}

#[tokio::test]
async fn media_are_sent_along() {
    let mut texter = texter(shop);
    let media = [("https://api.twilio.com/media/1", "image/jpeg")];
    texter
        .texts_with_media("", &media)
        .await
        .unwrap()
        .receives("image/jpeg")
        .unwrap();
    assert_eq!(told(texter.transcript(), "/sms", "NumMedia"), ["1"]);
}

#[tokio::test]
async fn plain_text_is_sent_to_the_person() {
    let mut texter = texter(|_| answer(200, "text/plain", "Internal error"));
    texter
        .texts("hello")
        .await
        .unwrap()
        .receives("Internal error")
        .unwrap();
}

#[tokio::test]
async fn the_fallback_url_answers_texts() {
    let broken = |asked: &Asked| match &*asked.path {
        "/sms" => answer(500, "text/plain", ""),
        _ => twiml("<Message>Later, please.</Message>"),
    };
    let failure = texter(broken).texts("hello").await.map(|_| ()).unwrap_err();
    assert_eq!(failure.code, Some(ErrorCode::from(11200)));
    let mut texter = texter(broken).fallback("/fallback");
    texter
        .texts("hello")
        .await
        .unwrap()
        .receives("Later")
        .unwrap();
    assert_eq!(kinds(texter.transcript())[1].1, EventKind::MessageFallback);
}
